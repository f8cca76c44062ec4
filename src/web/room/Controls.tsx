import { useState } from "preact/hooks"
import { Icon } from "../parts/Icon.tsx"
import { text } from "../text/index.ts"
import { LengthDialog, PeopleDialog } from "./dialogs.ts"
import type { Session } from "./session.ts"

/** What can be done to the timer. What cannot be pressed now looks so; a press all the same says why. */
export const Controls = ({ session }: { readonly session: Session }) => {
  const { addMinute, canAddMinute, client, connection, phase, press, room, startOrPause } = session
  const { addMinute: more, addMinuteLong, breakDo, endBreak, handOver, pause, reset, resume } = text.value
  const { people, setLength, start, startBreak, startNext } = text.value
  const [isSetting, setSetting] = useState(false)
  const [isPeople, setPeople] = useState(false)
  const isOut = connection.value.state !== "live"
  const running = room.value?.running === true
  const isCompleted = phase.value === "completed"
  const isFull = phase.value === "idle" || phase.value === "up"
  const isBreak = room.value?.period === "break"
  const starts = phase.value === "paused" ? resume : isBreak ? startBreak : phase.value === "up" ? startNext : start
  return (
    <div class="controls">
      <button
        type="button"
        class="main"
        disabled={isCompleted}
        aria-disabled={isOut}
        data-command={running ? "pause" : "start"}
        onClick={startOrPause}
      >
        <Icon name={running ? "pause" : "play"} />
        {running ? pause : starts}
      </button>
      <div class="others">
        <button
          type="button"
          disabled={isCompleted || isFull}
          aria-disabled={isOut}
          data-command="reset"
          onClick={() => press(() => client.reset())}
        >
          <Icon name="reset" />
          {reset}
        </button>
        <button
          type="button"
          disabled={isCompleted}
          aria-disabled={isOut}
          data-command="next"
          onClick={() => press(() => client.next())}
        >
          <Icon name="next" />
          {isBreak ? endBreak : handOver}
        </button>
        <button
          type="button"
          disabled={isCompleted || isBreak}
          aria-disabled={isOut}
          data-command="break"
          onClick={() => press(() => client.takeBreak())}
        >
          <Icon name="cup" />
          {breakDo}
        </button>
        <button
          type="button"
          disabled={isCompleted || !canAddMinute.value}
          title={addMinuteLong}
          aria-disabled={isOut}
          data-command="add-minute"
          onClick={addMinute}
        >
          {more}
        </button>
        <button
          type="button"
          disabled={isCompleted}
          aria-haspopup="dialog"
          aria-disabled={isOut}
          data-command="set-length"
          onClick={() => setSetting(true)}
        >
          <Icon name="length" />
          {setLength}
        </button>
        <button
          type="button"
          disabled={isCompleted}
          aria-haspopup="dialog"
          aria-disabled={isOut}
          data-command="people"
          onClick={() => setPeople(true)}
        >
          <Icon name="people" />
          {people}
        </button>
      </div>
      {isPeople && <PeopleDialog session={session} onClose={() => setPeople(false)} />}
      {isSetting && <LengthDialog session={session} onClose={() => setSetting(false)} />}
    </div>
  )
}
