import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { isName, lookOf, NAME_MAX, toName } from "../../domain/Name.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "../../domain/PeopleCount.ts"
import { Avatar } from "../parts/Avatar.tsx"
import { classes } from "../parts/classes.ts"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { DialogIcon } from "../parts/DialogIcon.tsx"
import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"
import { moveParts } from "./motion.ts"
import { openOrder } from "./order.ts"
import type { Session } from "./session.ts"
import { WhoField } from "./WhoField.tsx"

/** Who is in the room, in the order in which they drive: comes, goes, is away, is called otherwise, changes place. */
export const PeopleDialog = ({ session, onClose }: DialogProps & { readonly session: Session }) => {
  const { order: orderHint, people: title, shuffle } = text.value
  const [order] = useState(() => openOrder(session))
  useEffect(() => order.close, [])
  useEffect(() => order.names.subscribe(moveParts), [])
  const names = order.names.value
  const [dragged, setDragged] = useState<string>()
  /** The rows that change places keep the focus in them. */
  const list = useRef<HTMLOListElement>(null)
  const focused = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    const name = focused.current
    focused.current = undefined
    if (name !== undefined)
      list.current?.querySelector<HTMLElement>(`[data-person="${CSS.escape(name)}"] .drag`)?.focus()
  }, [names])
  const move = (name: string, place: number) => order.ask(moved(order.names.peek(), name, place))
  return (
    <Dialog title={title} place="drawer" onClose={onClose}>
      <div class="row">
        <p class="hint gap">{orderHint}</p>
        {names.length > 2 && (
          <button type="button" class="quiet" data-command="shuffle" onClick={() => order.ask(shuffled(names))}>
            <DialogIcon name="shuffle" />
            {shuffle}
          </button>
        )}
      </div>
      <ol class="crew" ref={list}>
        {names.map((name, place) => (
          <Person
            key={name}
            session={session}
            name={name}
            place={place}
            isDragged={dragged === name}
            onDrag={setDragged}
            onMove={(to) => move(name, to)}
            onStep={(step) => {
              focused.current = name
              move(name, order.names.peek().indexOf(name) + step)
            }}
            onDrop={() => {
              setDragged(undefined)
              if (dragged !== undefined) move(dragged, place)
            }}
          />
        ))}
      </ol>
      {names.length < PEOPLE_MAX && <NewPerson session={session} />}
      <WhoField session={session} />
    </Dialog>
  )
}

const moved = (names: ReadonlyArray<string>, name: string, place: number): ReadonlyArray<string> => {
  const others = names.filter((one) => one !== name)
  return others.toSpliced(Math.max(0, Math.min(others.length, place)), 0, name)
}

const shuffled = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names
    .map((name) => [crypto.getRandomValues(new Uint32Array(1))[0] ?? 0, name] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, name]) => name)

interface PersonProps {
  readonly session: Session
  readonly name: string
  readonly place: number
  readonly isDragged: boolean
  readonly onDrag: (name: string | undefined) => void
  readonly onMove: (place: number) => void
  readonly onStep: (step: number) => void
  readonly onDrop: () => void
}

const Person = ({ session, name, place, isDragged, onDrag, onMove, onStep, onDrop }: PersonProps) => {
  const { client, iAm, looks, me, press, room } = session
  const { away, move, nameOf, remove, you } = text.value
  const people = room.value?.people ?? []
  const isAway = people.find((person) => person.name === name)?.away === true
  const look = looks.value.get(name)
  const [typed, setTyped] = useState(name)
  const rename = () => {
    const next = toName(typed)
    if (next === name || !isName(next)) return setTyped(name)
    press(async () => {
      const result = await client.changePerson(name, { name: next })
      // Whoever renames the one at this browser stays that one.
      if (result.ok && me.peek() === name) iAm(next)
      if (!result.ok) setTyped(name)
      return result
    })
  }
  return (
    <li
      class={classes(room.value?.here.includes(name) && "here", isAway && "away", isDragged && "lifted")}
      data-person={name}
      data-moves={`${name} row`}
      data-p={look?.colour}
      draggable
      onDragStart={() => onDrag(name)}
      onDragEnd={() => onDrag(undefined)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
    >
      <button
        type="button"
        class="drag"
        aria-label={move(name, `${place + 1}/${people.length}`)}
        onKeyDown={(event) => {
          const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
          if (step === undefined) return
          event.preventDefault()
          onStep(step)
        }}
        {...touchDrag(onMove)}
      >
        <DialogIcon name="drag" />
      </button>
      <Avatar name={name} look={look} />
      <input
        aria-label={nameOf(name)}
        value={typed}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={rename}
      />
      {name === me.value && <small>{you}</small>}
      <button
        type="button"
        class="toggle"
        aria-pressed={isAway}
        data-away={name}
        onClick={({ detail }) => {
          // The second press of a double click would take back the first.
          if (detail < 2) press(() => client.changePerson(name, { away: !isAway }))
        }}
      >
        {away}
      </button>
      <button
        type="button"
        class="round"
        aria-label={remove(name)}
        disabled={people.length <= PEOPLE_MIN}
        onClick={() => press(() => client.removePerson(name))}
      >
        <Icon name="cross" />
      </button>
    </li>
  )
}

/** Drags by touch: the browser has no drag and drop for a finger. The place is that of the row under it. */
const touchDrag = (onMove: (place: number) => void) => ({
  onTouchMove: (event: TouchEvent) => event.preventDefault(),
  onTouchEnd: ({ changedTouches, currentTarget }: TouchEvent & { readonly currentTarget: HTMLElement }) => {
    const touch = changedTouches[0]
    if (touch === undefined) return
    const row = document.elementFromPoint(touch.clientX, touch.clientY)?.closest("[data-person]")
    const rows = Array.from(currentTarget.closest("ol")?.children ?? [])
    if (row !== null && row !== undefined) onMove(rows.indexOf(row))
  }
})

const NewPerson = ({ session }: { readonly session: Session }) => {
  const { client, press, room } = session
  const { add, addName, nameRefused, namesEqual } = text.value
  const [name, setName] = useState("")
  const [refusal, setRefusal] = useState<string>()
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const typed = toName(name)
    const isThere = room.value?.people.some((person) => lookOf(person.name) === lookOf(typed)) === true
    setRefusal(isThere ? namesEqual : isName(typed) ? undefined : nameRefused(NAME_MAX))
    if (isThere || !isName(typed)) return
    press(() => client.addPerson(typed))
    setName("")
  }
  return (
    <form class="row" noValidate onSubmit={submit}>
      <label class="field">
        <span>{addName}</span>
        <input
          value={name}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={refusal !== undefined}
          aria-describedby={refusal === undefined ? undefined : "person-refusal"}
          onInput={({ currentTarget }) => {
            setName(currentTarget.value)
            setRefusal(undefined)
          }}
        />
      </label>
      <button data-command="add-person">
        <Icon name="plus" />
        {add}
      </button>
      {refusal !== undefined && (
        <span class="refusal" id="person-refusal" role="alert">
          {refusal}
        </span>
      )}
    </form>
  )
}
