/**
 * The table of all metrics, and `/metrics`, where Prometheus reads them. `src/operation/README.md` has the same table.
 */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import * as RoomMetrics from "../rooms/RoomMetrics.ts"
import { type AnyFamily, seriesOf } from "../store/MetricFamily.ts"
import * as StoreMetrics from "../store/StoreMetrics.ts"
import { NO_STORE } from "./AnswerHeaders.ts"
import * as HttpMetrics from "./HttpMetrics.ts"
import * as ProcessMetrics from "./node/ProcessMetrics.ts"

/** Every metric of the service. */
export const TABLE: ReadonlyArray<AnyFamily> = [
  ...HttpMetrics.families,
  ...RoomMetrics.families,
  ...StoreMetrics.families,
  ...ProcessMetrics.families
]

/** Shows 0 before anything has happened: a rate needs a value before the first event. */
const begin = Effect.flatMap(Effect.context<never>(), (context) =>
  Effect.sync(() => {
    for (const family of [...HttpMetrics.families, ...RoomMetrics.families, ...StoreMetrics.countedFamilies]) {
      for (const series of seriesOf(family)) series.valueUnsafe(context)
    }
  })
)

const metrics = HttpRouter.add(
  "GET",
  "/metrics",
  Effect.map(PrometheusMetrics.format(), (text) =>
    HttpServerResponse.text(text, {
      contentType: "text/plain; version=0.0.4; charset=utf-8",
      headers: NO_STORE
    })
  )
)

export const layer = Layer.mergeAll(metrics, Layer.effectDiscard(begin), ProcessMetrics.layer)
