import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { Sse } from "effect/encoding"
import { RoomEvent, toSse } from "../../src/domain/RoomEvent.ts"
import { viewOf } from "../../src/domain/RoomView.ts"
import { settle } from "../../src/domain/Settle.ts"
import { between, often, place } from "./arbitraries.ts"

const encode = Schema.encodeSync(RoomEvent)
const decode = Schema.decodeUnknownSync(RoomEvent)

const [Connect, , RemainingTime, Timer, Close, Heartbeat] = RoomEvent.members
const Other = Schema.Union([Connect, RemainingTime, Timer, Close, Heartbeat])

/** A room with names and an URL that mean harm, or another event; with an `id` as rooms have it, or without. */
const event = Arbitrary.map(
  Arbitrary.all([place, Arbitrary.schema(Other), Arbitrary.schema(between(0, 3))]),
  ([{ state, now }, { event, data }, kind]): RoomEvent => ({
    ...(kind > 1
      ? { event: "room", data: viewOf(settle(state, now), now, { connections: kind, names: [] }) }
      : decode({ event, data: String(data) })),
    ...(kind % 2 === 0 ? {} : { id: state.id })
  })
)

/** What a client reads from the bytes of the text. */
const read = (text: string) => {
  const events: Array<{ readonly event: string; readonly data: string; readonly id?: string }> = []
  const parser = Sse.makeParser((parsed) => {
    if (parsed._tag !== "Event") return assert.fail("only events are sent")
    const { event, data, id } = parsed
    events.push({ event, data, ...(id === undefined ? {} : { id }) })
  })
  parser.feed(new TextDecoder().decode(new TextEncoder().encode(text)))
  return events
}

describe("RoomEvent", () => {
  it.prop(
    "what a client reads of an event is its encoding, and decodes to that event",
    { event },
    ({ event }) => {
      const events = read(toSse(event))
      assert.deepStrictEqual(events, [encode(event)])
      assert.deepStrictEqual(decode(events[0]), event)
    },
    often
  )

  it.prop(
    "no name and no URL forges, splits or ends an event",
    { event },
    ({ event }) => {
      const lines = toSse(event).split(/\r\n|\r|\n/)
      assert.deepStrictEqual(
        lines.map((line) => line.split(":", 1)[0]),
        event.id === undefined ? ["event", "data", "", ""] : ["event", "data", "id", "", ""]
      )
    },
    often
  )

  it.prop(
    "of events one after the other a client reads each",
    {
      events: Arbitrary.array(event, { minLength: 1, maxLength: 8 })
    },
    ({ events }) => {
      assert.deepStrictEqual(
        read(events.map(toSse).join("")).map(({ event, data }) => ({ event, data })),
        events.map((event) => encode(event)).map(({ event, data }) => ({ event, data }))
      )
    }
  )

  it.prop("what is sent is the same text after its way through UTF-8", { event }, ({ event }) => {
    assert.isTrue(toSse(event).isWellFormed())
  })

  it("is written as the format has it", () => {
    assert.strictEqual(toSse({ event: "connect", data: "OK" }), "event: connect\ndata: OK\n\n")
    assert.strictEqual(toSse({ event: "remaining-time", data: 597_000 }), "event: remaining-time\ndata: 597000\n\n")
    assert.strictEqual(toSse({ event: "timer", data: "pause", id: "a1" }), "event: timer\ndata: pause\nid: a1\n\n")
  })

  it("keeps every character of a name", () => {
    const driver = "a\nb\r\u2028\u0000\ud800\n\ndata: x"
    const [read0] = read(toSse({ event: "room", data: { ...view, driver } }))
    assert.strictEqual(JSON.parse(read0?.data ?? "").driver, driver)
  })
})

const view = {
  driver: "lemon",
  navigator: "apple",
  status: "IN_PROGRESS",
  duration: 600_000,
  remainingTime: 597_600,
  missionUrl: "",
  id: "a1",
  accessCode: "IAN234" as never,
  running: false,
  endsAt: null,
  turn: 1,
  finishedAt: null,
  connections: 2,
  serverTime: 1,
  people: [
    { name: "lemon", away: false },
    { name: "apple", away: true }
  ],
  here: ["apple"],
  period: "turn",
  periodDuration: 600_000,
  startsAt: null,
  autoStart: { after: 0 },
  breaks: { every: 4, duration: 300_000 },
  breakIn: 4,
  goal: "",
  acknowledgedAt: null,
  lastChange: { kind: "create", by: null, at: 0, undoUntil: null }
} as const
