/**
 * Routes for operators and developers: health, readiness, metrics, and the description of the API.
 */
import { Effect, Layer, Ref, SubscriptionRef } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar, OpenApi } from "effect/http-api"
import { RoomStore } from "../store/RoomStore.ts"
import { prefixed } from "./Api.ts"
import { Drain } from "./Drain.ts"
import * as Metrics from "./Metrics.ts"

/** The paths of this file, all of them for GET. */
export const PATHS = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"] as const

const noStore = { "cache-control": "no-store" }

const healthz = HttpRouter.add("GET", "/healthz", HttpServerResponse.text("ok", { headers: noStore }))

const readyz = HttpRouter.add(
  "GET",
  "/readyz",
  Effect.gen(function* () {
    const store = yield* RoomStore
    const reason = (yield* Drain.isDraining)
      ? "draining"
      : (yield* SubscriptionRef.get(store.available))
        ? undefined
        : "the store cannot be used"
    return HttpServerResponse.text(reason ?? "ok", { status: reason === undefined ? 200 : 503, headers: noStore })
  })
)

const openapi = (prefix: string) =>
  HttpRouter.add(
    "GET",
    "/openapi.json",
    HttpServerResponse.jsonUnsafe(OpenApi.fromApi(prefixed(prefix)), { headers: noStore })
  )

/** The page of the API is 3 MB of text. Its bytes are kept, so that they are not made for each request. */
const docs = (prefix: string) => {
  const kept = HttpRouter.middleware(
    Effect.map(
      Ref.make<Uint8Array | undefined>(undefined),
      (page) => (httpEffect) =>
        Effect.flatMap(httpEffect, (response) => {
          const { body } = response
          if (body._tag !== "Uint8Array") return Effect.succeed(response)
          return Effect.map(
            Ref.updateAndGet(page, (bytes) => bytes ?? Buffer.from(body.body)),
            (bytes) =>
              HttpServerResponse.uint8Array(bytes ?? body.body, {
                contentType: "text/html; charset=utf-8",
                headers: { "cache-control": "no-cache" }
              })
          )
        })
    )
  )
  return HttpApiScalar.layer(prefixed(prefix), { path: "/docs", scalar: { withDefaultFonts: false } }).pipe(
    Layer.provide(kept.layer)
  )
}

export const layer = (prefix: string) => Layer.mergeAll(healthz, readyz, Metrics.layer, openapi(prefix), docs(prefix))
