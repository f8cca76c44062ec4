/** A store whose fate is in the hands of a test: it loses messages, goes away, and goes back to older states. */
import { Effect, Layer, Option, PubSub, Ref, Stream } from "effect"
import { StoreUnavailable } from "../../src/domain/errors.ts"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { type RoomChange, RoomStore, type StoredRoom } from "../../src/store/RoomStore.ts"
import { settled } from "./harness.ts"

/** What a test does to the store. */
const makeFate = Effect.gen(function* () {
  /** Do messages get lost? */
  const deaf = yield* Ref.make(false)
  const gone = yield* Ref.make(false)
  const known = yield* Ref.make<StoredRoom>(Option.none())
  const brought = yield* PubSub.unbounded<RoomChange>()
  const bring = (room: StoredRoom) =>
    Effect.gen(function* () {
      yield* Ref.set(known, room)
      yield* PubSub.publish(brought, { room, certain: !(yield* Ref.get(gone)) })
      yield* settled
    })
  return {
    gone,
    deaf,
    known,
    brought,
    becomesDeaf: Ref.set(deaf, true),
    /** The store says what it holds now. */
    bring,
    /** A room is read again. */
    readAgain: (code: AccessCode) => RoomStore.use((store) => Effect.flatMap(store.get(code), bring)),
    /** The store goes away, or is back. */
    goes: (away: boolean) => Effect.andThen(Ref.set(gone, away), Effect.flatMap(Ref.get(known), bring))
  }
})

export type Fate = Effect.Success<typeof makeFate>

/** Rooms on a store in the hands of a test. */
const layerOf = (fate: Fate) => {
  const refused = Effect.flatMap(Ref.get(fate.gone), (gone) =>
    gone ? Effect.fail(new StoreUnavailable({ message: "the store cannot be reached" })) : Effect.void
  )
  /** What the store tells by itself: the present value, and later changes unless they get lost. */
  const heard = (changes: Stream.Stream<RoomChange, StoreUnavailable>) =>
    Stream.mapEffect(changes, (change, index) =>
      Effect.gen(function* () {
        if (index > 0 && (yield* Ref.get(fate.deaf))) return []
        yield* Ref.set(fate.known, change.room)
        return [change]
      })
    ).pipe(Stream.flatMap(Stream.fromIterable))
  const store = Layer.effect(
    RoomStore,
    Effect.map(RoomStore, (store) => ({
      ...store,
      get: (code: AccessCode) => Effect.andThen(refused, store.get(code)),
      changes: (code: AccessCode) =>
        Stream.unwrap(
          Effect.gen(function* () {
            yield* refused
            const brought = yield* PubSub.subscribe(fate.brought)
            return Stream.merge(heard(store.changes(code)), Stream.fromSubscription(brought))
          })
        )
    }))
  ).pipe(Layer.provide(MemoryRoomStore.layer()))
  return Rooms.layer.pipe(Layer.provideMerge(store))
}

export const withFate = <A, E, R>(test: (fate: Fate) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(makeFate, (fate) => test(fate).pipe(Effect.provide(layerOf(fate))))

export const stateOf = (code: AccessCode) => RoomStore.use((store) => Effect.map(store.get(code), Option.getOrThrow))
