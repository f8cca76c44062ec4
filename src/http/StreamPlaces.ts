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

const add = (counts: Map<string, number>, key: string, change: number) => {
  const count = (counts.get(key) ?? 0) + change
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

/**
 * Returns how to take a place for as long as the scope is open. That returns how to give it back before, or the limit that is
 * reached.
 */
export const make = (limits: StreamLimits) => {
  const rooms = new Map<string, number>()
  const addresses = new Map<string, number>()
  const all = MutableRef.make(0)

  const full = (room: string, address: string): keyof StreamLimits | undefined =>
    MutableRef.get(all) >= limits.streams
      ? "streams"
      : (rooms.get(room) ?? 0) >= limits.streamsPerRoom
        ? "streamsPerRoom"
        : (addresses.get(address) ?? 0) >= limits.streamsPerAddress
          ? "streamsPerAddress"
          : undefined

  const change = (room: string, address: string, by: number) => {
    add(rooms, room, by)
    add(addresses, address, by)
    MutableRef.update(all, (count) => count + by)
  }

  return (room: string, address: string): Effect.Effect<Taken, never, Scope.Scope> =>
    Effect.flatMap(Effect.scope, (scope): Effect.Effect<Taken> => {
      const reached = full(room, address)
      if (reached !== undefined) return Effect.succeed(Result.fail(reached))
      change(room, address, 1)
      const isHeld = MutableRef.make(true)
      const giveBack = Effect.sync(() => {
        if (MutableRef.getAndSet(isHeld, false)) change(room, address, -1)
      })
      return Effect.as(Scope.addFinalizer(scope, giveBack), Result.succeed(giveBack))
    })
}

type Taken = Result.Result<Effect.Effect<void>, keyof StreamLimits>
