import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Stream } from "effect"
import { HttpClient, HttpClientError, HttpRouter } from "effect/http"
import { TestClock } from "effect/testing"
import type { AccessCode } from "../../src/domain/RoomState.ts"
import { Drain } from "../../src/http/Drain.ts"
import * as Handlers from "../../src/http/Handlers.ts"
import * as RemoteRooms from "../../src/remote/RemoteRooms.ts"
import { Rooms } from "../../src/rooms/Rooms.ts"
import * as Local from "../rooms/harness.ts"

/** A service, and its rooms over HTTP. */
const remote = RemoteRooms.layerNoDeps({ url: "" }).pipe(
  Layer.provide(
    HttpRouter.serve(Handlers.layer(), { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provide([Drain.layer, Local.layer]),
      Layer.provideMerge(NodeHttpServer.layerTest)
    )
  )
)

const nobody = "2WQYYFY8H7RFD" as AccessCode

const refusal = <A, E extends { readonly _tag: string; readonly message: string }>(command: Effect.Effect<A, E>) =>
  Effect.map(Effect.flip(command), ({ _tag, message }) => `${_tag}: ${message}`)

/** What a program does with rooms, whether they are its own or those of a service. */
const programs: ReadonlyArray<readonly [string, Layer.Layer<Rooms, unknown>]> = [
  ["rooms of this process", Local.layer],
  ["rooms of a service", remote]
]

describe.each(programs)("Rooms, %s", (_, layer) => {
  it.effect("does what people ask for, and shows who it was", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create(
        { people: ["ann", "bo", "윤"], timerDuration: 60_000 },
        { by: "ann" }
      )
      assert.isTrue(yield* rooms.exists(code))
      assert.isFalse(yield* rooms.exists(nobody))
      const change = Effect.fnUntraced(function* <A, E>(command: Effect.Effect<A, E>) {
        yield* command
        const { lastChange, ...room } = yield* rooms.get(code)
        return { ...room, did: `${lastChange.kind} by ${lastChange.by}` }
      })
      const by = { by: "bo" }
      assert.include(yield* change(rooms.start(code, by)), { running: true, did: "start by bo" })
      yield* TestClock.adjust("15 seconds")
      assert.include(yield* change(rooms.pause(code, by)), {
        running: false,
        remainingTime: 45_000,
        did: "pause by bo"
      })
      assert.include(yield* change(rooms.extend(code, { time: 5_000 }, by)), { remainingTime: 50_000 })
      assert.include(yield* change(rooms.undo(code, by)), { remainingTime: 45_000, did: "undo by bo" })
      assert.include(yield* change(rooms.swap(code, by)), { driver: "bo", navigator: "ann" })
      assert.include(yield* change(rooms.next(code, by)), { driver: "ann", turn: 2 })
      assert.include(yield* change(rooms.update(code, { duration: 30_000 }, by)), { duration: 30_000 })
      assert.include(yield* change(rooms.reset(code, by)), { remainingTime: 30_000 })
      assert.include(yield* change(rooms.takeBreak(code, { duration: 20_000 }, by)), { period: "break", running: true })
      assert.include(yield* change(rooms.changeSettings(code, { goal: "ship" }, by)), { goal: "ship" })
      yield* rooms.addPerson(code, { name: "di" }, by)
      yield* rooms.orderPeople(code, { order: ["di", "윤", "bo", "ann"] }, by)
      yield* rooms.changePerson(code, "윤", { name: "윤아", away: true }, by)
      yield* rooms.removePerson(code, "di", by)
      assert.deepStrictEqual((yield* rooms.get(code)).people, [
        { name: "윤아", away: true },
        { name: "bo", away: false },
        { name: "ann", away: false }
      ])
      assert.include(yield* change(rooms.startTurn(code, { duration: 120_000, user: "윤아" })), {
        driver: "윤아",
        duration: 120_000
      })
      yield* TestClock.adjust("2 minutes")
      const { finishedAt, acknowledgedAt } = yield* rooms.get(code)
      assert.isNotNull(finishedAt)
      assert.isNull(acknowledgedAt)
      yield* rooms.acknowledge(code, by)
      assert.isNotNull((yield* rooms.get(code)).acknowledgedAt)
      const { totals, turns } = yield* rooms.turns(code)
      assert.deepStrictEqual(
        turns.map(({ driver, drove, ended }) => [driver, drove, ended]),
        [
          ["bo", 15_000, "next"],
          ["윤아", 120_000, "finish"]
        ]
      )
      assert.strictEqual(totals.length, 3)
      assert.include(yield* change(rooms.complete(code, by)), { status: "COMPLETED" })
      yield* rooms.delete(code)
      assert.isFalse(yield* rooms.exists(code))
    }).pipe(Effect.provide(layer))
  )

  it.effect("refuses what cannot be done, in the same words", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code, id } = yield* rooms.create(Local.pair(60_000))
      const missing = "RoomNotFound: accessCode: no room has this access code; it may have been deleted or have expired"
      assert.deepStrictEqual(
        [
          yield* refusal(rooms.start(nobody)),
          yield* refusal(rooms.start("no code!" as AccessCode)),
          yield* refusal(rooms.get(nobody)),
          yield* refusal(rooms.turns(nobody)),
          yield* refusal(rooms.update(nobody, { duration: 1 }))
        ],
        Array.from({ length: 5 }, () => missing)
      )
      assert.deepStrictEqual(
        [
          yield* refusal(rooms.update(code, { duration: 1 })),
          yield* refusal(rooms.start(code, { by: "" })),
          yield* refusal(rooms.create({ people: ["ann"], timerDuration: 60_000 })),
          yield* refusal(rooms.undo(code)),
          yield* refusal(rooms.removePerson(code, "nobody")),
          yield* refusal(rooms.changePerson(code, "lemon", { name: "apple" })),
          yield* refusal(rooms.orderPeople(code, { order: ["lemon"] })),
          yield* refusal(rooms.swap(code, { ifMatch: ["another id"] }))
        ],
        [
          "BadRequest: duration: expected a whole number of milliseconds from 1000 to 86400000, got 1",
          'BadRequest: by: expected 1 to 20 characters, not blank, without control and bidirectional control characters, got ""',
          'BadRequest: people: expected 2 to 20 different names, in the order in which they drive, got ["ann"]',
          "NothingToUndo: lastChange: the room is new, and there is nothing to undo",
          'PersonNotFound: name: nobody in the room is called "nobody"',
          'NameTaken: name: expected a name that nobody else in the room has, got "apple"',
          'BadRequest: order: expected the names of everybody in the room, each once: lemon, apple, got ["lemon"]',
          `Stale: If-Match: expected the room's current id "${id}", got "another id"`
        ]
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("lets a stale command act on nothing, and one for any state act after a finish", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code, id } = yield* rooms.create(Local.pair(2_000))
      yield* rooms.start(code, { ifMatch: ["another", id] })
      assert.strictEqual((yield* Effect.flip(rooms.pause(code, { ifMatch: [id] })))._tag, "Stale")
      yield* TestClock.adjust("2 seconds")
      yield* rooms.swap(code)
      assert.strictEqual((yield* rooms.get(code)).driver, "apple")
      yield* rooms.swap(code, { afterFinish: true })
      assert.strictEqual((yield* rooms.get(code)).driver, "lemon")
    }).pipe(Effect.provide(layer))
  )

  it.effect("streams what happens in a room, up to its end", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode: code } = yield* rooms.create(Local.pair(2_000))
      const seen = yield* Stream.toQueue(
        Stream.map(rooms.events(code, { name: "apple" }), ({ data, event }) =>
          typeof data === "object" ? `${event} ${data.driver} here ${data.here.join()}` : `${event} ${data}`
        ),
        { capacity: "unbounded" }
      )
      const next = (count: number) => Queue.takeN(seen, count)
      assert.deepStrictEqual(yield* next(3), ["connect OK", "room lemon here apple", "remaining-time 2000"])
      yield* rooms.start(code)
      assert.deepStrictEqual(yield* next(2), ["room lemon here apple", "timer start"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* next(1), ["remaining-time 1000"])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* next(3), ["remaining-time 0", "room apple here apple", "timer stop"])
      yield* rooms.complete(code)
      assert.deepStrictEqual(yield* next(3), ["room apple here apple", "timer complete", "close OK"])
      assert.strictEqual((yield* Effect.flip(Queue.take(seen)))._tag, "Done")
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(rooms.events(nobody))))._tag, "RoomNotFound")
    }).pipe(Effect.provide(layer))
  )
})

