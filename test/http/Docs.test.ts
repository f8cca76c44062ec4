import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { createHash } from "node:crypto"
import { keeping } from "../../src/http/Docs.ts"
import { call, serve } from "./harness.ts"

describe("/docs", () => {
  it.effect("allows the scripts that stand in it, and no other", () =>
    Effect.gen(function* () {
      const { headers, text } = yield* call("GET", "/docs")
      const hashes = Array.from(text.matchAll(/<script>([^]*?)<\/script>/g), ([, script = ""]) => {
        return `'sha256-${createHash("sha256").update(script).digest("base64")}'`
      })
      assert.strictEqual(hashes.length, 2)
      const policy = String(headers["content-security-policy"])
      assert.include(policy.split("; "), `script-src ${hashes.join(" ")}`)
      assert.include(policy.split("; "), "default-src 'none'")
      assert.include(policy.split("; "), "frame-ancestors 'none'")
      assert.strictEqual(headers["x-content-type-options"], "nosniff")
      const again = yield* call("GET", "/docs")
      assert.strictEqual(again.text, text)
      assert.strictEqual(again.headers["content-security-policy"], policy)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("weighs less than 1 MB compressed, and is not sent again to who has it", () =>
    Effect.gen(function* () {
      for (const encoding of ["br", "gzip"]) {
        const { headers, status } = yield* call("GET", "/docs", { headers: { "accept-encoding": encoding } })
        assert.deepStrictEqual(
          [status, headers["content-encoding"], headers["vary"]],
          [200, encoding, "Accept-Encoding"]
        )
        assert.isBelow(Number(headers["content-length"]), 1_000_000)
        const known = { "accept-encoding": encoding, "if-none-match": String(headers["etag"]) }
        assert.strictEqual((yield* call("GET", "/docs", { headers: known })).status, 304)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("is made once for all requests that come before it is there", () =>
    Effect.gen(function* () {
      let made = 0
      const page = Effect.sync(() => {
        made++
        return HttpServerResponse.html("<p>docs</p>")
      })
      const answers = yield* Effect.replicateEffect((yield* keeping)(page), 40, { concurrency: "unbounded" })
      assert.deepStrictEqual([answers.length, new Set(answers.map(({ status }) => status))], [40, new Set([200])])
      assert.strictEqual(made, 1)
    }).pipe(
      Effect.provideService(
        HttpServerRequest.HttpServerRequest,
        HttpServerRequest.fromWeb(new Request("http://x/docs"))
      )
    )
  )
})
