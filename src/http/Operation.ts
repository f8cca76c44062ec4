/**
 * Routes for operators and developers: health, readiness, metrics, and the description of the API.
 */
import { Effect, Layer, SubscriptionRef } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { OpenApi } from "effect/http-api"
import { RoomStore } from "../store/RoomStore.ts"
import { NO_STORE } from "./AnswerHeaders.ts"
import { prefixed } from "./Api.ts"
import * as Docs from "./Docs.ts"
import { Drain } from "./Drain.ts"
import * as Metrics from "./Metrics.ts"

/** The paths of this file, all of them for GET. */
export const PATHS = ["/healthz", "/readyz", "/metrics", "/openapi.json", Docs.PATH] as const

const healthz = HttpRouter.add("GET", "/healthz", HttpServerResponse.text("ok", { headers: NO_STORE }))

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
    return HttpServerResponse.text(reason ?? "ok", { status: reason === undefined ? 200 : 503, headers: NO_STORE })
  })
)

/** It is 100 kB. As bytes it is encoded once, and not for each answer. */
const openapi = (prefix: string) =>
  HttpRouter.add(
    "GET",
    "/openapi.json",
    HttpServerResponse.uint8Array(new TextEncoder().encode(JSON.stringify(OpenApi.fromApi(prefixed(prefix)))), {
      contentType: "application/json",
      headers: NO_STORE
    })
  )

export const layer = (prefix: string) =>
  Layer.mergeAll(healthz, readyz, Metrics.layer, openapi(prefix), Docs.layer(prefix))
