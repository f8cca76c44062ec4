import { assert, describe, it } from "@effect/vitest"
import { beforeEach } from "vitest"
import { EventStream } from "../../src/client/EventStream.ts"
import { FakeBrowser, FakeServer, FakeTab, json, pass, settled, useFakeTime } from "./browser.ts"

const FRAME = (id: string, ...names: ReadonlyArray<string>) =>
  `${names.map((name) => `event: ${name}\ndata: OK\n`).join("\n")}id: ${id}\n\n`

const HEARTBEAT = () => `event: heartbeat\ndata: ${Date.now()}\n\n`

const setUp = async ({ lastEventId = "" } = {}) => {
  const server = new FakeServer()
  const tab = new FakeTab(new FakeBrowser(), server)
  const seen: Array<string> = []
  const stream = new EventStream(tab.environment, () => "/api/CODE/connect?ticks=off", lastEventId, {
    frame: (events, id) => seen.push(`${events.map(({ event }) => event).join(" ")} ${id}`),
    heartbeat: () => seen.push("heartbeat"),
    state: (state) => seen.push(state)
  })
  stream.open()
  await settled()
  /** Turns the time as a page does, with a look each second. */
  const passLooking = async (millis: number) => {
    for (let passed = 0; passed < millis; passed += 1_000) {
      await pass(1_000)
      stream.look()
    }
    await settled()
  }
  return { server, tab, seen, stream, passLooking }
}

const lastEventIdOf = ({ headers }: { readonly headers: Headers }) => headers.get("last-event-id")

