/**
 * What an operator sees of each request: counters, a line at Debug, a span, and one line with the cause where it failed by a defect.
 * The path itself is nowhere: it has the access code in it, which is the key to a room. The pattern of its route stands for it.
 */
import { Cause, Effect, Metric, MutableRef, Option, References } from "effect"
import { HttpEffect, HttpRouter, HttpServerRequest, type HttpServerResponse, HttpTraceContext } from "effect/http"
import * as Elapsed from "../store/Elapsed.ts"
import { talliesOf, type TallyOf } from "../store/MetricFamily.ts"
import * as DebugLog from "./DebugLog.ts"
import { requestDuration, requests } from "./HttpMetrics.ts"

/** Stands for the route of a request that has none. */
export const NONE = "none"

/**
 * The route that has taken a request, by the request of the platform. Not in the context: a stream would keep a context of its own for
 * as long as it is open, which is 2 KiB.
 */
const routes = new WeakMap<object, string>()

const routeOf = ({ source }: HttpServerRequest.HttpServerRequest) => routes.get(source) ?? NONE

/** Counts an answered request, which began at `begun`, in seconds of the monotonic clock. */
const count = Effect.fnUntraced(function* (
  request: HttpServerRequest.HttpServerRequest,
  response: HttpServerResponse.HttpServerResponse,
  begun: number,
  tallyOf: TallyOf
) {
  const { method } = request
  const route = routeOf(request)
  const seconds = (yield* Elapsed.seconds) - begun
  MutableRef.increment(tallyOf(requests.of({ method, route, status: String(response.status) })))
  // A stream lasts as long as its client watches.
  if (response.body._tag !== "Stream") yield* Metric.update(requestDuration.of({ method, route }), seconds)
  yield* DebugLog.log("request", () => ({
    method,
    route,
    status: response.status,
    ms: Math.round(seconds * 1e6) / 1e3
  }))
})

const logDefect = (cause: Cause.Cause<unknown>) =>
  Cause.hasDies(cause)
    ? HttpServerRequest.HttpServerRequest.use((request) =>
        Effect.annotateLogs(Effect.logError("a request has failed", cause), { route: routeOf(request) })
      )
    : Effect.void

/** Counts every request, those without a route too. Build it before the other middleware, so that it sees all answers. */
export const all = HttpRouter.middleware(
  Effect.map(Effect.context<never>(), (context) => {
    const tallyOf = talliesOf(context)
    return (httpEffect) =>
      Effect.flatMap(Elapsed.seconds, (begun) => {
        const counted = HttpEffect.withPreResponseHandler(httpEffect, (request, response) =>
          Effect.as(count(request, response, begun, tallyOf), response)
        )
        return Effect.tapCause(counted, logDefect)
      })
  }),
  { global: true }
)

/** Tells which route has taken the request, and makes the span of the request. It ends when the answer begins. */
export const route = HttpRouter.middleware((httpEffect) =>
  Effect.flatMap(Effect.zip(HttpRouter.RouteContext, HttpServerRequest.HttpServerRequest), ([{ route }, request]) => {
    const { path } = route
    routes.set(request.source, path)
    return Effect.flatMap(References.TracerEnabled, (enabled) =>
      enabled ? traced(httpEffect, request, path) : httpEffect
    )
  })
).layer

const traced = <E, R>(
  httpEffect: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  { headers, method }: HttpServerRequest.HttpServerRequest,
  path: string
) =>
  httpEffect.pipe(
    Effect.tap(({ status }) => Effect.annotateCurrentSpan("http.response.status_code", status)),
    Effect.withSpan(`${method} ${path}`, {
      kind: "server",
      parent: Option.getOrUndefined(HttpTraceContext.fromHeaders(headers)),
      attributes: { "http.request.method": method, "http.route": path }
    })
  )
