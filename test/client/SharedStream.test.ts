import { assert, describe, it } from "@effect/vitest"
import { beforeEach } from "vitest"
import type { Environment } from "../../src/client/Environment.ts"
import type { RoomUpdate } from "../../src/client/RoomUpdate.ts"
import { SharedStream } from "../../src/client/SharedStream.ts"
import { FakeBrowser, FakeServer, FakeTab, json, pass, settled, useFakeTime } from "./browser.ts"

const frame = (id: string, change?: string) =>
  `event: room\ndata: ${JSON.stringify({ id, serverTime: Date.now() })}\n` +
  `${change === undefined ? "" : `\nevent: timer\ndata: ${change}\n`}id: ${id}\n\n`

const heartbeat = () => `event: heartbeat\ndata: ${Date.now()}\n\n`

const refuse = () => {
  throw new DOMException("", "InvalidStateError")
}

const setUp = () => {
  const server = new FakeServer()
  const browser = new FakeBrowser()
  const open = async (missing: Partial<Environment> = {}) => {
    const tab = new FakeTab(browser, server)
    const seen: Array<RoomUpdate> = []
    const stream = new SharedStream(
      { ...tab.environment, ...missing },
      "pairroom:CODE",
      () => "/CODE/connect",
      (update) => seen.push(update)
    )
    stream.start()
    await settled()
    return {
      tab,
      stream,
      seen,
      /** What this tab shows: the id of its room, and how it stands. */
      get shows() {
        const { room, state } = seen.at(-1) ?? {}
        return `${room?.id} ${state}`
      },
      get changes() {
        return seen.flatMap(({ changes }) => changes)
      }
    }
  }
  type Tab = Awaited<ReturnType<typeof open>>
  const passLooking = async (millis: number, tabs: ReadonlyArray<Tab>, eachSecond = async () => {}) => {
    for (let passed = 0; passed < millis; passed += 1_000) {
      await pass(1_000)
      for (const { stream } of tabs) stream.look()
      await eachSecond()
    }
    await settled()
  }
  return { server, browser, open, passLooking }
}

