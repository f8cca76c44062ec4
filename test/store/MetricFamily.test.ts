import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric, MutableRef } from "effect"
import { counter, talliesOf } from "../../src/store/MetricFamily.ts"

const things = counter({ name: "things_total", meaning: "Things.", labels: {} }).of({})

const count = Effect.map(Effect.context<never>(), (context) => MutableRef.increment(talliesOf(context)(things)))

const counted = Effect.map(Metric.value(things), (state) => state.count)

describe("MetricFamily.talliesOf", () => {
  it.effect("count apart for each registry", () =>
    Effect.gen(function* () {
      const [one, other] = [new Map(), new Map()].map((registry) =>
        Effect.provideService(Metric.MetricRegistry, registry)
      )
      yield* one!(Effect.andThen(count, count))
      yield* other!(count)
      assert.deepStrictEqual([yield* one!(counted), yield* other!(counted)], [2, 1])
    })
  )

  it.effect("count apart for the attributes that each program gives to its metrics, in one registry", () =>
    Effect.gen(function* () {
      const [one, other, again] = ["one", "other", "one"].map((server) =>
        Effect.provideService(Metric.CurrentMetricAttributes, { server })
      )
      yield* one!(Effect.andThen(count, count))
      yield* other!(count)
      yield* again!(count)
      assert.deepStrictEqual([yield* one!(counted), yield* other!(counted)], [3, 1])
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
