import { assert, describe, it } from "@effect/vitest"
import { beforeEach } from "vitest"
import { Commands } from "../../src/client/Commands.ts"
import type { RoomView, StreamState } from "../../src/client/RoomUpdate.ts"
import { FakeBrowser, FakeServer, FakeTab, json, pass, useFakeTime } from "./browser.ts"

const setUp = ({ state = "live" as StreamState, me = undefined as string | undefined } = {}) => {
  const server = new FakeServer()
  const { environment } = new FakeTab(new FakeBrowser(), server)
  const silences: Array<number> = []
  const room = {
    id: "a1",
    driver: "lemon",
    navigator: "apple",
    period: "turn",
    lastChange: { kind: "start" }
  } as RoomView
  const commands = new Commands(
    environment,
    "/api",
    "CODE",
    () => ({ state, room }),
    () => me,
    () => silences.push(Date.now())
  )
  return { commands, environment, server, silences }
}

/** The service refuses the first command, and says what the room is now. */
const refusing = (now: Partial<RoomView>) => {
  const set = setUp()
  let refused = 0
  set.server.answer = ({ method }) =>
    method === "GET"
      ? json(200, {
          driver: "lemon",
          navigator: "apple",
          period: "turn",
          lastChange: { kind: "start" },
          id: "b2",
          ...now
        })
      : refused++ === 0
        ? json(412, { _tag: "Stale", message: "the room has changed" })
        : new Response(null, { status: 204 })
  return set
}
const matches = ({ asked }: FakeServer) =>
  asked.filter(({ method }) => method === "PATCH").map(({ headers }) => headers.get("if-match"))

