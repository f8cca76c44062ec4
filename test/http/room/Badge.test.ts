import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { badgeOf, toSvg } from "../../../src/http/room/Badge.ts"
import { lineOf } from "../../../src/http/room/Line.ts"
import { openRoom, rooms } from "./rooms.ts"

describe("badgeOf", () => {
  it.effect("shows who drives and the time, in a colour for each phase, and says the line", () =>
    Effect.gen(function* () {
      const { code, rooms, seen } = yield* openRoom({ breaks: { every: 2, duration: 300_000 } })
      const shown: Array<ReadonlyArray<string>> = []
      const colours = new Set<string>()
      const look = Effect.map(seen, (room) => {
        const { colour, label, title, value } = badgeOf(room)
        shown.push([label, value])
        colours.add(colour)
        assert.strictEqual(title, lineOf(room))
      })
      yield* look
      yield* rooms.start(code)
      yield* TestClock.adjust("28 seconds")
      yield* look
      yield* rooms.pause(code)
      yield* look
      yield* rooms.start(code)
      yield* TestClock.adjust("15 minutes")
      yield* look
      yield* rooms.changeSettings(code, { autoStart: { after: 90_000 } })
      yield* rooms.start(code)
      yield* TestClock.adjust("15 minutes")
      yield* look
      yield* TestClock.adjust("2 minutes")
      yield* look
      yield* rooms.complete(code)
      yield* look
      assert.deepStrictEqual(shown, [
        ["ann drives", "15:00 not started"],
        ["ann drives", "14:32"],
        ["ann drives", "14:32 paused"],
        ["bo drives next", "time is up"],
        ["break, then cleo", "starts in 1:30"],
        ["break, then cleo", "4:30"],
        ["room", "completed"]
      ])
      assert.strictEqual(colours.size, 5)
    }).pipe(Effect.provide(rooms))
  )
})

const badge = { label: "ann drives", value: "14:32", colour: "#00665f", title: "14:32 left" }

const widthOf = (label: string) => Number(/width="(\d+)"/.exec(toSvg({ ...badge, label }))?.[1])

describe("toSvg", () => {
  it("is one picture for who sees it and for who hears it", () => {
    const svg = toSvg(badge)
    assert.match(
      svg,
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="20" viewBox="[\d ]+" role="img">/
    )
    assert.include(svg, "<title>14:32 left</title>")
    assert.match(svg, />ann drives<\/text>/)
    assert.match(svg, />14:32<\/text>/)
  })

  it("loads nothing and runs nothing", () => {
    assert.isFalse(/<(?:script|style|image|use|foreignObject)|href|url\(|\son\w+=|style=/i.test(toSvg(badge)))
  })

  it("a name is text, whatever characters it has", () => {
    const svg = toSvg({ ...badge, label: `</text><script>"&'\uffff drives`, title: "</title><g/>" })
    assert.include(svg, "&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;\ufffd drives</text>")
    assert.include(svg, "<title>&lt;/title&gt;&lt;g/&gt;</title>")
    assert.notInclude(svg, "<script")
  })

  it("is as wide as its texts: a family is one character, and wide letters are wide", () => {
    assert.isAbove(widthOf("m".repeat(20)), widthOf("i".repeat(20)) + 100)
    assert.isAbove(widthOf("한".repeat(20)), widthOf("e".repeat(20)) + 70)
    assert.strictEqual(widthOf("👨‍👩‍👧‍👦"), widthOf("👩"))
    assert.strictEqual(widthOf("e\u0301"), widthOf("e"))
  })
})
