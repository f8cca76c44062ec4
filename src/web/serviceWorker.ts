/**
 * The service worker: it keeps the pages and what they load, so that a server that is down shows the room, which counts on, and not
 * an error of the browser. Notices of the page are shown through it, for Android allows no others. It keeps nothing of the API.
 */

/** What a service worker has. TypeScript knows it only without the types of the page. */
interface Worker {
  readonly location: Location
  readonly clients: {
    readonly claim: () => Promise<void>
    readonly matchAll: (options: { readonly type: "window" }) => Promise<ReadonlyArray<Tab>>
    readonly openWindow: (url: string) => Promise<unknown>
  }
  readonly skipWaiting: () => Promise<void>
  readonly addEventListener: <E>(type: string, listener: (event: E) => void) => void
}

interface Tab {
  readonly url: string
  readonly focus: () => Promise<unknown>
}

interface Lasting {
  readonly waitUntil: (work: Promise<unknown>) => void
}

interface Fetching {
  readonly request: Request
  readonly respondWith: (response: Promise<Response>) => void
}

interface Clicked extends Lasting {
  readonly notification: Notification
}

const worker = globalThis as unknown as Worker

const STORE = "pairroom-1"

/** Files with a hash in their names never change. So many are kept; old ones are those of earlier versions. */
const FILES_KEPT = 60

/** All rooms have the same page. */
const keyOf = ({ pathname }: URL): string => (pathname.startsWith("/room/") ? "/room/" : pathname)

/** The address of a room, not that of its badge. */
const isPage = (request: Request, { pathname }: URL) =>
  request.mode === "navigate" && (pathname === "/" || /^\/room\/[^/.]+$/.test(pathname))

const isFile = ({ pathname }: URL) => pathname.startsWith("/assets/")

/** The page as the server has it now, or as it was last. */
const freshPage = async (request: Request, url: URL): Promise<Response> => {
  const store = await caches.open(STORE)
  try {
    const response = await fetch(request)
    if (response.ok) await store.put(keyOf(url), response.clone())
    return response
  } catch (error) {
    // It is kept under another request than that which it was the answer to.
    const known = await store.match(keyOf(url), { ignoreVary: true })
    if (known === undefined) throw error
    return known
  }
}

const keptFile = async (request: Request): Promise<Response> => {
  const store = await caches.open(STORE)
  const known = await store.match(request, { ignoreVary: true })
  if (known !== undefined) return known
  const response = await fetch(request)
  if (response.ok) {
    await store.put(request, response.clone())
    const files = (await store.keys()).filter(({ url }) => isFile(new URL(url)))
    await Promise.all(files.slice(0, -FILES_KEPT).map((file) => store.delete(file)))
  }
  return response
}

worker.addEventListener<Lasting>("install", (event) => event.waitUntil(worker.skipWaiting()))

worker.addEventListener<Lasting>("activate", (event) => event.waitUntil(worker.clients.claim()))

worker.addEventListener<Fetching>("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== worker.location.origin) return
  if (isPage(request, url)) event.respondWith(freshPage(request, url))
  else if (isFile(url)) event.respondWith(keptFile(request))
})

/** A press on a notice brings its room to the front. The tag of a notice is the code of the room. */
worker.addEventListener<Clicked>("notificationclick", (event) => {
  const { notification } = event
  notification.close()
  const path = `/room/${encodeURIComponent(notification.tag)}`
  const show = async () => {
    const tabs = await worker.clients.matchAll({ type: "window" })
    const tab = tabs.find(({ url }) => new URL(url).pathname.toLowerCase() === path.toLowerCase())
    await (tab === undefined ? worker.clients.openWindow(path) : tab.focus())
  }
  event.waitUntil(show())
})
