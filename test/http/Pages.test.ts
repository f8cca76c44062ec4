import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { call, open, raw, serve } from "./harness.ts"

/** The script and the style that the page names. */
const assetsOf = (html: string) => [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path)

/** What Chromium sends when it goes to an address. */
const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8" }

const view = (path: string, headers: Record<string, string> = {}) =>
  call("GET", path, { headers: { ...browser, ...headers } })

/** The address of a new room. */
const openPage = Effect.map(open(), (code) => `/room/${code}`)

describe("Pages", () => {
  it.effect("every room's address gives the same page, and like the front door it is asked for anew each time", () =>
    Effect.gen(function* () {
      const path = yield* openPage
      const [home, room] = [yield* view("/"), yield* view(path)]
      for (const { status, headers } of [home, room]) {
        assert.strictEqual(status, 200)
        assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
        assert.strictEqual(headers["cache-control"], "no-cache")
        assert.strictEqual(headers["x-content-type-options"], "nosniff")
        assert.strictEqual(headers["referrer-policy"], "no-referrer")
      }
      assert.strictEqual((yield* view(yield* openPage)).text, room.text)
      const { status, text } = yield* view(path, { "if-none-match": String(room.headers["etag"]) })
      assert.deepStrictEqual([status, text], [304, ""])
      const other = yield* call("GET", "/", { headers: { "if-none-match": '"another", W/"one"' } })
      assert.strictEqual(other.status, 200)
    }).pipe(Effect.provide(serve()))
  )

  it.effect("runs nothing that is written into it, and loads nothing from another host", () =>
    Effect.gen(function* () {
      const pages = [yield* view("/"), yield* view(yield* openPage)]
      for (const { headers, text } of pages) {
        const policy = new Map(
          String(headers["content-security-policy"])
            .split("; ")
            .map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1)])
        )
        assert.deepStrictEqual(policy.get("default-src"), ["'none'"])
        for (const [name, sources] of policy) {
          for (const source of sources ?? []) assert.match(source, /^'(?:self|none)'$|^data:$/, name)
        }
        assert.isFalse(/<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son\w+=/.test(text))
        assert.isFalse(/(?:src|href)="(?!\/[^/])/.test(text))
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("what it loads has a hash in its name, is kept for good, and comes compressed to who takes that", () =>
    Effect.gen(function* () {
      const paths = assetsOf((yield* call("GET", "/")).text)
      assert.isAtLeast(paths.length, 2)
      for (const path of paths) {
        assert.match(path, /-[\w-]{8}\.(?:js|css)$/)
        const plain = yield* call("GET", path)
        assert.strictEqual(plain.headers["cache-control"], "public, max-age=31536000, immutable")
        assert.strictEqual(plain.headers["vary"], "Accept-Encoding")
        assert.isUndefined(plain.headers["content-encoding"])
        const etags = new Set([plain.headers["etag"]])
        for (const [encoding, decompress] of [
          ["br", brotliDecompressSync],
          ["gzip", gunzipSync]
        ] as const) {
          const head = `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept-encoding: ${encoding}\r\n\r\n`
          const packed = Buffer.from(yield* raw(head, { encoding: "latin1" }), "latin1")
          const end = packed.indexOf("\r\n\r\n")
          assert.include(packed.subarray(0, end).toString().toLowerCase(), `content-encoding: ${encoding}`)
          etags.add(/etag: (.+)\r/i.exec(packed.subarray(0, end).toString())?.[1])
          assert.strictEqual(decompress(packed.subarray(end + 4)).toString(), plain.text)
        }
        assert.strictEqual(etags.size, 3)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("script and style of the first view are at most 45 KiB after compression", () =>
    Effect.gen(function* () {
      for (const page of ["/", yield* openPage]) {
        for (const encoding of ["br", "gzip"]) {
          let bytes = 0
          for (const path of assetsOf((yield* view(page)).text)) {
            const answer = yield* call("HEAD", path, { headers: { "accept-encoding": encoding } })
            bytes += Number(answer.headers["content-length"])
          }
          assert.isAbove(bytes, 1_000)
          assert.isAtMost(bytes, 45 * 1_024, `${page} as ${encoding}`)
        }
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("can be installed: a manifest with icons of the sizes that are asked for", () =>
    Effect.gen(function* () {
      const { headers, json } = yield* call("GET", "/manifest.webmanifest")
      assert.strictEqual(headers["content-type"], "application/manifest+json")
      assert.strictEqual(headers["cache-control"], "no-cache")
      const sizes: Array<string> = []
      for (const icon of json.icons) {
        const answer = yield* call("GET", icon.src)
        assert.deepStrictEqual([answer.status, answer.headers["content-type"]], [200, icon.type], icon.src)
        sizes.push(`${icon.sizes} ${icon.purpose ?? "any"}`)
      }
      assert.includeMembers(sizes, ["any any", "192x192 any", "512x512 any", "512x512 maskable"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("answers HEAD, and refuses what is not there and other methods like the rest of the service", () =>
    Effect.gen(function* () {
      const room = yield* openPage
      for (const path of ["/", room, ...assetsOf((yield* view("/")).text), "/icon.svg"]) {
        const [get, head] = [yield* view(path), yield* call("HEAD", path, { headers: browser })]
        assert.deepStrictEqual([head.status, head.text], [200, ""])
        assert.strictEqual(head.headers["content-length"], get.headers["content-length"], path)
        assert.strictEqual(head.headers["etag"], get.headers["etag"], path)
        const post = yield* call("POST", path)
        assert.deepStrictEqual(
          [post.status, post.headers["allow"]],
          [405, path === room ? "GET, HEAD, PUT" : "GET, HEAD"]
        )
      }
      for (const path of ["/assets/", "/assets/index-00000000.js", "/index.html", "/assets/../index.html", "/room/"]) {
        const { status, json } = yield* call("GET", path)
        assert.deepStrictEqual([status, json._tag], [404, "NotFound"], path)
      }
    }).pipe(Effect.provide(serve()))
  )

  it.effect("is what a browser gets for an address that has no page; a program gets JSON, and so does the API", () =>
    Effect.gen(function* () {
      for (const path of ["/nowhere", "/Room/CODE", "/room/", "/room/CODE/more", "/room/%zz", "/room/CODE;x"]) {
        const { headers, status, text } = yield* view(path)
        assert.deepStrictEqual(
          [status, headers["content-type"], headers["cache-control"]],
          [404, "text/html; charset=utf-8", "no-store"],
          path
        )
        assert.include(text, '<div id="page">')
        assert.include(String(headers["content-security-policy"]), "default-src 'none'")
      }
      for (const [path, headers] of [
        ["/api/nowhere", browser],
        ["/api", browser],
        ["/nowhere", { accept: "*/*" }],
        ["/nowhere", {}]
      ] as const) {
        assert.strictEqual((yield* call("GET", path, { headers })).json._tag, "NotFound", path)
      }
      assert.strictEqual((yield* call("POST", "/nowhere", { headers: browser })).json._tag, "NotFound")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("has a service worker for all of it, which may ask for nothing but this service", () =>
    Effect.gen(function* () {
      const { headers, status } = yield* call("GET", "/serviceWorker.js")
      assert.deepStrictEqual([status, headers["cache-control"]], [200, "no-cache"])
      assert.strictEqual(headers["content-security-policy"], "default-src 'none'; connect-src 'self'")
    }).pipe(Effect.provide(serve()))
  )

  it.effect("has an icon where browsers look for one by themselves", () =>
    Effect.gen(function* () {
      const { headers, status } = yield* call("GET", "/favicon.ico")
      assert.deepStrictEqual([status, headers["content-type"]], [200, "image/vnd.microsoft.icon"])
    }).pipe(Effect.provide(serve()))
  )

  it.effect("learns where the API stands", () =>
    Effect.gen(function* () {
      assert.include((yield* call("GET", "/")).text, '<meta name="pairroom-api" content="/pairs" />')
    }).pipe(Effect.provide(serve({ prefix: "/pairs" })))
  )

  it.effect("learns that the API stands at the root", () =>
    Effect.gen(function* () {
      assert.include((yield* call("GET", "/")).text, '<meta name="pairroom-api" content="" />')
      assert.strictEqual((yield* view("/room/AAAAAAAAAAAAA")).headers["content-type"], "text/html; charset=utf-8")
    }).pipe(Effect.provide(serve({ prefix: "/" })))
  )

  it.effect("names what is kept apart for other origins as well", () =>
    Effect.gen(function* () {
      const vary = String((yield* call("GET", "/", { headers: { origin: "https://pair.example" } })).headers["vary"])
      assert.sameMembers(vary.split(/, ?/), ["Accept-Encoding", "Origin"])
    }).pipe(Effect.provide(serve({ allowedOrigins: ["https://pair.example"] })))
  )

  it.effect("a server whose page was not built does not start, and names the command that builds it", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Layer.build(serve({ web: "/nowhere" })))
      assert.isTrue(Exit.isFailure(exit))
      assert.match(String(exit), /PageMissing.*npm (ci|run build)/s)
    })
  )
})
