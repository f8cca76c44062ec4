/** What the tests of the rooms share. */
import { Clock, Duration, Effect, Layer, Queue, Stream } from "effect"
import type { RoomEvent } from "../../src/domain/RoomEvent.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms, type WatchOptions } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"

export const layer = Rooms.layer.pipe(Layer.provideMerge(MemoryRoomStore.layer()))

/** Two people with ten minutes, or as much as is said. */
export const pair = (timerDuration = 600_000, timerRemainingTime?: number) => ({
  driver: "lemon",
  navigator: "apple",
  timerDuration,
  ...(timerRemainingTime === undefined ? {} : { timerRemainingTime })
})

export const open = Effect.fn(function* (timerDuration?: number, timerRemainingTime?: number) {
  const rooms = yield* Rooms
  const { accessCode } = yield* rooms.create(pair(timerDuration, timerRemainingTime))
  return accessCode
})

/** An event in short: `remaining-time 599000`, `room`, `timer start`. */
export const brief = ({ event, data }: RoomEvent): string =>
  typeof data === "object" || data === "OK" ? event : `${event} ${data}`

/** The room in each event that shows it. */
export const views = (events: ReadonlyArray<RoomEvent>) =>
  events.flatMap((seen) => (seen.event === "room" ? [seen.data] : []))

/** Watches a room, the snapshot seen: `next(n)` waits for so many events, `unread` gives those that are there. */
export const watch = Effect.fn(function* (code: AccessCode, options?: WatchOptions) {
  const rooms = yield* Rooms
  const seen = yield* Stream.toQueue(rooms.events(code, options), { capacity: "unbounded" })
  const next = (count: number) => Effect.map(Queue.takeN(seen, count), (events) => events.map(brief))
  const snapshot: Array<string> = []
  do snapshot.push(...(yield* next(1)))
  while (!snapshot.at(-1)?.startsWith("remaining-time"))
  snapshot.push(...(yield* Queue.clear(seen)).map(brief))
  return {
    seen,
    snapshot,
    next,
    unread: settled.pipe(
      Effect.andThen(Effect.suspend(() => Queue.clear(seen))),
      Effect.map((events) => events.map(brief))
    )
  }
})

/** Lets every fiber that has something to do now do it. */
export const settled = Effect.gen(function* () {
  for (let turn = 0; turn < 20; turn++) yield* Effect.yieldNow
})

export const seconds = (count: number) => Duration.seconds(count)

/** A clock that can jump: what sleeps wakes up once, late, as after a machine that slept. */
export const jumpingClock = Effect.sync(() => {
  let time = 0
  let wrongBy = 0
  let readsUntilSlip = Number.POSITIVE_INFINITY
  const read = () => {
    if (readsUntilSlip-- === 0) time++
    return time + wrongBy
  }
  const sleeping: Array<{ readonly until: number; readonly wake: () => void }> = []
  const wakeUp = (early = 0) => {
    for (const sleeper of sleeping.splice(0)) {
      if (sleeper.until <= time + early) sleeper.wake()
      else sleeping.push(sleeper)
    }
  }
  const nanos = () => BigInt(time) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: read,
    currentTimeMillis: Effect.sync(read),
    currentTimeNanosUnsafe: () => nanos() + BigInt(wrongBy) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => nanos() + BigInt(wrongBy) * 1_000_000n),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const sleeper = { until: time + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        sleeping.push(sleeper)
        return Effect.sync(() => void sleeping.splice(sleeping.indexOf(sleeper) >>> 0, 1))
      })
  }
  return {
    clock,
    sleepers: () => sleeping.length,
    /** Until when each of them sleeps. */
    sleeping: () => sleeping.map(({ until }) => until),
    /** A millisecond more passes before a later reading of the clock, after so many. */
    slipAfter: (reads: number) => Effect.sync(() => void (readsUntilSlip = reads)),
    /** The machine's clock is set forward, or back. The monotonic clock goes on. */
    step: (millis: number) => Effect.sync(() => void (wrongBy += millis)),
    /** The time jumps, and nobody notices yet. */
    jump: (millis: number) => Effect.sync(() => void (time += millis)),
    /** So much time passes, and who has slept long enough wakes up. */
    pass: (millis: number) =>
      Effect.sync(() => {
        time += millis
        wakeUp()
      }).pipe(Effect.andThen(settled)),
    /** The same, but for the last millisecond: as a timer of Node does now and then, it fires too early. */
    passEarly: (millis: number) =>
      Effect.sync(() => {
        time += millis - 1
        wakeUp(1)
      }).pipe(Effect.andThen(settled))
  }
})