/** A network on which every request fails in this way. */
const failsWith = (code: string, syscall: string) =>
  HttpClient.make((request) => {
    const cause = new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code, syscall }) })
    return Effect.fail(
      new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
    )
  })

/** What a program is told that makes a room, starts one and looks at one. */
const messages = (client: HttpClient.HttpClient) =>
  Effect.gen(function* () {
    const rooms = yield* Rooms
    const told = [rooms.create(Local.pair(60_000)), rooms.start(nobody), rooms.get(nobody)]
    const messages = yield* Effect.all(
      told.map((act: Effect.Effect<unknown, { readonly message: string }>) => Effect.flip(act))
    )
    return messages.map(({ message }) => message.replace(/^the service at http:\/\/away cannot be used: /, ""))
  }).pipe(
    Effect.provide(
      Layer.provide(RemoteRooms.layerNoDeps({ url: "http://away" }), Layer.succeed(HttpClient.HttpClient, client))
    )
  )

describe("RemoteRooms", () => {
  it("is the same service as the rooms of this process", () => {
    assert.strictEqual(RemoteRooms.Rooms.key, Rooms.key)
  })

  it.effect("says of a command whether it was sent, and of a look nothing of the kind", () =>
    Effect.gen(function* () {
      const away = "no connection (ECONNREFUSED)"
      assert.deepStrictEqual(yield* messages(failsWith("ECONNREFUSED", "connect")), [
        `${away}; nothing was sent`,
        `${away}; nothing was sent`,
        away
      ])
      const cut = "no connection (ECONNRESET)"
      assert.deepStrictEqual(yield* messages(failsWith("ECONNRESET", "read")), [
        `${cut}; it may have been done or not`,
        `${cut}; it may have been done or not`,
        cut
      ])
      const silent = yield* Effect.forkChild(messages(HttpClient.make(() => Effect.never)))
      yield* TestClock.adjust("30 seconds")
      const late = "no answer came in time"
      assert.deepStrictEqual(yield* Fiber.join(silent), [
        `${late}; it may have been done or not`,
        `${late}; it may have been done or not`,
        late
      ])
    })
  )

  it.effect("starts turns of whole minutes alone", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const { accessCode } = yield* rooms.create(Local.pair(60_000))
      const { _tag, message } = yield* Effect.flip(rooms.startTurn(accessCode, { duration: 90_000 }))
      assert.deepStrictEqual(
        [_tag, message],
        ["BadRequest", "duration: expected a whole number of minutes in milliseconds, got 90000"]
      )
    }).pipe(Effect.provide(remote))
  )
})
