/**
 * The places for streams: how many are open at once, in a room, for an address, and on the whole instance.
 */
import { Effect, MutableRef, Result, Scope } from "effect"

/** How many streams may be open. Infinity switches a limit off. */
export interface StreamLimits {
  readonly streamsPerRoom: number
  readonly streamsPerAddress: number
  /** For the whole instance. */
  readonly streams: number
}

/**
 * How many times the limit there may be with those whose client has gone and which wait for their end: a crowd that comes back at once
 * finds its places free, and who opens and leaves streams without end does not heap them up.
 */
const WITH_ENDING = 2

type Taken = Result.Result<Effect.Effect<void>, keyof StreamLimits>

/** Counts streams: those of a room, of an address, and all. */
const makeCounts = () => {
  const rooms = new Map<string, number>()
  const addresses = new Map<string, number>()
  const all = MutableRef.make(0)
  return {
    change: (room: string, address: string, by: number) => {
      add(rooms, room, by)
      add(addresses, address, by)
      MutableRef.update(all, (count) => count + by)
    },
    /** Returns the first limit that is reached, so many times. */
    reached: (limits: StreamLimits, room: string, address: string, times: number): keyof StreamLimits | undefined =>
      MutableRef.get(all) >= times * limits.streams
        ? "streams"
        : (rooms.get(room) ?? 0) >= times * limits.streamsPerRoom
          ? "streamsPerRoom"
          : (addresses.get(address) ?? 0) >= times * limits.streamsPerAddress
            ? "streamsPerAddress"
            : undefined
  }
}

const add = (counts: Map<string, number>, key: string, change: number) => {
  const count = (counts.get(key) ?? 0) + change
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

/**
 * Returns how to take a place for as long as the scope is open. That returns how to give it back before, when the client has gone, or
 * the limit that is reached.
 */
export const make = (limits: StreamLimits) => {
  const open = makeCounts()
  const withEnding = makeCounts()
  // Uninterruptible: nobody would give a place back that was taken without its finalizer.
  return (room: string, address: string): Effect.Effect<Taken, never, Scope.Scope> =>
    Effect.uninterruptible(
      Effect.flatMap(Effect.scope, (scope): Effect.Effect<Taken> => {
        const reached = open.reached(limits, room, address, 1) ?? withEnding.reached(limits, room, address, WITH_ENDING)
        if (reached !== undefined) return Effect.succeed(Result.fail(reached))
        open.change(room, address, 1)
        withEnding.change(room, address, 1)
        const isOpen = MutableRef.make(true)
        const giveBack = Effect.sync(() => {
          if (MutableRef.getAndSet(isOpen, false)) open.change(room, address, -1)
        })
        const end = Effect.andThen(
          giveBack,
          Effect.sync(() => withEnding.change(room, address, -1))
        )
        return Effect.as(Scope.addFinalizer(scope, end), Result.succeed(giveBack))
      })
    )
}
