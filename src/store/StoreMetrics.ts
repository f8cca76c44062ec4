/**
 * What an operator sees of a store: how long it takes, how often it fails, and whether it can be used.
 */
import { Effect, Exit, Layer, Metric, Option, Predicate, SubscriptionRef } from "effect"
import * as Elapsed from "./Elapsed.ts"
import { counter, gauge, histogram, observed } from "./MetricFamily.ts"
import { RoomStore } from "./RoomStore.ts"

const OPERATIONS = ["create", "get", "modify"] as const
type Operation = (typeof OPERATIONS)[number]

/** In seconds: a room in memory takes microseconds, one on a disk milliseconds, and after a second nobody waits any more. */
const BOUNDARIES = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

const duration = histogram({
  name: "pairroom_store_request_duration_seconds",
  meaning: "How long the store took to answer, failures included.",
  labels: { operation: OPERATIONS },
  boundaries: BOUNDARIES
})

const failures = counter({
  name: "pairroom_store_failures_total",
  meaning: "Requests to the store that failed because it could not be used.",
  labels: { operation: OPERATIONS }
})

const available = gauge({
  name: "pairroom_store_available",
  meaning: "1 while the store can be used, else 0.",
  labels: {}
})

/** Set by the stores that can count cheaply. */
export const rooms = gauge({
  name: "pairroom_store_rooms",
  meaning:
    "Rooms that are kept in memory or in SQLite, expired ones that are not deleted yet included. Missing with Redis.",
  labels: {}
})

/** The families that are counted here. The others are read from the store. */
export const countedFamilies = [duration, failures]

export const families = [...countedFamilies, available, rooms]

const measure = (operation: Operation) => {
  const took = duration.of({ operation })
  const failed = failures.of({ operation })
  return <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Elapsed.seconds, (begun) =>
      Effect.onExit(effect, (exit) =>
        Effect.flatMap(Elapsed.seconds, (now) =>
          Effect.andThen(
            Metric.update(took, now - begun),
            Option.exists(Exit.findErrorOption(exit), isUnavailable) ? Metric.update(failed, 1) : Effect.void
          )
        )
      )
    )
}

const isUnavailable = Predicate.isTagged("StoreUnavailable")

const [create, get, modify] = [measure("create"), measure("get"), measure("modify")]

/** The same store, measured. Its requests have no spans: they would take an eighth of the time of a command, collected or not. */
export const layer: Layer.Layer<RoomStore, never, RoomStore> = Layer.effect(
  RoomStore,
  Effect.gen(function* () {
    const store = yield* RoomStore
    yield* observed(available.of({}), () => ({ value: SubscriptionRef.getUnsafe(store.available) ? 1 : 0 }))
    return RoomStore.of({
      ...store,
      create: (state) => create(store.create(state)),
      get: (code) => get(store.get(code)),
      modify: (code, decide) => modify(store.modify(code, decide))
    })
  })
)
