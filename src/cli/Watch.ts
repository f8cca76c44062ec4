/**
 * `pairroom watch`: follows a room. In a terminal it is drawn in place; elsewhere each change is a line.
 */
import { Clock, Console, Deferred, Effect, Option, Ref, Schedule, Stream, Terminal } from "effect"
import { Command, Flag } from "effect/cli"
import type { RoomEvent } from "../domain/RoomEvent.ts"
import { countedOn, type RoomView } from "../domain/RoomView.ts"
import { lineOf } from "../http/room/Line.ts"
import * as Flags from "./Flags.ts"
import * as Output from "./Output.ts"
import * as Screen from "./Screen.ts"
import * as Target from "./Target.ts"

/** How often it looks whether another second is to be shown. */
const LOOK = "100 millis"

/** How long it is shown that the connection is back, in milliseconds. */
const BACK_SHOWN = 5_000

/** How long nothing may come at the beginning before it says that it waits. */
const PATIENCE = "5 seconds"

/** The width of a terminal that does not tell its own. */
const COLUMNS = 80

/** What is on the screen. */
interface Shown {
  readonly room: Option.Option<RoomView>
  /** How far the clock of the service is ahead of this machine's, in milliseconds. */
  readonly ahead: number
  readonly lines: ReadonlyArray<string>
  /** The end of the period for which it has rung without a connection. */
  readonly rungFor: number | null
  /** Until when it says that it is connected again, by the clock of this machine, in milliseconds. */
  readonly backUntil: number
}

const isLost = (room: RoomView) => room.uncertain === true

type Events<E> = Stream.Stream<RoomEvent, E>

/** Draws a room, until its streams are ended. A finish rings the bell. */
export const drawn = Effect.fnUntraced(function* <E>(events: Events<E>, bell: boolean) {
  const terminal = yield* Terminal.Terminal
  const shown = yield* Ref.make<Shown>({ room: Option.none(), ahead: 0, lines: [], rungFor: null, backUntil: 0 })
  const draw = Effect.gen(function* () {
    const { ahead, backUntil, lines: before, room, rungFor } = yield* Ref.get(shown)
    if (Option.isNone(room)) return
    const here = yield* Clock.currentTimeMillis
    const now = here + ahead
    const lines = Screen.linesOf(countedOn(room.value, now), (yield* terminal.columns) || COLUMNS, here < backUntil)
    if (lines.join("\n") === before.join("\n")) return
    yield* Ref.update(shown, (known) => ({ ...known, lines }))
    yield* terminal.display(Screen.redrawn(before.length, lines))
    const { endsAt } = room.value
    if (bell && isLost(room.value) && endsAt !== null && endsAt <= now && endsAt !== rungFor) {
      yield* Ref.update(shown, (known) => ({ ...known, rungFor: endsAt }))
      yield* terminal.display(Screen.BELL)
    }
  })
  const take = Effect.fnUntraced(function* (event: RoomEvent) {
    if (event.event === "room") {
      const here = yield* Clock.currentTimeMillis
      yield* Ref.update(shown, (known) => ({
        ...known,
        ahead: event.data.serverTime - here,
        room: Option.some(event.data),
        backUntil: Option.exists(known.room, isLost) && !isLost(event.data) ? here + BACK_SHOWN : known.backUntil
      }))
      yield* draw
    } else if (bell && event.event === "timer" && event.data === "stop") yield* terminal.display(Screen.BELL)
  })
  yield* Effect.raceFirst(Stream.runForEach(events, take), Effect.repeat(draw, Schedule.spaced(LOOK)))
})

/** Prints a line for each change of a room, and when the connection is lost and back. Who comes and goes is no change. */
export const lines = <E>(events: Events<E>) =>
  events.pipe(
    Stream.filter((seen) => seen.event === "room"),
    Stream.map(({ data }) => data),
    Stream.changesWith((one, other) => one.id === other.id && isLost(one) === isLost(other)),
    Stream.mapAccum(
      () => false,
      (wasLost, room) =>
        [isLost(room), [`${new Date(room.serverTime).toISOString()} ${newsOf(wasLost, room)}`]] as const
    ),
    Stream.runForEach((line) => Console.log(line))
  )

const newsOf = (wasLost: boolean, room: RoomView): string => {
  if (isLost(room)) return `${wasLost ? "not confirmed" : "connection lost, counted on"}: ${lineOf(room)}`
  return wasLost ? `connected again: ${lineOf(room)}` : lineOf(room)
}

/** Prints each event as a line of JSON. That of a lost connection is a `room` with `uncertain`, as in a room whose store is away. */
export const json = <E>(events: Events<E>) =>
  Stream.runForEach(events, ({ data, event }) => Console.log(JSON.stringify({ event, data })))

/** Says that it waits, on the standard error, where nothing comes at first: the service lets nobody in while it is full or stops. */
export const patiently = <E>(events: Events<E>): Events<E> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const waits = Console.error(
        "pairroom: waiting: the service is full, or it stops or cannot use its store. Ctrl-C ends it"
      )
      yield* Effect.forkScoped(Effect.timeoutOrElse(Deferred.await(begun), { duration: PATIENCE, orElse: () => waits }))
      return Stream.tap(events, () => Deferred.succeed(begun, undefined))
    })
  )

export const watch = Command.make(
  "watch",
  {
    room: Target.room,
    json: Flags.jsonFlag(
      "Each event as a line of JSON, each second too; where the connection is lost, a room with `uncertain`"
    ),
    bell: Flag.Boolean("bell").pipe(
      Flag.withDescription("Ring when the time is up, by default; --no-bell is quiet"),
      Flag.withDefault(true)
    ),
    ...Flags.common
  },
  ({ bell, json: wanted, ...target }) =>
    Target.withRoom(target, (rooms, code, { by }) =>
      Effect.gen(function* () {
        const asJson = yield* Flags.isJson(wanted)
        const name = by === null || by === undefined ? {} : { name: by }
        const events = patiently(rooms.events(code, { ticks: asJson, ...name }))
        if (asJson) return yield* json(events)
        yield* (yield* Output.isTerminal) ? drawn(events, bell) : lines(events)
      })
    )
).pipe(
  Command.withDescription("Follow a room: the time, who drives and who is next. Ctrl-C ends it"),
  Flags.withCommon,
  Flags.withJson
)
