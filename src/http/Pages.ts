/**
 * The web page: `/` and a room's address.
 */
import { Effect, FileSystem } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { fileURLToPath } from "node:url"

/** The paths of this file, all of them for GET. */
export const PATHS = ["/", "/room/:accessCode", "/page.js"] as const

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const read = (name: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    files.readFileString(fileURLToPath(new URL(`../web/${name}`, import.meta.url)))
  ).pipe(Effect.orDie)

export const layer = (prefix: string) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const page = HttpServerResponse.text((yield* read("page.html")).replace("{API}", prefix === "/" ? "" : prefix), {
        contentType: "text/html; charset=utf-8",
        headers: { "content-security-policy": CONTENT_SECURITY_POLICY, "cache-control": "no-cache" }
      })
      const script = HttpServerResponse.text(yield* read("page.js"), {
        contentType: "text/javascript; charset=utf-8",
        headers: { "cache-control": "no-cache" }
      })
      yield* router.add("GET", "/", page)
      yield* router.add("GET", "/room/:accessCode", page)
      yield* router.add("GET", "/page.js", script)
    })
  )
