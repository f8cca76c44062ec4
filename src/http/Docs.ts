/**
 * `/docs`: the description of the API as a page of Scalar, which the library puts into one file.
 */
import { Effect, Layer, Option, Ref, Semaphore } from "effect"
import { HttpRouter, HttpServerRequest, type HttpServerResponse } from "effect/http"
import { HttpApiScalar } from "effect/http-api"
import { createHash } from "node:crypto"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import { prefixed } from "./Api.ts"
import * as Pages from "./Pages.ts"

export const PATH = "/docs" as const

const INLINE_SCRIPT = /<script>([^]*?)<\/script>/g

/** Allows the scripts that stand in the page by their hashes, what they do, and requests to this service. */
const policyOf = (html: string): string => {
  const scripts = Array.from(
    html.matchAll(INLINE_SCRIPT),
    ([, script = ""]) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`
  )
  return [
    "default-src 'none'",
    `script-src ${scripts.join(" ")}`,
    // The scripts write their own styles into the page.
    "style-src 'unsafe-inline'",
    "connect-src 'self'",
    // Its own styles have small images in them.
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

/** In threads of their own: it takes a while, and is done once. */
const compressed = (html: Buffer) =>
  Effect.all(
    {
      br: Effect.promise(() =>
        promisify(brotliCompress)(html, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
      ),
      gzip: Effect.promise(() => promisify(gzip)(html))
    },
    { concurrency: 2 }
  )

/** The best quality would take some seconds for 3 MB. */
const BROTLI_QUALITY = 5

type Answers = (request: HttpServerRequest.HttpServerRequest) => HttpServerResponse.HttpServerResponse

type Answer<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest>

const answersOf = Effect.fnUntraced(function* (html: Buffer): Effect.fn.Return<Answers> {
  return Pages.answersOf({
    path: PATH,
    contentType: "text/html; charset=utf-8",
    cacheControl: "no-cache",
    policy: policyOf(html.toString()),
    bytes: html,
    encoded: yield* compressed(html)
  })
})

/**
 * Returns a middleware that makes the answers of a page once, and keeps them. The page has 3 MB of text. Requests that come while its
 * answers are made wait for them.
 */
export const keeping = Effect.gen(function* () {
  const known = yield* Ref.make(Option.none<Answers>())
  const lock = yield* Semaphore.make(1)
  const knownOr = <E, R>(other: Answer<E, R>): Answer<E, R> =>
    Effect.flatMap(Ref.get(known), (answers) =>
      Option.isSome(answers) ? Effect.map(HttpServerRequest.HttpServerRequest, answers.value) : other
    )
  return <E, R>(httpEffect: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) => {
    const made = Effect.gen(function* () {
      const response = yield* httpEffect
      const { body } = response
      if (body._tag !== "Uint8Array") return response
      // The library keeps its own answer for ever. Asked for the bytes of its text, it would keep them too.
      const answers = yield* answersOf(Buffer.from(body.text ?? body.body))
      yield* Ref.set(known, Option.some(answers))
      return answers(yield* HttpServerRequest.HttpServerRequest)
    })
    return knownOr(lock.withPermit(knownOr(made)))
  }
})

const kept = HttpRouter.middleware(Effect.map(keeping, (keep) => (httpEffect) => keep(httpEffect)))

/**
 * What the page does without: fonts of another host, and what its makers offer elsewhere (their client, their tools, reports to them).
 * Not all of these are in the library's type of the options.
 */
const OPTIONS = {
  withDefaultFonts: false,
  showDeveloperTools: "never",
  hideClientButton: true,
  telemetry: false
}

export const layer = (prefix: string) =>
  HttpApiScalar.layer(prefixed(prefix), { path: PATH, scalar: OPTIONS }).pipe(Layer.provide(kept.layer))