describe("Commands", () => {
  beforeEach(useFakeTime)

  it.each([
    ["start", "/api/CODE/timer/start"],
    ["pause", "/api/CODE/timer/stop"],
    ["reset", "/api/CODE/timer/reset"]
  ] as const)("%s is sent at once, for whatever state the room is in", async (name, url) => {
    const { commands, server } = setUp()
    assert.deepStrictEqual(await commands[name](), { ok: true })
    const [{ body, headers, method, url: asked } = assert.fail()] = server.asked
    assert.deepStrictEqual([method, asked, body, headers.get("if-match")], ["PATCH", url, undefined, null])
  })

  it("a start that many browsers make by themselves is for the state that they show", async () => {
    const { commands, server } = setUp()
    await commands.start({ ifCurrent: true })
    assert.strictEqual(server.asked[0]?.headers.get("if-match"), '"a1"')
  })

  it("a swap is for the roles that are shown, unless told otherwise", async () => {
    const { commands, server } = setUp()
    await commands.swap()
    await commands.swap({ ifCurrent: false })
    assert.deepStrictEqual(
      server.asked.map(({ headers, url }) => [url, headers.get("if-match")]),
      [
        ["/api/pair-room/CODE/pair-swap", '"a1"'],
        ["/api/pair-room/CODE/pair-swap", null]
      ]
    )
  })

  it("say who presses, once that is known, and escape names in paths", async () => {
    const { commands, server } = setUp({ me: "Mina & Jun" })
    await commands.next()
    await commands.changePerson("a/b", { away: true })
    await commands.removePerson("한")
    await commands.addPerson("Ari")
    assert.deepStrictEqual(
      server.asked.map(({ method, url }) => `${method} ${url}`),
      [
        "PATCH /api/CODE/timer/next?by=Mina%20%26%20Jun",
        "PATCH /api/pair-room/CODE/people/a%2Fb?by=Mina%20%26%20Jun",
        "DELETE /api/pair-room/CODE/people/%ED%95%9C?by=Mina%20%26%20Jun",
        "POST /api/pair-room/CODE/people?by=Mina%20%26%20Jun"
      ]
    )
  })

  it("an update and a completion carry their JSON", async () => {
    const { commands, server } = setUp()
    await commands.update({ duration: 60_000, remainingTime: 30_000 })
    await commands.complete()
    assert.deepStrictEqual(
      server.asked.map(({ body, headers, url }) => [url, headers.get("content-type"), body]),
      [
        ["/api/CODE/timer", "application/json", { duration: 60_000, remainingTime: 30_000 }],
        ["/api/pair-room/CODE/status", "application/json", { status: "COMPLETED" }]
      ]
    )
  })

  it("settings and an order carry their JSON too", async () => {
    const { commands, server } = setUp()
    await commands.changeSettings({ goal: null, autoStart: { after: 5_000 } })
    await commands.reorder(["b", "a"])
    assert.deepStrictEqual(
      server.asked.map(({ body, method, url }) => [method, url, body]),
      [
        ["PATCH", "/api/pair-room/CODE", { goal: null, autoStart: { after: 5_000 } }],
        ["PATCH", "/api/pair-room/CODE/people", { order: ["b", "a"] }]
      ]
    )
  })

  it("the turns are read, also as the address of a table, and a completed room is opened again", async () => {
    const { commands, server } = setUp({ state: "ended", me: "Mina" })
    server.answer = ({ method }) =>
      method === "GET" ? json(200, { turns: [], totals: [] }) : new Response(null, { status: 204 })
    assert.deepStrictEqual(await commands.turns(), { ok: true, turns: { turns: [], totals: [] } })
    assert.deepStrictEqual(await commands.reopen(), { ok: true })
    assert.deepStrictEqual(
      server.asked.map(({ method, url }) => `${method} ${url}`),
      ["GET /api/pair-room/CODE/turns", "PATCH /api/CODE/undo?by=Mina"]
    )
    assert.strictEqual(commands.csv, "/api/pair-room/CODE/turns?format=csv")
  })

  describe("for a room that has changed meanwhile", () => {
    it("is sent again where nothing that matters to it has changed", async () => {
      const { commands, server } = refusing({ goal: "another" })
      assert.deepStrictEqual(await commands.next(), { ok: true })
      assert.deepStrictEqual(matches(server), ['"a1"', '"b2"'])
    })

    it("an undo is refused where another change came last, which this person has not seen", async () => {
      const { commands, server } = refusing({ lastChange: { kind: "people", by: null, at: 5, undoUntil: 9 } })
      const result = await commands.undo()
      assert.strictEqual(result.ok || result.reason, "stale")
      assert.deepStrictEqual(matches(server), ['"a1"'])
    })

    it("is refused where the turn is another, and not sent again", async () => {
      const { commands, server } = refusing({ turn: 7 })
      const result = await commands.undo()
      assert.strictEqual(result.ok || result.reason, "stale")
      assert.deepStrictEqual(matches(server), ['"a1"'])
    })

    it.each([
      ["swap", { driver: "apple" }],
      ["next", { driver: "apple" }],
      ["takeBreak", { period: "break", running: true }],
      ["undo", { lastChange: { kind: "undo" } }]
    ] as const)("%s is done where somebody else has done it", async (name, now) => {
      const { commands, server } = refusing({ ...now } as Partial<RoomView>)
      assert.deepStrictEqual(await commands[name](), { ok: true })
      assert.deepStrictEqual(matches(server), ['"a1"'])
    })
  })

  it.each([
    ["connecting", "offline"],
    ["reconnecting", "offline"],
    ["offline", "offline"],
    ["ended", "closed"],
    ["missing", "gone"]
  ] as const)("while %s it is refused at once as %s, and never sent", async (state, reason) => {
    const { commands, server } = setUp({ state })
    const result = await commands.start()
    assert.isFalse(result.ok)
    assert.strictEqual(result.ok || result.reason, reason)
    await pass(600_000)
    assert.strictEqual(server.asked.length, 0)
  })

  it.each([
    [400, "BadRequest", "refused"],
    [404, "RoomNotFound", "gone"],
    [404, undefined, "unavailable"],
    [409, "RoomClosed", "closed"],
    [412, "Stale", "stale"],
    [429, "TooManyRequests", "unavailable"],
    [503, "StoreUnavailable", "unavailable"],
    [502, undefined, "unavailable"]
  ] as const)("%d %s is %s, with the message of the service", async (status, _tag, reason) => {
    const { commands, server, silences } = setUp()
    server.answer = () =>
      _tag === undefined ? new Response("<h1>no</h1>", { status }) : json(status, { _tag, message: "because" })
    assert.deepStrictEqual(await commands.start(), {
      ok: false,
      reason,
      message: _tag === undefined ? `The service answered with ${status}.` : "because"
    })
    assert.deepStrictEqual(silences, [])
  })

  it("without an answer in five seconds it is not known, and the connection is looked after", async () => {
    const { commands, server, silences } = setUp()
    server.answer = () => undefined
    const result = commands.start()
    await pass(5_000)
    const { ok, reason } = (await result) as { ok: boolean; reason: string }
    assert.deepStrictEqual([ok, reason, silences.length], [false, "unknown", 1])
    assert.isTrue(server.asked[0]?.signal.aborted)
  })

  it("a network failure is not known either, and nothing is sent again", async () => {
    const { commands, server } = setUp()
    server.answer = () => {
      throw new TypeError("Failed to fetch")
    }
    const result = await commands.start()
    assert.strictEqual(result.ok || result.reason, "unknown")
    await pass(600_000)
    assert.strictEqual(server.asked.length, 1)
  })

  it.each([
    ["IN_PROGRESS", true],
    ["COMPLETED", false]
  ])("a room that is %s is open: %s; one that cannot be asked is not", async (status, isOpen) => {
    const { commands, server } = setUp({ state: "ended" })
    server.answer = () => json(200, { status })
    assert.strictEqual(await commands.isOpen(), isOpen)
    server.answer = () => json(503, {})
    assert.isFalse(await commands.isOpen())
  })
})
