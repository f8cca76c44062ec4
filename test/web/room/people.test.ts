import { assert, describe, it } from "@effect/vitest"
import { beginningsOf, COLOURS, comingOf, initialOf, looksOf, widthOf } from "../../../src/web/room/people.ts"

const names = ["Mina", "Jun", "Ari", "Sol", "Tae", "Hana", "Ivy", "Leo"]
const people = (...present: ReadonlyArray<string>) => present.map((name) => ({ name, away: name.startsWith("-") }))

describe("how people look", () => {
  it("does not depend on their order, so that it is the same on every screen and after a shuffle", () => {
    assert.deepStrictEqual(looksOf(names.toReversed()), looksOf(names))
  })

  it("differs for as many as there are colours", () => {
    const looks = [...looksOf(names).values()]
    assert.strictEqual(new Set(looks.map(({ colour }) => colour)).size, COLOURS)
    assert.isTrue(looks.every(({ again, colour }) => !again && colour >= 1 && colour <= COLOURS))
  })

  it("is square from the ninth on, whose colour somebody else has too", () => {
    const looks = [...looksOf([...names, "Max", "Bo"]).values()]
    assert.deepStrictEqual(looks.map(({ again }) => again).toSorted(), [...Array(8).fill(false), true, true])
  })

  it("mostly stays when somebody comes or goes", () => {
    const before = looksOf(names.slice(0, 4))
    const after = looksOf(names.slice(0, 3))
    const same = names.slice(0, 3).filter((name) => before.get(name)?.colour === after.get(name)?.colour)
    assert.isAtLeast(same.length, 2)
  })

  it("has the first letter as a person would say it", () => {
    assert.deepStrictEqual(["mina", "가나", "👩‍💻x", "e\u0301a", ""].map(initialOf), ["M", "가", "👩‍💻", "E\u0301", ""])
  })

  it("takes more room in Hangul than in Latin", () => {
    assert.isAbove(widthOf("가나"), widthOf("ab"))
    assert.closeTo(widthOf("abcde"), 3, 0.001)
  })
})

const order = (driver: string, navigator: string) =>
  comingOf(people("a", "b", "c", "d"), { driver, navigator }).map(({ name }) => name)

describe("who comes", () => {
  it("begins with the navigator and ends before the driver, wherever they stand", () => {
    assert.deepStrictEqual(order("a", "b"), ["b", "c", "d"])
    assert.deepStrictEqual(order("c", "d"), ["d", "a", "b"])
    assert.deepStrictEqual(order("b", "d"), ["d", "a", "c"])
  })
})

describe("when turns begin", () => {
  const room = {
    people: people("a", "b", "-c", "d"),
    driver: "a",
    navigator: "b",
    period: "turn",
    duration: 600_000,
    endsAt: 1_000_000,
    breaks: { every: 2, duration: 300_000 },
    breakIn: 2
  } as const

  it("is told from the end of this one, with the breaks between them and without those who are away", () => {
    assert.deepStrictEqual(
      [...beginningsOf(room)],
      [
        ["b", 1_000_000],
        ["d", 1_900_000]
      ]
    )
    assert.deepStrictEqual([...beginningsOf({ ...room, breakIn: 1 })][0], ["b", 1_300_000])
    assert.deepStrictEqual([...beginningsOf({ ...room, breaks: null, breakIn: null })][1], ["d", 1_600_000])
  })

  it("in a break follows the turn of the one who drives after it", () => {
    assert.deepStrictEqual([...beginningsOf({ ...room, period: "break" })][0], ["b", 1_600_000])
  })

  it("is not known while the timer stands", () => {
    assert.strictEqual(beginningsOf({ ...room, endsAt: null }).size, 0)
  })
})
