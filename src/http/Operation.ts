/**
 * What operators and developers ask of the process: is it alive, does it take traffic, its figures, its API.
 */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar, OpenApi } from "effect/http-api"
import { PrometheusMetrics } from "effect/observability"
import { RoomStore } from "../store/RoomStore.ts"
import { prefixed } from "./Api.ts"
import { Drain } from "./Drain.ts"

/** The paths of this file, all of them for GET. */
export const PATHS = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"] as const

const noStore = { "cache-control": "no-store" }

const healthz = HttpRouter.add("GET", "/healthz", HttpServerResponse.text("ok", { headers: noStore }))

const readyz = HttpRouter.add(
  "GET",
  "/readyz",
  Effect.gen(function* () {
    const store = yield* RoomStore
    const drain = yield* Drain
    const reason = (yield* drain.isDraining)
      ? "draining"
      : yield* Effect.match(store.ready, { onFailure: ({ message }) => message, onSuccess: () => undefined })
    return HttpServerResponse.text(reason ?? "ok", { status: reason === undefined ? 200 : 503, headers: noStore })
  })
)

const openapi = (prefix: string) =>
  HttpRouter.add(
    "GET",
    "/openapi.json",
    HttpServerResponse.jsonUnsafe(OpenApi.fromApi(prefixed(prefix)), { headers: noStore })
  )

/** The page of the API is 3 MB of text; it is made once for all who ask, and not once for each. */
const docs = (prefix: string) => {
  let bytes: Uint8Array | undefined
  const once = HttpRouter.middleware((httpEffect) =>
    Effect.map(httpEffect, (response) => {
      if (response.body._tag !== "Uint8Array") return response
      bytes ??= Buffer.from(response.body.body)
      return HttpServerResponse.uint8Array(bytes, {
        contentType: "text/html; charset=utf-8",
        headers: { "cache-control": "no-cache" }
      })
    })
  )
  return HttpApiScalar.layer(prefixed(prefix), { path: "/docs", scalar: { withDefaultFonts: false } }).pipe(
    Layer.provide(once.layer)
  )
}

export const layer = (prefix: string) =>
  Layer.mergeAll(healthz, readyz, PrometheusMetrics.layerHttp({ path: "/metrics" }), openapi(prefix), docs(prefix))
