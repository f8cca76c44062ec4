/**
 * The web pages as they were built: `/`, a room's address, and the files that these load. They are read once, at the
 * start, and answered from memory.
 */
import { Data, Effect, FileSystem, Path, type PlatformError } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { type Encoding, ENCODINGS, encodingFor } from "./Encoding.ts"

/** The page was not built. */
export class PageMissing extends Data.TaggedError("PageMissing")<{ readonly message: string }> {}

/** The answer for one path. */
export interface Page {
  readonly path: `/${string}`
  readonly contentType: string
  readonly cacheControl: string
  /** The content security policy, if it is another one than that of the web page. */
  readonly policy?: string | undefined
  readonly bytes: Uint8Array
  readonly encoded: Readonly<Partial<Record<Encoding, Uint8Array>>>
}

/** Where `npm run build` puts the page. */
const BUILT = fileURLToPath(new URL("../../dist/web", import.meta.url))

/** The HTML files. They are not served under their file names. */
const PAGES: Readonly<Record<string, `/${string}`>> = { "index.html": "/", "room.html": "/room/:accessCode" }

/** The folder of the files whose names contain a hash of their content. */
const HASHED = "assets/"

const SUFFIXES: Readonly<Record<Encoding, string>> = { br: ".br", gzip: ".gz" }

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/vnd.microsoft.icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json"
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  // The page draws the icon of the tab itself.
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

/** Scripts that ask for something by themselves, and the policies under which they do. */
const POLICIES: Readonly<Record<string, string>> = {
  "serviceWorker.js": "default-src 'none'; connect-src 'self'"
}

/** Reads the built page, and writes the prefix of the API into it. */
export const load = Effect.fnUntraced(function* (prefix: string, folder = BUILT) {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const missing = new PageMissing({
    message:
      "the page is not built: run `npm ci` without --omit=dev, which builds it; then `npm prune --omit=dev` leaves what runs"
  })
  const names = yield* files
    .readDirectory(folder, { recursive: true })
    .pipe(Effect.orElseSucceed((): Array<string> => []))
  if (!Object.keys(PAGES).every((name) => names.includes(name))) return yield* missing
  const readPage = Effect.fnUntraced(function* (name: string): Effect.fn.Return<Page, PlatformError.PlatformError> {
    const read = (suffix = "") => files.readFile(path.join(folder, `${name}${suffix}`))
    const contentType = CONTENT_TYPES[path.extname(name)] ?? ""
    const page = PAGES[name]
    if (page !== undefined) return pageOf(page, contentType, yield* read(), prefix)
    const encoded: Partial<Record<Encoding, Uint8Array>> = {}
    for (const encoding of ENCODINGS) {
      if (names.includes(name + SUFFIXES[encoding])) encoded[encoding] = yield* read(SUFFIXES[encoding])
    }
    const url = name.replaceAll(path.sep, "/")
    const cacheControl = url.startsWith(HASHED) ? "public, max-age=31536000, immutable" : "no-cache"
    return { path: `/${url}`, contentType, cacheControl, policy: POLICIES[url], bytes: yield* read(), encoded }
  })
  const isServed = (name: string) => Object.hasOwn(CONTENT_TYPES, path.extname(name))
  return yield* Effect.forEach(names.filter(isServed), readPage).pipe(Effect.catchTag("PlatformError", () => missing))
})

const pageOf = (path: Page["path"], contentType: string, html: Uint8Array, prefix: string): Page => {
  const bytes = Buffer.from(
    Buffer.from(html)
      .toString()
      .replace("{API}", prefix === "/" ? "" : prefix)
  )
  const encoded = { br: brotliCompressSync(bytes), gzip: gzipSync(bytes) }
  return { path, contentType, cacheControl: "no-cache", bytes, encoded }
}

/** Returns the route for one of the pages that `load` has read. */
export const route = (page: Page) =>
  HttpRouter.add("GET", page.path, Effect.map(HttpServerRequest.HttpServerRequest, answersOf(page)))

/** Returns what a page answers to a request: in the encoding that it takes, and nothing where it has the page already. */
export const answersOf = (page: Page) => {
  const answers = { identity: answerOf(page), br: answerOf(page, "br"), gzip: answerOf(page, "gzip") }
  return ({ headers }: Pick<HttpServerRequest.HttpServerRequest, "headers">): HttpServerResponse.HttpServerResponse => {
    const { etag, whole, unchanged } = answers[encodingFor(headers["accept-encoding"]) ?? "identity"]
    return isKnown(headers["if-none-match"], etag) ? unchanged : whole
  }
}

/** Returns the front page as the answer for an address that has no page. It says so. */
export const lost = (pages: ReadonlyArray<Page>): HttpServerResponse.HttpServerResponse | undefined => {
  const front = pages.find(({ path }) => path === "/")
  if (front === undefined) return undefined
  const { whole } = answerOf({ ...front, cacheControl: "no-store", encoded: {} })
  return HttpServerResponse.setStatus(whole, 404)
}

const answerOf = ({ contentType, cacheControl, policy, bytes, encoded }: Page, wanted?: Encoding) => {
  const security = policy ?? (contentType.startsWith("text/html") ? CONTENT_SECURITY_POLICY : undefined)
  const body = wanted === undefined ? undefined : encoded[wanted]
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 16)
  const etag = `"${hash}${body === undefined ? "" : `-${wanted}`}"`
  const headers = {
    etag,
    "cache-control": cacheControl,
    ...(Object.keys(encoded).length > 0 ? { vary: "Accept-Encoding" } : {}),
    ...(security === undefined ? {} : { "content-security-policy": security })
  }
  const whole = HttpServerResponse.uint8Array(body ?? bytes, {
    contentType,
    headers: body === undefined ? headers : { ...headers, "content-encoding": wanted }
  })
  return { etag, whole, unchanged: HttpServerResponse.empty({ status: 304, headers }) }
}

/** Does `If-None-Match` name it (RFC 9110, section 13.1.2)? */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  ifNoneMatch.split(",").some((known) => ["*", etag].includes(known.trim().replace(/^W\//, "")))
