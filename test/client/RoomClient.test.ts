import { assert, describe, it } from "@effect/vitest"
import { beforeEach } from "vitest"
import { type ClientEvent, openRoom, type RoomView } from "../../src/client/RoomClient.ts"
import { FakeBrowser, FakeServer, FakeTab, json, pass, settled, useFakeTime } from "./browser.ts"

const HOUR = 3_600_000

const DURATION = 600_000

type Fields = Partial<RoomView>

const setUp = () => {
  const server = new FakeServer()
  const view = (id: string, fields: Fields = {}) => ({
    driver: "lemon",
    navigator: "apple",
    status: "IN_PROGRESS",
    duration: DURATION,
    remainingTime: DURATION,
    missionUrl: "",
    id,
    accessCode: "CODE",
    running: false,
    endsAt: null,
    turn: 1,
    finishedAt: null,
    connections: 1,
    serverTime: server.now(),
    periodDuration: fields.duration ?? DURATION,
    lastChange: { kind: "start", by: null, at: 0, undoUntil: null },
    ...fields
  })
  /** Sends a frame to every stream that is open. */
  const send = async (id: string, fields: Fields = {}, ...changes: ReadonlyArray<string>) => {
    const events = [
      `event: room\ndata: ${JSON.stringify(view(id, fields))}\n`,
      ...changes.map((change) => `event: timer\ndata: ${change}\n`)
    ]
    for (const stream of server.open) await stream.send(`${events.join("\n")}id: ${id}\n\n`)
  }
  const running = (left: number): Fields => ({ running: true, endsAt: server.now() + left, remainingTime: left })
  const open = async (browser = new FakeBrowser(), { skew = 0 } = {}) => {
    const tab = new FakeTab(browser, server)
    tab.skew = skew
    const client = openRoom("code", { api: "/api", environment: tab.environment })
    const seen: Array<ClientEvent> = []
    client.on((event) => seen.push(event))
    await settled()
    const of = <Type extends ClientEvent["type"]>(type: Type) =>
      seen.filter((event): event is Extract<ClientEvent, { type: Type }> => event.type === type)
    return { tab, client, seen, of }
  }
  return { server, send, running, open }
}

