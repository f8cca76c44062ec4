import { useEffect, useId, useRef, useState } from "preact/hooks"
import { createRoom } from "../../client/Rooms.ts"
import { isName, lookOf, NAME_MAX, toName } from "../../domain/Name.ts"
import { PEOPLE_MAX } from "../../domain/PeopleCount.ts"
import { pathOf } from "../address.ts"
import { api } from "../api.ts"
import { durationIn, MINUTES_MAX, MINUTES_MIN } from "../duration.ts"
import { kept } from "../kept.ts"
import { Icon } from "../parts/Icon.tsx"
import { LengthField } from "../parts/LengthField.tsx"
import { looksOf } from "../room/people.ts"
import { text } from "../text/index.ts"
import { isolated } from "../text/names.ts"
import { BREAK_LENGTH, isWanted, USUAL, type Wanted, wantedBy } from "./wanted.ts"

/** What was chosen last in this browser. */
const last = kept<Wanted>("newRoom", USUAL, isWanted)

interface Refused {
  /** The place of the name, or the minutes; undefined where it is about the whole. */
  readonly field: number | "minutes" | undefined
  readonly message: string
}

/** Names, a length, go. A room has two people at least; whoever is not named yet is called after the role. */
export const NewRoom = () => {
  const { addName, breaks: breaksOf, every, newRoom: title, nameAt, none, notCreated, openRoom } = text.value
  const { people: peopleOf, peopleHint } = text.value
  const [wanted] = useState(() => wantedBy(location.search, last.peek()))
  const [names, setNames] = useState(() => atLeastTwo(wanted.people))
  const [minutes, setMinutes] = useState(wanted.minutes)
  const [breaks, setBreaks] = useState(wanted.breaks)
  const [refusal, setRefusal] = useState(() => wrongWithNames(wanted.people))
  const [isBusy, setBusy] = useState(false)
  /** Two presses may come before the page is drawn anew. */
  const busy = useRef(false)
  const id = useId()
  const looks = looksOf(names.filter((name) => name !== ""))

  const setWhetherBusy = (now: boolean) => {
    busy.current = now
    setBusy(now)
  }
  useEffect(() => {
    // Somebody comes back by "Back": the form is ready again.
    const comeBack = () => setWhetherBusy(false)
    addEventListener("pageshow", comeBack)
    return () => removeEventListener("pageshow", comeBack)
  }, [])

  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus()
  }, [refusal])

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (busy.current) return
    const people = called(names)
    const duration = durationIn(minutes)
    const wrong = wrongWith(names, people, duration)
    setRefusal(wrong)
    if (wrong !== undefined || duration === undefined) return
    setWhetherBusy(true)
    last.value = { people: names.map(toName).filter((name) => name !== ""), minutes, breaks }
    const rest = breaks === 0 ? {} : { breaks: { every: breaks, duration: BREAK_LENGTH } }
    const created = await createRoom({ people, timerDuration: duration, ...rest }, { api })
    if (created.ok) return location.assign(pathOf(created.code))
    setWhetherBusy(false)
    setRefusal({ field: undefined, message: created.reason === "refused" ? created.message : notCreated })
  }

  const change = (place: number, name: string) => {
    setNames(names.with(place, name))
    if (refusal !== undefined) setRefusal(undefined)
  }
  return (
    <form ref={form} class="card" data-form="new" noValidate onSubmit={(event) => void submit(event)}>
      <h2>{title}</h2>
      <fieldset class="names">
        <legend>{peopleOf}</legend>
        {names.map((name, place) => (
          <span key={place} class="field" data-p={looks.get(name)?.colour ?? 0}>
            <input
              name={["driver", "navigator"][place] ?? "person"}
              aria-label={[text.value.driver, text.value.navigator][place] ?? nameAt(place + 1)}
              placeholder={[text.value.driver, text.value.navigator][place] ?? nameAt(place + 1)}
              value={name}
              autocomplete="off"
              spellcheck={false}
              aria-invalid={refusal?.field === place}
              aria-describedby={refusal?.field === place ? `${id}-name` : `${id}-hint`}
              onInput={({ currentTarget }) => change(place, currentTarget.value)}
            />
            {refusal?.field === place && (
              <span class="refusal" id={`${id}-name`} data-refusal="name" role="alert">
                {refusal.message}
              </span>
            )}
          </span>
        ))}
        {names.length < PEOPLE_MAX && (
          <button type="button" class="quiet" data-command="add-name" onClick={() => setNames([...names, ""])}>
            <Icon name="plus" />
            {addName}
          </button>
        )}
        <p class="hint" id={`${id}-hint`}>
          {peopleHint}
        </p>
      </fieldset>
      <LengthField
        value={minutes}
        onChange={setMinutes}
        refusal={refusal?.field === "minutes" ? refusal.message : undefined}
      />
      <fieldset class="choice">
        <legend>{breaksOf}</legend>
        {[...new Set([0, 3, 4, breaks])].map((count) => (
          <label key={count}>
            <input type="radio" name={`${id}-breaks`} checked={breaks === count} onChange={() => setBreaks(count)} />
            <span>{count === 0 ? none : every(count)}</span>
          </label>
        ))}
      </fieldset>
      {refusal !== undefined && refusal.field === undefined && (
        <p class="refusal" role="alert">
          {refusal.message}
        </p>
      )}
      <button class="main" aria-disabled={isBusy}>
        {openRoom}
      </button>
    </form>
  )
}

const atLeastTwo = (names: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...names,
  ...Array.from({ length: Math.max(0, 2 - names.length) }, () => "")
]

/** The names as the room has them. The first two may be left out; further empty fields count for nothing. */
const called = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names
    .map((name, place) => toName(name) || ([text.value.driver, text.value.navigator][place] ?? ""))
    .filter((name) => name !== "")

/** How much of a name is said again, in UTF-16 units. */
const SAID_MOST = 40

const wrongWithNames = (names: ReadonlyArray<string>): Refused | undefined => {
  const field = names.findIndex((name) => toName(name) !== "" && !isName(toName(name)))
  const name = names[field]
  if (name === undefined) return undefined
  const said = name.length > SAID_MOST ? `${name.slice(0, SAID_MOST).toWellFormed()}…` : name
  return { field, message: text.value.nameUnusable(isolated(said), NAME_MAX) }
}

const wrongWith = (
  names: ReadonlyArray<string>,
  people: ReadonlyArray<string>,
  duration: number | undefined
): Refused | undefined => {
  const { minutesRefused, namesEqual } = text.value
  const wrong = wrongWithNames(names)
  if (wrong !== undefined) return wrong
  const typed = names.map(lookOf)
  const twice = typed.findIndex((name, place) => name !== "" && typed.indexOf(name) < place)
  if (twice >= 0) return { field: twice, message: namesEqual }
  if (new Set(people.map(lookOf)).size < people.length) return { field: 0, message: namesEqual }
  return duration === undefined
    ? { field: "minutes", message: minutesRefused(MINUTES_MIN, String(MINUTES_MAX)) }
    : undefined
}
