import { useState } from "preact/hooks"
import { isName, NAME_MAX, toName } from "../../domain/Name.ts"
import { PEOPLE_MAX, PEOPLE_MIN } from "../../domain/PeopleCount.ts"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"
import type { Session } from "./session.ts"

/** Who is in the room, in the order in which they drive: comes, goes, is away. */
export const PeopleDialog = ({ session, onClose }: DialogProps & { readonly session: Session }) => {
  const { client, me, press, room } = session
  const { add, addName, away, nameRefused, namesEqual, people: title, remove, you } = text.value
  const [name, setName] = useState("")
  const [refusal, setRefusal] = useState<string>()
  const people = room.value?.people ?? []
  const here = room.value?.here ?? []
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const typed = toName(name)
    const isThere = people.some((person) => person.name === typed)
    setRefusal(isThere ? namesEqual : isName(typed) ? undefined : nameRefused(NAME_MAX))
    if (isThere || !isName(typed)) return
    press(() => client.addPerson(typed))
    setName("")
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <ul class="people">
        {people.map((person) => (
          <li key={person.name} data-person={person.name} data-here={here.includes(person.name)}>
            <bdi>{person.name}</bdi>
            {person.name === me.value && <small>{you}</small>}
            <label class="switch">
              <input
                type="checkbox"
                checked={person.away}
                onChange={({ currentTarget }) => {
                  const isAway = currentTarget.checked
                  press(() => client.changePerson(person.name, { away: isAway }))
                }}
              />
              <span>{away}</span>
            </label>
            <button
              type="button"
              class="round"
              aria-label={remove(person.name)}
              disabled={people.length <= PEOPLE_MIN}
              onClick={() => press(() => client.removePerson(person.name))}
            >
              <Icon name="cross" />
            </button>
          </li>
        ))}
      </ul>
      {people.length < PEOPLE_MAX && (
        <form class="row" noValidate onSubmit={submit}>
          <label class="field">
            <span>{addName}</span>
            <input
              value={name}
              autocomplete="off"
              spellcheck={false}
              aria-invalid={refusal !== undefined}
              aria-describedby={refusal === undefined ? undefined : "person-refusal"}
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </label>
          <button data-command="add-person">{add}</button>
          {refusal !== undefined && (
            <span class="refusal" id="person-refusal" role="alert">
              {refusal}
            </span>
          )}
        </form>
      )}
    </Dialog>
  )
}
