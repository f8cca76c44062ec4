import { clockTime, text } from "../text/index.ts"
import type { Alarm } from "./alarm.ts"
import type { Session } from "./session.ts"

/** What the room says about its last finish, loudly until someone reacts to it. */
export const TimeUp = ({ session, alarm }: { readonly session: Session; readonly alarm: Alarm }) => {
  const { client, dismiss, finish, phase, press, room, twoMoreMinutes } = session
  const { breakStarts, lastFinish, later, startsAtTime, startsIn, stopIt, timeUp, timeUpAt, twoMore, yourTurn } =
    text.value
  const [up, now, left] = [finish.value, room.value, alarm.startsIn.value]
  if (now === null) return null
  if (up === null) {
    const isQuiet = phase.value !== "idle" || now.finishedAt === null
    return <p class="event">{isQuiet ? "\u00a0" : lastFinish(clockTime(now.finishedAt ?? 0))}</p>
  }
  const isBreak = now.period === "break"
  const whatFollows =
    now.startsAt !== null
      ? startsAtTime(clockTime(now.startsAt))
      : left !== null
        ? startsIn(left)
        : isBreak
          ? breakStarts
          : yourTurn(now.driver)
  return (
    <div class="event up" data-finish={up.at} data-missed={up.missed}>
      <p>
        <b>{up.missed ? timeUpAt(clockTime(up.at)) : timeUp}</b> {whatFollows}
      </p>
      {now.startsAt !== null ? (
        <button type="button" class="quiet" data-command="wait" onClick={() => press(() => client.pause())}>
          {stopIt}
        </button>
      ) : left === null ? (
        <span>
          <button type="button" class="quiet" data-command="two-more" onClick={twoMoreMinutes}>
            {twoMore}
          </button>
          <button type="button" class="quiet" data-command="dismiss" onClick={dismiss}>
            {later}
          </button>
        </span>
      ) : (
        <button type="button" class="quiet" data-command="do-not-start" onClick={alarm.doNotStart}>
          {stopIt}
        </button>
      )}
    </div>
  )
}
