/**
 * What an operator sees of each request: counters, a line at Debug, a span, and one line with the cause where it failed by a defect.
 * The path itself is nowhere: it has the access code in it, which is the key to a room. The pattern of its route stands for it.
 */
import { Cause, Clock, Context, Effect, Metric, MutableRef, Option, References } from "effect"
import { HttpEffect, HttpRouter, HttpServerRequest, type HttpServerResponse, HttpTraceContext } from "effect/http"
import { requestDuration, requests } from "./HttpMetrics.ts"

/** The route of a request that has none. */
export const NONE = "none"

/** The route that has taken the present request. It is set by the route, and read when the answer is sent. */
const CurrentRoute = Context.Reference<MutableRef.MutableRef<string>>("pairroom/http/Requests/CurrentRoute", {
  defaultValue: () => MutableRef.make(NONE)
})

const elapsed = Effect.map(Clock.Clock, (clock) => Number(clock.monotonicTimeNanosUnsafe()) / 1e9)

const count = Effect.fnUntraced(function* (
  method: string,
  route: string,
  response: HttpServerResponse.HttpServerResponse,
  begun: number
) {
  const seconds = (yield* elapsed) - begun
  yield* Metric.update(requests.of({ method, route, status: String(response.status) }), 1)
  // A stream lasts as long as its client watches.
  if (response.body._tag !== "Stream") yield* Metric.update(requestDuration.of({ method, route }), seconds)
  yield* Effect.logDebug("request").pipe(
    Effect.annotateLogs({ method, route, status: response.status, ms: Math.round(seconds * 1e6) / 1e3 })
  )
})

/** Counts every request, those without a route too. Build it before the other middleware, so that it sees all answers. */
export const all = HttpRouter.middleware(
  (httpEffect) =>
    Effect.gen(function* () {
      const begun = yield* elapsed
      const route = MutableRef.make(NONE)
      return yield* HttpEffect.withPreResponseHandler(httpEffect, ({ method }, response) =>
        Effect.as(count(method, MutableRef.get(route), response, begun), response)
      ).pipe(
        Effect.tapCause((cause) =>
          Cause.hasDies(cause)
            ? Effect.logError("a request has failed", cause).pipe(Effect.annotateLogs({ route: MutableRef.get(route) }))
            : Effect.void
        ),
        Effect.provideService(CurrentRoute, route)
      )
    }),
  { global: true }
)

/** Tells which route has taken the request, and makes the span of the request. It ends when the answer begins. */
export const route = HttpRouter.middleware((httpEffect) =>
  Effect.gen(function* () {
    const { path } = (yield* HttpRouter.RouteContext).route
    MutableRef.set(yield* CurrentRoute, path)
    return yield* (yield* References.TracerEnabled) ? traced(httpEffect, path) : httpEffect
  })
).layer

const traced = <E, R>(httpEffect: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>, path: string) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, method }) =>
    httpEffect.pipe(
      Effect.tap(({ status }) => Effect.annotateCurrentSpan("http.response.status_code", status)),
      Effect.withSpan(`${method} ${path}`, {
        kind: "server",
        parent: Option.getOrUndefined(HttpTraceContext.fromHeaders(headers)),
        attributes: { "http.request.method": method, "http.route": path }
      })
    )
  )
