import { useState } from "preact/hooks"
import type { RoomView } from "../../client/RoomClient.ts"
import { COMMON_MINUTES, durationIn, MINUTE, MINUTES_MAX, MINUTES_MIN, minutesOf } from "../duration.ts"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { LengthField } from "../parts/LengthField.tsx"
import { SaveFoot } from "../parts/SaveFoot.tsx"
import { text } from "../text/index.ts"
import { DeviceSettings } from "./DeviceSettings.tsx"
import type { Session } from "./session.ts"

const EVERY = [1, 2, 3, 4, 5, 6, 8]
const AFTER = [0, 5, 10, 30, 60]

/** What holds for everybody in the room, and what for this device alone. */
export const SettingsDialog = ({ session, onClose }: DialogProps & { readonly session: Session }) => (
  <Dialog title={text.value.settings} place="wide" onClose={onClose}>
    <div class="halves">
      <RoomSettings session={session} onClose={onClose} />
      <DeviceSettings />
    </div>
  </Dialog>
)

const RoomSettings = ({ session, onClose }: DialogProps & { readonly session: Session }) => {
  const { client, press, room } = session
  const { auto, autoAfter, breakLength, breaks, endRoom, every, forAll, lengthHint } = text.value
  const { minutesOf: say, minutesRefused, none } = text.value
  // What was set when the dialog was opened: what others change meanwhile is theirs.
  const [before] = useState(() => room.peek())
  const [minutes, setMinutes] = useState(minutesOf(before?.duration ?? 0))
  const [turns, setTurns] = useState(before?.breaks?.every ?? 0)
  const [rest, setRest] = useState((before?.breaks?.duration ?? 5 * MINUTE) / MINUTE)
  const [after, setAfter] = useState(before?.autoStart === null ? -1 : (before?.autoStart?.after ?? 0) / 1_000)
  const [isRefused, setRefused] = useState(false)
  if (before === null) return null

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const duration = minutes === minutesOf(before.duration) ? before.duration : durationIn(minutes)
    setRefused(duration === undefined)
    if (duration === undefined) return
    const settings = {
      ...(turns === (before.breaks?.every ?? 0) && (turns === 0 || rest * MINUTE === before.breaks?.duration)
        ? {}
        : { breaks: turns === 0 ? null : { every: turns, duration: rest * MINUTE } }),
      ...(after === (before.autoStart === null ? -1 : before.autoStart.after / 1_000)
        ? {}
        : { autoStart: after < 0 ? null : { after: after * 1_000 } })
    }
    press(async () => {
      // For the service these are two changes. The length comes last: it moves the time, so it is what one may want back at once.
      const set = Object.keys(settings).length > 0 ? await client.changeSettings(settings) : ({ ok: true } as const)
      if (!set.ok || duration === before.duration) return set
      const now = room.peek() ?? before
      return client.update({ duration, ...leftOf(now, duration, client.remaining()) })
    })
    onClose()
  }
  return (
    <form class="group" noValidate onSubmit={submit}>
      <h3>{forAll}</h3>
      <LengthField
        value={minutes}
        onChange={setMinutes}
        refusal={isRefused ? minutesRefused(MINUTES_MIN, String(MINUTES_MAX)) : undefined}
      />
      {before.period === "turn" && <p class="hint">{lengthHint}</p>}
      <div class="pairs">
        <Choice
          label={breaks}
          value={turns}
          options={[0, ...withValue(EVERY, turns)].map((count) => [count, count === 0 ? none : every(count)])}
          onChange={setTurns}
        />
        {turns > 0 && (
          <Choice
            label={breakLength}
            value={rest}
            options={withValue(COMMON_MINUTES, rest).map((count) => [count, say(count)])}
            onChange={setRest}
          />
        )}
      </div>
      <Choice
        label={auto}
        value={after}
        options={[-1, ...withValue(AFTER, after)].map((seconds) => [seconds, seconds < 0 ? none : autoAfter(seconds)])}
        onChange={setAfter}
      />
      <SaveFoot onCancel={onClose}>
        <button
          type="button"
          class="quiet danger"
          data-command="complete"
          onClick={() => {
            onClose()
            press(() => client.complete())
          }}
        >
          {endRoom}
        </button>
      </SaveFoot>
    </form>
  )
}

/** A turn that has begun keeps what is left of it, as far as the new length lets it. One that waits has the new length. */
const leftOf = ({ period, periodDuration, running }: RoomView, duration: number, remaining: number) => {
  const hasBegun = period === "turn" && (running || remaining < periodDuration)
  return hasBegun ? { remainingTime: Math.max(1, Math.round(Math.min(duration, remaining))) } : {}
}

/** The usual values, and the one that is set. */
const withValue = (values: ReadonlyArray<number>, value: number): ReadonlyArray<number> =>
  value < 0 || (value === 0 && values[0] !== 0) || values.includes(value)
    ? values
    : [...values, value].toSorted((a, b) => a - b)

interface ChoiceProps {
  readonly label: string
  readonly value: number
  readonly options: ReadonlyArray<readonly [number, string]>
  readonly onChange: (value: number) => void
}

const Choice = ({ label, value, options, onChange }: ChoiceProps) => (
  <label class="field">
    <span>{label}</span>
    <select value={value} onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}>
      {options.map(([option, words]) => (
        <option key={option} value={option} selected={option === value}>
          {words}
        </option>
      ))}
    </select>
  </label>
)