describe("SharedStream", () => {
  beforeEach(useFakeTime)

  it("ten tabs have one stream, and all of them see everything", async () => {
    const { open, passLooking, server } = setUp()
    const tabs = [await open()]
    await server.last.send(frame("1"))
    for (let count = 1; count < 10; count++) tabs.push(await open())
    await passLooking(10_000, tabs)
    await server.last.send(heartbeat())
    await server.last.send(frame("2", "start"))
    assert.strictEqual(server.asked.length, 1)
    assert.deepStrictEqual(
      tabs.map(({ shows }) => shows),
      tabs.map(() => "2 live")
    )
    for (const { changes } of tabs) assert.deepStrictEqual(changes, ["start"])
    assert.isTrue(tabs.every(({ seen }) => seen.some(({ serverTime }) => serverTime !== null)))
  })

  it("a tab that comes later sees the room without asking the server", async () => {
    const { open, server } = setUp()
    await open()
    await server.last.send(frame("1", "start"))
    const late = await open()
    assert.strictEqual(late.shows, "1 live")
    assert.deepStrictEqual(late.changes, [])
    assert.strictEqual(server.asked.length, 1)
  })

  it("when the leader is closed another goes on from what was seen last, and nothing is missed or seems cut", async () => {
    const { open, server } = setUp()
    const [first, second, third] = [await open(), await open(), await open()]
    await server.last.send(frame("1"))
    first.stream.stop()
    await settled()
    assert.strictEqual(server.streams.length, 2)
    assert.strictEqual(server.open.size, 1)
    assert.strictEqual(server.last.headers.get("last-event-id"), "1")
    await server.last.send(frame("2", "stop"))
    for (const tab of [second, third]) {
      assert.strictEqual(tab.shows, "2 live")
      assert.deepStrictEqual(tab.changes, ["stop"])
      assert.notInclude(
        tab.seen.map(({ state }) => state),
        "reconnecting"
      )
    }
    assert.strictEqual(first.shows, "1 live")
  })

  it("takes the lead from a tab that is frozen, and no change is missed", async () => {
    const { open, passLooking, server } = setUp()
    const [leader, other, third] = [await open(), await open(), await open()]
    await server.last.send(frame("1"))
    leader.tab.freeze()
    await passLooking(46_000, [other, third])
    assert.strictEqual(server.last.headers.get("last-event-id"), "1")
    assert.isAtLeast(server.streams.length, 2)
    await server.last.send(frame("2", "start"))
    for (const tab of [other, third]) {
      assert.strictEqual(tab.shows, "2 live")
      assert.deepStrictEqual(tab.changes, ["start"])
    }
  })

  it("misses a leader that is frozen within three seconds, and one that lives never", async () => {
    const { open, passLooking, server } = setUp()
    const [leader, ...others] = [await open(), await open(), await open(), await open()]
    await server.last.send(frame("1"))
    await passLooking(30_000, others)
    assert.strictEqual(server.streams.length, 1)
    leader.tab.freeze()
    await passLooking(3_000, others)
    assert.isAbove(server.streams.length, 1)
    await server.last.send(frame("2"))
    for (const tab of others) assert.strictEqual(tab.shows, "2 live")
  })

  it("a leader that was frozen follows when it is back, and what it still says is not believed", async () => {
    const { open, passLooking, server } = setUp()
    const [leader, other] = [await open(), await open()]
    await server.last.send(frame("1"))
    const old = server.last
    leader.tab.freeze()
    await passLooking(46_000, [other])
    await server.last.send(frame("3"))
    await leader.tab.thaw()
    await old.send(frame("2", "pause"))
    await passLooking(3_000, [leader, other])
    assert.strictEqual(server.open.size, 1)
    assert.strictEqual(leader.shows, "3 live")
    assert.strictEqual(other.shows, "3 live")
    assert.notInclude(other.changes, "pause")
    for (const stream of server.open) await stream.send(frame("4"))
    assert.deepStrictEqual([leader.shows, other.shows], ["4 live", "4 live"])
  })

  it("a tab that finds a frozen leader has a stream within seconds", async () => {
    const { open, passLooking, server } = setUp()
    const leader = await open()
    await server.last.send(frame("1"))
    leader.tab.freeze()
    const late = await open()
    await passLooking(4_000, [late])
    await server.last.send(frame("1"))
    assert.strictEqual(late.shows, "1 live")
  })

  it("a tab that is seen makes a hidden leader, whose own timers come late, do what is due", async () => {
    const { open, passLooking, server } = setUp()
    const [leader, seen] = [await open(), await open()]
    await server.last.send(frame("1"))
    await pass(1_000)
    // No time passes for the leader's pulse, and its stream goes silent.
    await passLooking(45_000, [seen])
    assert.strictEqual(server.streams.length, 2)
    await server.last.send(frame("2"))
    assert.deepStrictEqual([leader.shows, seen.shows], ["2 live", "2 live"])
  })

  it("passes on that someone is looking, and that the connection is probably dead", async () => {
    const { open, server } = setUp()
    const [, other] = [await open(), await open()]
    await server.last.send(frame("1"))
    other.stream.replace()
    await settled()
    assert.strictEqual(server.streams.length, 2)
    server.answer = () => json(502, {})
    await server.last.cut()
    await pass(5_000)
    const { length } = server.asked
    other.stream.wake()
    await settled()
    assert.strictEqual(server.asked.length, length + 1)
  })

  it("tells all tabs how the connection is", async () => {
    const { open, server } = setUp()
    const tabs = [await open(), await open()]
    await server.last.send(frame("1"))
    await server.last.cut()
    assert.deepStrictEqual(
      tabs.map(({ shows }) => shows),
      ["1 reconnecting", "1 reconnecting"]
    )
  })

  it("once the room is closed no tab has a stream, and one that is opened then asks for itself", async () => {
    const { open, passLooking, server } = setUp()
    const tabs = [await open(), await open(), await open()]
    await server.last.send("event: timer\ndata: complete\n\nevent: close\ndata: OK\nid: 2\n\n")
    await passLooking(60_000, tabs)
    assert.strictEqual(server.asked.length, 1)
    assert.strictEqual(server.open.size, 0)
    assert.isTrue(tabs.every(({ seen }) => seen.at(-1)?.state === "ended"))
    await open()
    assert.strictEqual(server.asked.length, 2)
  })

  it("without locks tabs that are opened at once elect one for the stream, and all of them see everything", async () => {
    const { browser, open, passLooking, server } = setUp()
    browser.hasLocks = false
    const tabs = await Promise.all(Array.from({ length: 10 }, () => open()))
    await passLooking(1_000, tabs)
    assert.strictEqual(server.streams.length, 1)
    await server.last.send(frame("1"))
    const late = await open()
    await passLooking(10_000, [...tabs, late])
    await server.last.send(frame("2", "start"))
    assert.strictEqual(server.streams.length, 1)
    for (const tab of tabs) assert.deepStrictEqual([tab.shows, tab.changes], ["2 live", ["start"]])
    assert.strictEqual(late.shows, "2 live")
  })

  it("without locks another tab goes on when the leader is closed", async () => {
    const { browser, open, passLooking, server } = setUp()
    browser.hasLocks = false
    const tabs = [await open(), await open(), await open()]
    await passLooking(1_000, tabs)
    await server.last.send(frame("1"))
    tabs[0]!.stream.stop()
    await passLooking(1_000, tabs.slice(1))
    assert.deepStrictEqual([server.streams.length, server.open.size], [2, 1])
    assert.strictEqual(server.last.headers.get("last-event-id"), "1")
    await server.last.send(frame("2"))
    for (const tab of tabs.slice(1)) assert.strictEqual(tab.shows, "2 live")
  })

  it("without locks the lead is taken from a frozen tab, which gives way when it is back", async () => {
    const { browser, open, passLooking, server } = setUp()
    browser.hasLocks = false
    const [leader, ...others] = [await open(), await open(), await open()]
    await passLooking(1_000, [leader, ...others])
    await server.last.send(frame("1"))
    leader.tab.freeze()
    await passLooking(4_000, others)
    assert.strictEqual(server.streams.length, 2)
    await server.last.send(frame("2"))
    for (const tab of others) assert.strictEqual(tab.shows, "2 live")
    await leader.tab.thaw()
    await passLooking(2_000, [leader, ...others])
    assert.deepStrictEqual([server.streams.length, server.open.size], [2, 1])
    await server.last.send(frame("3"))
    assert.deepStrictEqual(
      [leader, ...others].map(({ shows }) => shows),
      ["3 live", "3 live", "3 live"]
    )
  })

  it("of two leaders that did not hear each other one gives way", async () => {
    const { browser, open, passLooking, server } = setUp()
    browser.hasLocks = false
    const one = await open()
    await passLooking(1_000, [one])
    await server.last.send(frame("1"))
    one.tab.freeze()
    const other = await open()
    await passLooking(1_000, [other])
    assert.strictEqual(server.open.size, 2)
    await one.tab.thaw()
    await passLooking(1_000, [one, other])
    assert.strictEqual(server.open.size, 1)
    await server.last.send(frame("2"))
    assert.deepStrictEqual([one.shows, other.shows], ["2 live", "2 live"])
  })

  it("where locks are there and refuse, tabs elect one too", async () => {
    const { browser, open, passLooking, server } = setUp()
    browser.locksFor = () =>
      ({ request: () => Promise.reject(new DOMException("", "SecurityError")) }) as unknown as LockManager
    const tabs = [await open(), await open()]
    await passLooking(1_000, tabs)
    assert.strictEqual(server.streams.length, 1)
    await server.last.send(frame("1"))
    for (const tab of tabs) assert.strictEqual(tab.shows, "1 live")
  })

  it("where locks are there and never answer, tabs elect one within three seconds", async () => {
    const { browser, open, passLooking, server } = setUp()
    browser.locksFor = () => ({ request: () => new Promise(() => {}) }) as unknown as LockManager
    const tabs = [await open(), await open()]
    await passLooking(3_000, tabs)
    assert.strictEqual(server.streams.length, 1)
    await server.last.send(frame("1"))
    const late = await open()
    await passLooking(5_000, [...tabs, late])
    assert.strictEqual(server.streams.length, 1)
    for (const tab of [...tabs, late]) assert.strictEqual(tab.shows, "1 live")
  })

  it("a lock that comes when the tab waits for it no more is given back", async () => {
    const { browser, open, passLooking, server } = setUp()
    let grant: (() => Promise<unknown>) | undefined
    browser.locksFor = () =>
      ({
        request: (_name: string, _options: LockOptions, held: (lock: object) => Promise<unknown>) => {
          grant = () => held({})
          return new Promise(() => {})
        }
      }) as unknown as LockManager
    const tab = await open()
    await passLooking(3_000, [tab])
    let isGivenBack = false
    void grant?.().then(() => (isGivenBack = true))
    await settled()
    assert.isTrue(isGivenBack)
    assert.strictEqual(server.streams.length, 1)
  })

  it.each([true, false])(
    "where a channel refuses every message, each tab has a stream of its own (with locks: %s)",
    async (hasLocks) => {
      const { browser, open, passLooking, server } = setUp()
      browser.hasLocks = hasLocks
      const channel = (name: string) =>
        Object.assign(browser.channelFor(new FakeTab(browser, server), name), { postMessage: refuse })
      const tabs = [await open({ channel }), await open({ channel })]
      await passLooking(3_000, tabs)
      assert.deepStrictEqual([server.streams.length, server.open.size], [2, 2])
      for (const stream of server.streams) await stream.send(frame("1"))
      for (const tab of tabs) assert.strictEqual(tab.shows, "1 live")
      await passLooking(10_000, tabs)
      assert.strictEqual(server.streams.length, 2)
    }
  )

  it("where tabs cannot hear each other, each has a stream of its own", async () => {
    const { open, server } = setUp()
    const [one, other] = [await open({ channel: undefined }), await open({ channel: undefined })]
    assert.strictEqual(server.open.size, 2)
    for (const stream of server.streams) await stream.send(frame("1"))
    assert.deepStrictEqual([one.shows, other.shows], ["1 live", "1 live"])
  })

  it("a tab that is put away and taken out again shows nothing as live that it cannot know", async () => {
    const { open, server } = setUp()
    const tab = await open()
    await server.last.send(frame("1"))
    tab.stream.stop()
    await settled()
    assert.strictEqual(server.open.size, 0)
    tab.stream.start()
    await settled()
    assert.strictEqual(tab.shows, "1 reconnecting")
    await server.last.send(frame("2"))
    assert.strictEqual(tab.shows, "2 live")
  })
})
