/**
 * A browser and a server that a test turns by hand: tabs with clocks, locks and channels of their own making, and
 * streams that say what they are told to. Time is that of Vitest's fake timers.
 */
import type { Environment, Signal } from "../../src/client/Environment.ts"
import { onTestFinished, vi } from "vitest"

/** What the server was asked. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: unknown
  readonly signal: AbortSignal
}

/** The server's end of a stream. */
export interface FakeStream extends Asked {
  readonly send: (text: string) => Promise<void>
  /** The end of the answer, or a connection that breaks. */
  readonly end: () => Promise<void>
  readonly cut: () => Promise<void>
}

export const settled = () => vi.advanceTimersByTimeAsync(0)

export const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)

export const useFakeTime = () => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"],
    now: 1_800_000_000_000
  })
  onTestFinished(() => void vi.useRealTimers())
}

export const json = (status: number, body: unknown) => Response.json(body, { status })

export class FakeServer {
  readonly asked: Array<Asked> = []
  /** All streams that were answered with one, and those of them that are still open. */
  readonly streams: Array<FakeStream> = []
  open = new Set<FakeStream>()
  /** How long a request is on its way, and its answer, in milliseconds. */
  there = 0
  back = 0
  /** How far its clock is ahead of the machine's. */
  ahead = 0
  /** Gives the answer to a request; undefined where there is none, for good. */
  answer: (asked: Asked) => Response | undefined = (asked) =>
    asked.url.includes("/connect")
      ? this.stream(asked)
      : asked.method === "GET"
        ? json(200, { serverTime: this.now() })
        : new Response(null, { status: 204 })

  now(): number {
    return Math.floor(this.precisely())
  }

  precisely(): number {
    return 1_800_000_000_000 + performance.now() + this.ahead
  }

  get last(): FakeStream {
    return this.streams.at(-1)!
  }

  stream(asked: Asked): Response {
    const encoder = new TextEncoder()
    let controller!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({ start: (started) => void (controller = started) })
    const close = (end: () => void) => async () => {
      if (this.open.delete(stream)) end()
      await settled()
    }
    const stream: FakeStream = {
      ...asked,
      send: async (text) => {
        if (this.open.has(stream)) controller.enqueue(encoder.encode(text))
        await settled()
      },
      end: close(() => controller.close()),
      cut: close(() => controller.error(new TypeError("network error")))
    }
    asked.signal.addEventListener("abort", () => {
      if (this.open.delete(stream)) controller.error(asked.signal.reason)
    })
    this.streams.push(stream)
    this.open.add(stream)
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const signal = init.signal!
    const asked: Asked = {
      method: init.method ?? "GET",
      url,
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      signal
    }
    this.asked.push(asked)
    if (this.there > 0) await new Promise((resolve) => setTimeout(resolve, this.there))
    const answer = this.answer(asked)
    if (this.back > 0) await new Promise((resolve) => setTimeout(resolve, this.back))
    signal.throwIfAborted()
    return (
      answer ??
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)))
    )
  }
}

export class FakeTab {
  isVisible = true
  isOnLine = true
  /** How wrong the machine's own clock is, and how long the steady one stood still. */
  skew = 0
  slept = 0
  #frozenAt: number | undefined
  readonly #waiting: Array<() => void> = []
  readonly #listeners = new Set<(signal: Signal) => void>()
  readonly environment: Environment

  constructor(browser: FakeBrowser, server: FakeServer) {
    this.environment = {
      id: String(browser.tabs++).padStart(3, "0"),
      fetch: async (url, init) => {
        const response = await server.fetch(String(url), init!)
        await this.#awake()
        return response
      },
      elapsed: () => (this.#frozenAt ?? performance.now()) - this.slept,
      wall: () => (this.#frozenAt === undefined ? Date.now() : 1_800_000_000_000 + this.#frozenAt) + this.skew,
      random: () => 0.5,
      onLine: () => this.isOnLine,
      isVisible: () => this.isVisible,
      locks: browser.hasLocks ? browser.locksFor(this) : undefined,
      channel: (name) => browser.channelFor(this, name),
      storage: browser.storage,
      onSignal: (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      }
    }
  }

  signal(signal: Signal): Promise<unknown> {
    for (const listener of this.#listeners) listener(signal)
    return settled()
  }

  /** Runs what comes from outside, once the tab is not frozen. */
  run(task: () => void): void {
    if (this.#frozenAt === undefined) queueMicrotask(task)
    else this.#waiting.push(task)
  }

  /** Nothing happens in the tab any more, and its browser does not say so. */
  freeze(): void {
    this.#frozenAt = performance.now()
  }

  async thaw(): Promise<void> {
    this.#frozenAt = undefined
    for (const task of this.#waiting.splice(0)) task()
    await settled()
  }

  #awake(): Promise<void> {
    return new Promise((resolve) => this.run(resolve))
  }
}

interface Holder {
  readonly tab: FakeTab
  readonly grant: () => void
  readonly steal: () => void
}

export class FakeBrowser {
  hasLocks = true
  /** How many tabs were opened. */
  tabs = 0
  readonly #held = new Map<string, Array<Holder>>()
  readonly #channels = new Map<string, Set<{ readonly tab: FakeTab; readonly target: EventTarget }>>()
  readonly #items = new Map<string, string>()
  storage: Environment["storage"] = {
    getItem: (key) => this.#items.get(key) ?? null,
    setItem: (key, value) => void this.#items.set(key, value)
  }

  locksFor(tab: FakeTab): LockManager {
    const request = (name: string, ...rest: ReadonlyArray<unknown>) => {
      const callback = rest.at(-1) as (lock: object | null) => unknown
      const { ifAvailable, signal, steal } = (rest.length > 1 ? rest[0] : {}) as LockOptions
      const queue = this.#held.get(name) ?? []
      this.#held.set(name, queue)
      if (ifAvailable === true && queue.length > 0) return Promise.resolve(callback(null))
      return new Promise((resolve, reject) => {
        const refuse = () => tab.run(() => reject(new DOMException("", "AbortError")))
        const leave = () => {
          const index = queue.indexOf(holder)
          if (index >= 0) queue.splice(index, 1)
          if (index === 0) queue[0]?.grant()
        }
        const holder: Holder = {
          tab,
          grant: () => tab.run(() => void Promise.resolve(callback({ name })).then(resolve, reject).finally(leave)),
          steal: () => {
            queue.splice(queue.indexOf(holder), 1)
            refuse()
          }
        }
        if (steal === true) {
          queue[0]?.steal()
          queue.unshift(holder)
        } else queue.push(holder)
        if (queue[0] === holder) holder.grant()
        signal?.addEventListener("abort", () => {
          if (queue.indexOf(holder) <= 0) return
          leave()
          refuse()
        })
      })
    }
    return { request } as unknown as LockManager
  }

  channelFor(tab: FakeTab, name: string): BroadcastChannel {
    const all = this.#channels.get(name) ?? new Set()
    this.#channels.set(name, all)
    const end = { tab, target: new EventTarget() }
    all.add(end)
    return Object.assign(end.target, {
      postMessage: (data: unknown) => {
        for (const other of all) {
          if (other === end) continue
          other.tab.run(() => other.target.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) })))
        }
      },
      close: () => all.delete(end)
    }) as unknown as BroadcastChannel
  }
}