describe("openRoom", () => {
  beforeEach(useFakeTime)

  it("shows the room, how it is connected, and what changes, in that order", async () => {
    const { open, running, send } = setUp()
    const { client, seen } = await open()
    assert.strictEqual<unknown>(client.room, null)
    assert.strictEqual(client.remaining(), 0)
    await send("1")
    assert.strictEqual(client.room?.driver, "lemon")
    assert.strictEqual(client.connection.state, "live")
    assert.strictEqual(client.remaining(), DURATION)
    await send("2", running(DURATION), "start")
    const types = seen.filter(({ type }) => type !== "connection").map(({ type }) => type)
    assert.deepStrictEqual(types, ["room", "room", "timer"])
    assert.deepStrictEqual(seen.at(-1), { type: "timer", change: "start" })
    await pass(1_500)
    assert.approximately(client.remaining(), DURATION - 1_500, 2)
  })

  it("a room that is found running says so once, not after each reconnect", async () => {
    const { open, running, send, server } = setUp()
    const { of } = await open()
    const fields = running(DURATION)
    await send("2", fields, "running")
    await server.last.cut()
    await pass(2_000)
    await send("2", fields, "running")
    assert.deepStrictEqual(
      of("timer").map(({ change }) => change),
      ["running"]
    )
  })

  it("counts right where the machine's clock is an hour off, and no tick comes", async () => {
    const { open, running, send, server } = setUp()
    server.there = 20
    server.back = 20
    const clients = [await open(new FakeBrowser(), { skew: HOUR }), await open(new FakeBrowser(), { skew: -HOUR })]
    await pass(40)
    await send("1", running(DURATION))
    await pass(300_000)
    for (const { client } of clients) {
      assert.approximately(client.remaining(), DURATION - 300_000, 3)
      assert.approximately(client.now(), server.precisely(), 3)
      assert.strictEqual(client.connection.delay, 40)
    }
  })

  it("stays right over hours in which the machine's clock goes wrong", async () => {
    const { open, send, server } = setUp()
    const { client, tab } = await open()
    await send("1")
    for (let minute = 0; minute < 180; minute++) {
      await pass(15_000)
      for (const stream of server.open) await stream.send(`event: heartbeat\ndata: ${server.now()}\n\n`)
      // 50 ms in 1,000 s
      tab.slept += 0.75
      tab.skew -= 0.75
    }
    assert.approximately(client.now(), server.precisely(), 8)
  })

  it("is right soon after the machine slept for an hour, steady clock and all", async () => {
    const { open, running, send, server } = setUp()
    const { client, tab } = await open()
    await send("1", running(2 * HOUR))
    await pass(30_000)
    tab.slept += HOUR
    server.ahead += HOUR
    tab.skew += 2 * HOUR
    const before = server.streams.length
    await pass(1_000)
    assert.strictEqual(server.streams.length, before + 1)
    await send("1", running(HOUR - 31_000))
    await pass(100)
    assert.approximately(client.now(), server.precisely(), 2)
  })

  it("measures anew when the tab is seen again", async () => {
    const { open, send, server } = setUp()
    const { tab } = await open()
    await send("1")
    await pass(10_000)
    const { length } = server.asked
    await tab.signal("wake")
    assert.isAbove(server.asked.length, length)
  })

  it("connects without waiting where somebody asks for it", async () => {
    const { open, send, server } = setUp()
    const { client } = await open()
    await send("1")
    server.answer = () => json(502, {})
    await server.last.cut()
    assert.isAbove(client.connection.retryIn ?? 0, 100)
    const before = server.asked.length
    client.reconnect()
    await settled()
    assert.strictEqual(server.asked.length, before + 1)
  })

  it("replaces the connection when it is seen again and the server does not answer", async () => {
    const { open, send, server } = setUp()
    const { client, tab } = await open()
    await send("1")
    await pass(10_000)
    server.answer = () => undefined
    await tab.signal("wake")
    await pass(5_000)
    assert.strictEqual(client.connection.state, "reconnecting")
    assert.isTrue(server.streams[0]?.signal.aborted)
  })

  it("a command without an answer replaces the connection, and the snapshot shows what became of it", async () => {
    const { open, running, send, server } = setUp()
    const { client, of } = await open()
    await send("1")
    await pass(2_000)
    const usual = server.answer
    server.answer = (asked) => (asked.method === "PATCH" ? undefined : usual(asked))
    const result = client.start()
    await pass(5_000)
    assert.deepInclude(await result, { ok: false, reason: "unknown" })
    await send("2", running(DURATION), "running", "start")
    assert.strictEqual(client.room?.id, "2")
    assert.deepStrictEqual(of("timer").at(-1)?.change, "start")
  })

  it("refuses commands at once while there is no connection", async () => {
    const { open, send, server } = setUp()
    const { client } = await open()
    assert.deepInclude(await client.start(), { ok: false, reason: "offline" })
    await send("1")
    await server.last.cut()
    assert.deepInclude(await client.swap(), { ok: false, reason: "offline" })
    assert.isFalse(server.asked.some(({ method }) => method === "PATCH"))
  })

  it("tells a finish once, however often the room is told after it", async () => {
    const { open, send, server } = setUp()
    const { of } = await open()
    await send("1")
    const finishedAt = server.now()
    await send("1-finish", { finishedAt, turn: 2 }, "stop")
    await send("1-finish", { finishedAt, turn: 2, connections: 2 })
    await send("2", { finishedAt, turn: 2 })
    assert.deepStrictEqual(of("finish"), [{ type: "finish", finishedAt, missed: false }])
  })

  it("tells a finish while it was away as missed, and that of a short cut as now", async () => {
    const { open, send, server } = setUp()
    const { of, tab } = await open()
    await send("1")
    await server.last.cut()
    await pass(2_000)
    const first = server.now() - 1_000
    await send("1-finish", { finishedAt: first, turn: 2 }, "stop", "pause")
    const usual = server.answer
    server.answer = () => new Response(null, { status: 502 })
    await server.last.cut()
    await pass(60_000)
    server.answer = usual
    await tab.signal("wake")
    const second = server.now() - 30_000
    await send("2-finish", { finishedAt: second, turn: 3 }, "stop", "pause")
    assert.deepStrictEqual(of("finish"), [
      { type: "finish", finishedAt: first, missed: false },
      { type: "finish", finishedAt: second, missed: true }
    ])
    assert.deepStrictEqual(
      of("timer").map(({ change }) => change),
      ["stop", "stop"]
    )
  })

  it.each([
    ["some minutes ago is told as missed", -300_000, {}, [true]],
    ["hours ago is not told", -3 * HOUR, {}, []],
    ["is not told where the next turn runs", -300_000, { running: true, endsAt: 1_800_000_600_000 }, []]
  ] as const)("a finish from before the page was opened: %s", async (_, age, fields, missed) => {
    const { open, send, server } = setUp()
    const { of } = await open()
    await send("1", { ...fields, finishedAt: server.now() + age, turn: 2 })
    assert.deepStrictEqual<unknown>(
      of("finish").map((event) => event.missed),
      missed
    )
  })

  it("ten tabs: one stream, each of them counts for itself, and one sounds the alarm", async () => {
    const { open, running, send, server } = setUp()
    const browser = new FakeBrowser()
    const tabs = []
    for (let count = 0; count < 10; count++) tabs.push(await open(browser))
    await send("1", running(5_000))
    await pass(5_000)
    assert.strictEqual(server.streams.length, 1)
    const finishedAt = server.now()
    await send("1-finish", { finishedAt, turn: 2 }, "stop")
    const claims = Promise.all(
      tabs.map(
        async ({ client }) => (await client.claim(`finish ${finishedAt}`)) && client.prove(`finish ${finishedAt}`)
      )
    )
    await pass(1_000)
    assert.strictEqual((await claims).filter(Boolean).length, 1)
    for (const { client, of } of tabs) {
      assert.strictEqual(of("finish").length, 1)
      assert.strictEqual(client.connection.state, "live")
    }
  })

  it("a tab that is put away gives up the stream, and has it again when it is taken out", async () => {
    const { open, send, server } = setUp()
    const { client, tab } = await open()
    await send("1")
    await tab.signal("suspend")
    assert.strictEqual(server.open.size, 0)
    await tab.signal("resume")
    await send("2")
    assert.deepStrictEqual([client.room?.id, client.connection.state], ["2", "live"])
  })

  it("says so when the browser is off line", async () => {
    const { open, send, server } = setUp()
    const { client, tab } = await open()
    await send("1")
    server.answer = () => {
      throw new TypeError("Failed to fetch")
    }
    tab.isOnLine = false
    await tab.signal("offline")
    assert.strictEqual(client.connection.state, "offline")
    server.answer = (asked) => server.stream(asked)
    tab.isOnLine = true
    await tab.signal("wake")
    await send("1")
    assert.strictEqual(client.connection.state, "live")
  })

  it("a fault in a listener stops neither the others nor the stream", async () => {
    const { open, send } = setUp()
    const { client, of } = await open()
    const faults: Array<unknown> = []
    const hear = (error: unknown) => faults.push(error)
    const others = process.listeners("uncaughtException")
    process.removeAllListeners("uncaughtException").on("uncaughtException", hear)
    client.on(() => {
      throw new Error("the page's own")
    })
    await send("1")
    await send("2")
    process.removeListener("uncaughtException", hear)
    for (const other of others) process.on("uncaughtException", other)
    assert.strictEqual(of("room").length, 2)
    assert.strictEqual(client.connection.state, "live")
    assert.isAbove(faults.length, 1)
  })

  it("is silent and asks nothing once it is closed", async () => {
    const { open, send, server } = setUp()
    const { client, seen, tab } = await open()
    await send("1")
    await pass(2_000)
    client.close()
    const counts = [seen.length, server.asked.length]
    await tab.signal("wake")
    await pass(300_000)
    assert.deepStrictEqual([seen.length, server.asked.length], counts)
    assert.strictEqual(server.open.size, 0)
  })
})
