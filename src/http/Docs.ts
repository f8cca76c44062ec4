/**
 * `/docs`: the description of the API as a page of Scalar, which the library puts into one file.
 */
import { Effect, Layer, Option, Ref } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar } from "effect/http-api"
import { createHash } from "node:crypto"
import { prefixed } from "./Api.ts"

export const PATH = "/docs"

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

const answerOf = (html: string) =>
  HttpServerResponse.uint8Array(Buffer.from(html), {
    contentType: "text/html; charset=utf-8",
    headers: { "cache-control": "no-cache", "content-security-policy": policyOf(html) }
  })

/** The page is 3 MB of text. Its answer is kept, so that it is not made for each request. */
const kept = HttpRouter.middleware(
  Effect.map(Ref.make(Option.none<HttpServerResponse.HttpServerResponse>()), (page) => (httpEffect) => {
    const made = Effect.flatMap(httpEffect, (response) => {
      const { body } = response
      if (body._tag !== "Uint8Array") return Effect.succeed(response)
      const answer = answerOf(Buffer.from(body.body).toString())
      return Effect.as(Ref.set(page, Option.some(answer)), answer)
    })
    return Effect.flatMap(Ref.get(page), Option.match({ onNone: () => made, onSome: Effect.succeed }))
  })
)

export const layer = (prefix: string) =>
  HttpApiScalar.layer(prefixed(prefix), { path: PATH, scalar: { withDefaultFonts: false } }).pipe(
    Layer.provide(kept.layer)
  )