describe("EventStream", () => {
  beforeEach(useFakeTime)

  it("asks for a stream without ticks, and tells each frame as a whole", async () => {
    const { seen, server } = await setUp()
    assert.strictEqual(server.last.url, "/api/CODE/connect?ticks=off")
    assert.isNull(lastEventIdOf(server.last))
    await server.last.send("retry: 1500\nevent: connect\ndata: OK\n\n")
    assert.deepStrictEqual(seen, [])
    await server.last.send(FRAME("1", "room", "remaining-time"))
    await server.last.send(HEARTBEAT())
    assert.deepStrictEqual(seen, ["connect room remaining-time 1", "heartbeat"])
  })

  it("comes back with the id of the last whole frame: what was cut off in the middle was not seen", async () => {
    const { seen, server } = await setUp()
    await server.last.send(FRAME("1", "connect", "room"))
    await pass(20_000)
    await server.last.send(HEARTBEAT())
    await server.last.send(FRAME("2", "room", "timer").slice(0, -8))
    await server.last.cut()
    await pass(500)
    assert.strictEqual(lastEventIdOf(server.last), "1")
    await server.last.send(FRAME("2", "connect", "room", "timer"))
    assert.deepStrictEqual(seen, ["connect room 1", "heartbeat", "reconnecting", "connect room timer 2"])
  })

  it("begins with the id that another tab saw last", async () => {
    const { server } = await setUp({ lastEventId: "7" })
    assert.strictEqual(lastEventIdOf(server.last), "7")
  })

  it.each([
    ["a code that no room has", () => json(404, { _tag: "RoomNotFound", message: "" }), "missing"],
    ["a room that is over", () => new Response(null, { status: 204 }), "ended"]
  ] as const)("does not come back after %s", async (_, answer, state) => {
    const { passLooking, seen, server, stream } = await setUp()
    await server.last.send(FRAME("1", "room"))
    server.answer = answer
    await server.last.cut()
    await passLooking(3_000)
    stream.wake()
    await passLooking(120_000)
    assert.deepStrictEqual(seen, ["room 1", "reconnecting", state])
    assert.strictEqual(server.asked.length, 2)
  })

  it("does not come back after `close`", async () => {
    const { passLooking, seen, server } = await setUp()
    await server.last.send(FRAME("1", "room", "close"))
    await server.last.end()
    await passLooking(60_000)
    assert.deepStrictEqual(seen, ["room close 1", "ended"])
    assert.strictEqual(server.asked.length, 1)
  })

  it.each([
    ["the 404 of a proxy", () => new Response("<h1>Not Found</h1>", { status: 404 })],
    ["a 503", () => json(503, { _tag: "StoreUnavailable", message: "" })],
    ["a page of another kind", () => new Response("<h1>Sign in</h1>", { headers: { "content-type": "text/html" } })],
    [
      "an end before the first frame",
      () => new Response("retry: 1000\n\n", { headers: { "content-type": "text/event-stream" } })
    ]
  ])("comes back after %s", async (_, answer) => {
    const { passLooking, seen, server } = await setUp()
    await server.last.send(FRAME("1", "room"))
    const usual = server.answer
    server.answer = answer
    await server.last.cut()
    await passLooking(3_000)
    server.answer = usual
    await passLooking(8_000)
    await server.last.send(FRAME("2", "room"))
    assert.include(seen, "reconnecting")
    assert.strictEqual(seen.at(-1), "room 2")
    assert.notInclude(seen, "missing")
  })

  it("comes back when the server that drains has said", async () => {
    const { server } = await setUp()
    await server.last.send(`retry: 1000\n${FRAME("1", "room")}`)
    await pass(60_000)
    await server.last.send("retry: 7000\n\n")
    await server.last.end()
    await pass(6_999)
    assert.strictEqual(server.streams.length, 1)
    await pass(1)
    assert.strictEqual(server.streams.length, 2)
  })

  it("replaces at once a connection that ends after a while without a word", async () => {
    const { server } = await setUp()
    await server.last.send(`retry: 3000\n${FRAME("1", "room")}`)
    await pass(10_000)
    await server.last.end()
    await pass(500)
    assert.strictEqual(server.streams.length, 2)
  })

  it("waits twice as long after each failure, less up to half of it, and at most five seconds", async () => {
    const { server } = await setUp()
    const times: Array<number> = []
    server.answer = () => {
      times.push(Date.now())
      return json(502, {})
    }
    const cutAt = Date.now()
    await server.last.cut()
    await pass(20_000)
    assert.deepStrictEqual(
      times.map((time, index) => time - (times[index - 1] ?? cutAt)),
      [1_500, 3_000, 3_750, 3_750, 3_750, 3_750]
    )
  })

  it("does not ask in a loop a server that sends a frame and ends, or asks to come back at once", async () => {
    const { server } = await setUp()
    for (let round = 0; round < 100; round++) {
      await server.last.send(`retry: 0\n${FRAME("1", "room")}retry: 0\n\n`)
      await server.last.end()
      await pass(300)
    }
    assert.isBelow(server.asked.length, 12)
  })

  it("replaces a connection that says nothing for two and a half heartbeats", async () => {
    const { passLooking, seen, server } = await setUp()
    await server.last.send(FRAME("1", "room"))
    for (let beat = 0; beat < 4; beat++) {
      await passLooking(15_000)
      await server.last.send(HEARTBEAT())
    }
    await passLooking(37_000)
    assert.strictEqual(server.streams.length, 1)
    await passLooking(1_000)
    assert.strictEqual(server.streams.length, 2)
    assert.isTrue(server.streams[0]!.signal.aborted)
    await server.last.send(FRAME("1", "room"))
    assert.deepStrictEqual(seen.slice(-2), ["reconnecting", "room 1"])
  })

  it("learns how long the heartbeats of the server are", async () => {
    const { passLooking, server } = await setUp()
    await server.last.send(FRAME("1", "room"))
    for (let beat = 0; beat < 4; beat++) {
      await passLooking(2_000)
      await server.last.send(HEARTBEAT())
    }
    await passLooking(6_000)
    assert.strictEqual(server.streams.length, 2)
  })

  it("does not replace the connections of a server with long heartbeats for ever", async () => {
    const { passLooking, server } = await setUp()
    for (let minute = 0; minute < 20; minute++) {
      await server.last.send(FRAME("1", "room"))
      await passLooking(60_000)
      await server.last.send(HEARTBEAT())
    }
    assert.isAtMost(server.streams.length, 3)
  })

  it("looks at once after a sleep in which the steady clock stood still", async () => {
    const { seen, server, stream, tab } = await setUp()
    await server.last.send(FRAME("1", "room"))
    await pass(20_000)
    tab.skew += 3_600_000
    stream.look()
    await settled()
    assert.strictEqual(server.streams.length, 2)
    assert.deepStrictEqual(seen, ["room 1", "reconnecting"])
  })

  it("gives up a connection that brings nothing in ten seconds", async () => {
    const { passLooking, seen, server } = await setUp()
    server.answer = () => undefined
    await server.last.cut()
    await passLooking(15_000)
    assert.deepStrictEqual(seen, ["reconnecting", "reconnecting"])
    assert.isTrue(server.asked[1]!.signal.aborted)
  })

  it("waits no longer when it is woken", async () => {
    const { server, stream } = await setUp()
    server.answer = () => json(502, {})
    await server.last.cut()
    await pass(10_000)
    const asked = server.asked.length
    stream.wake()
    assert.strictEqual(server.asked.length, asked + 1)
  })

  it("says that it is off line, and tries all the same", async () => {
    const { seen, server, stream, tab } = await setUp()
    await server.last.send(FRAME("1", "room"))
    tab.isOnLine = false
    stream.replace()
    await settled()
    await server.last.send(FRAME("1", "room"))
    assert.deepStrictEqual(seen, ["room 1", "offline", "room 1"])
  })

  it("is silent once it is closed", async () => {
    const { passLooking, seen, server, stream } = await setUp()
    await server.last.send(FRAME("1", "room"))
    stream.close()
    await passLooking(60_000)
    stream.wake()
    stream.replace()
    assert.deepStrictEqual(seen, ["room 1"])
    assert.strictEqual(server.asked.length, 1)
    assert.strictEqual(server.open.size, 0)
  })
})
