/**
 * What the tests of the page stand on: the service, one Chromium for each file, and in it as many browsers as a test
 * wants, which know nothing of each other. A page that complains, or asks another host for anything, fails the test.
 */
import { type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "playwright-core"
import { expect, test, vi } from "vitest"
import * as Chromium from "./chromium.ts"
import * as Service from "./service.ts"

/** How long to wait for what should be there at once, on the slowest of machines, and for a whole test; milliseconds. */
const PATIENCE = 20_000
vi.setConfig({ testTimeout: 120_000 })

export interface VisitorOptions extends BrowserContextOptions {
  /** Which service it is for, where a test has one of its own. */
  readonly of?: Service.Service
  /** How far its clock is off, in milliseconds. */
  readonly clockOff?: number
  /** What its console may say because the test is about it. */
  readonly mayComplain?: RegExp
}

/** A browser of its own; its tabs share what it keeps. */
export interface Visitor {
  readonly context: BrowserContext
  /** Opens a tab. */
  readonly tab: (path: string) => Promise<Page>
  /** Opens a room in a tab, and waits until it is live. */
  readonly room: (code: string) => Promise<Page>
  /** How often its tabs have sounded, and what they have shown as notifications. */
  readonly sounds: () => number
  readonly notifications: ReadonlyArray<string>
}

export const it = test
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads from the pattern what a fixture needs
  .extend("service", { scope: "file" }, async ({}, { onCleanup }) => {
    const service = await Service.start()
    onCleanup(service.end)
    return service
  })
  // oxlint-disable-next-line no-empty-pattern -- here too
  .extend("chromium", { scope: "file" }, async ({}, { onCleanup }) => {
    const chromium = await Chromium.launch()
    onCleanup(() => chromium.close())
    return chromium
  })
  /** A service that only this test has, to do to it what it likes; soon to notice a dead connection. */
  // oxlint-disable-next-line no-empty-pattern -- and here
  .extend("ownService", async ({}, { onCleanup }) => {
    const service = await Service.start({ isRestarted: true })
    onCleanup(service.end)
    return service
  })
  .extend("visitor", async ({ chromium, service }, { onCleanup }) => {
    const complaints: Array<string> = []
    const contexts: Array<BrowserContext> = []
    onCleanup(async () => {
      await Promise.all(contexts.map((context) => context.close()))
      expect(complaints).toEqual([])
    })
    return async ({ of = service, ...options }: VisitorOptions = {}): Promise<Visitor> => {
      const visitor = await open(chromium, of.url, options, (complaint) => complaints.push(complaint))
      contexts.push(visitor.context)
      return visitor
    }
  })

const open = async (
  chromium: Browser,
  url: string,
  { clockOff = 0, mayComplain, ...options }: Omit<VisitorOptions, "of">,
  complain: (complaint: string) => void
): Promise<Visitor> => {
  const context = await chromium.newContext({
    baseURL: url,
    locale: "en-GB",
    viewport: { width: 1280, height: 800 },
    permissions: ["notifications"],
    // It would answer what a test wants to answer itself.
    serviceWorkers: "block",
    // What moves says nothing more, and drawing it sixty times a second is a quarter of what these tests cost.
    reducedMotion: "reduce",
    ...options
  })
  context.setDefaultTimeout(PATIENCE)
  const notifications: Array<string> = []
  let sounds = 0
  await context.exposeFunction("heard", () => sounds++)
  await context.exposeFunction("notified", (title: string) => notifications.push(title))
  await context.exposeFunction("violated", (what: string) => {
    if (!mayComplain?.test(what)) complain(`content security policy: ${what}`)
  })
  await context.addInitScript(listen)
  if (clockOff !== 0) await context.addInitScript(setClock, clockOff)
  context.on("console", (message) => {
    if (message.type() === "error" && !mayComplain?.test(message.text())) complain(message.text())
  })
  context.on("weberror", (error) => complain(String(error.error())))
  context.on("request", (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${url}/`)) complain(request.url())
  })
  const tab = async (path: string) => {
    const page = await context.newPage()
    await page.goto(path)
    return page
  }
  return {
    context,
    tab,
    room: async (code) => {
      const page = await tab(`/room/${code}`)
      await isLive(page)
      return page
    },
    sounds: () => sounds,
    notifications
  }
}

/** In the page: tells of each sound (the tones that begin together are one), notification and violation. */
const listen = () => {
  const told = globalThis as unknown as Record<"heard" | "notified" | "violated", (what?: string) => void>
  const begin = OscillatorNode.prototype.start
  let isSounding = false
  OscillatorNode.prototype.start = function (when) {
    if (!isSounding) told.heard()
    isSounding = true
    queueMicrotask(() => (isSounding = false))
    begin.call(this, when)
  }
  globalThis.Notification = class extends Notification {
    constructor(title: string, options?: NotificationOptions) {
      super(title, options)
      told.notified(title)
    }
  }
  addEventListener("securitypolicyviolation", ({ blockedURI, violatedDirective }) =>
    told.violated(`${violatedDirective} ${blockedURI}`)
  )
}

/** In the page: the machine's clock is wrong. */
const setClock = (off: number) => {
  const Right = Date
  globalThis.Date = class extends Right {
    constructor(...parts: []) {
      if (parts.length === 0) super(Right.now() + off)
      else super(...parts)
    }
    static override now() {
      return Right.now() + off
    }
  } as DateConstructor
}

/** Waits until what is looked for is there, for so many milliseconds at most. (`expect.poll` knows no concurrent tests.) */
export const eventually = (look: () => unknown, expected: unknown, timeout = PATIENCE) =>
  vi.waitFor(async () => expect(await look()).toEqual(expected), { timeout, interval: 50 })

/** What a room's page shows. */
export const timeOf = (page: Page) => page.locator("[data-time]").innerText()
export const phaseOf = (page: Page) => page.locator("html").getAttribute("data-phase")
export const driverOf = (page: Page) => page.locator("[data-driver]").getAttribute("data-driver")
export const connectionOf = (page: Page) => page.locator("[data-connection]").getAttribute("data-connection")

export const press = (page: Page, command: string, options?: Parameters<Locator["click"]>[0]) =>
  page.locator(`[data-command=${command}]`).click(options)

/** Presses a button that is marked as disabled, by key: a click would miss it if the page moved it in that moment. */
export const pressAllTheSame = (page: Page, command: string) => page.locator(`[data-command=${command}]`).press("Enter")

/** Waits until it is connected. */
export const isLive = (page: Page) => eventually(() => connectionOf(page), "live")
