import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { addressOf, codeOf } from "../../src/cli/Target.ts"

const given = Option.some("https://given.example/")

describe("the target of a command", () => {
  it.effect("is the service that was given, that of the link, or the one of this machine", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* addressOf(Option.none()), "http://localhost:3000")
      assert.strictEqual(yield* addressOf(given, "2WQYYFY8H7RFD"), "https://given.example")
      assert.strictEqual(yield* addressOf(given, "https://pair.example/room/2WQYYFY8H7RFD"), "https://pair.example")
      assert.strictEqual(
        yield* addressOf(given, "http://pair.example/team/room/A?view=overlay"),
        "http://pair.example/team"
      )
    })
  )

  it.effect("is refused where it is no address, or no room", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(addressOf(Option.some("pair.example")))
      assert.strictEqual(message, 'url: expected an address such as http://localhost:3000, got "pair.example"')
      const room = yield* Effect.flip(codeOf(Option.some("no/room")))
      assert.strictEqual(yield* codeOf(Option.some("2WQY YFY8 H7RFD")), "2WQYYFY8H7RFD")
      assert.strictEqual(room.message, 'room: expected an access code, or the link of a room, got "no/room"')
      const short = yield* Effect.flip(codeOf(Option.some("5mn")))
      assert.strictEqual(short.message, 'room: expected an access code, or the link of a room, got "5mn"')
      const none = yield* Effect.flip(codeOf(Option.none()))
      assert.match(none.message, /got nothing; PAIRROOM_ROOM is not set$/)
    })
  )
})
