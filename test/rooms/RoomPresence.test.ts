import { assert, describe, it } from "@effect/vitest"
import * as RoomPresence from "../../src/rooms/RoomPresence.ts"
import { NOBODY } from "../../src/store/Presence.ts"

const { arrive, dismiss, empty, forget, leave, meet, published } = RoomPresence
const countOf = (presence: RoomPresence.RoomPresence) => RoomPresence.watchers(presence).connections
const nameless = { ticks: true, name: undefined }
const comes = (presence: RoomPresence.RoomPresence) =>
  arrive(presence, { ticks: true, name: undefined, returns: false })
const returns = (presence: RoomPresence.RoomPresence) =>
  arrive(presence, { ticks: true, name: undefined, returns: true })

/** Who is expected still, after `expected` have gone and one of them has come back as `name`. */
const namesAfter = (expected: ReadonlyArray<string | undefined>, name: string | undefined) => {
  const clients = expected.map((name) => ({ ticks: true, name }))
  const here = clients.reduce((presence, client) => arrive(presence, { ...client, returns: false }), empty)
  const gone = clients.reduce((presence, client) => dismiss(presence, client, 0), here)
  return arrive(gone, { ticks: true, name, returns: true }).expected.map(({ name }) => name)
}

describe("RoomPresence", () => {
  it("counts who is here, and how many of them want ticks", () => {
    const two = arrive(comes(empty), { ticks: false, name: undefined, returns: false })
    assert.deepStrictEqual([countOf(two), two.ticking], [2, 1])
    const one = leave(two, nameless)
    assert.deepStrictEqual([countOf(one), one.ticking], [1, 0])
  })

  it("is told to those who were here before, and not to the one who comes", () => {
    assert.isFalse(comes(empty).unpublished)
    assert.isTrue(comes(comes(empty)).unpublished)
    assert.isFalse(leave(comes(empty), nameless).unpublished)
    assert.isTrue(leave(published(comes(comes(empty)), 0), nameless).unpublished)
  })

  it("tells at once, and then at most once a second", () => {
    const first = comes(comes(empty))
    assert.isTrue(RoomPresence.isDue(first, 5_000))
    const second = comes(published(first, 5_000))
    assert.deepStrictEqual([RoomPresence.isDue(second, 5_999), RoomPresence.isDue(second, 6_000)], [false, true])
    assert.strictEqual(RoomPresence.nextAt(second), 6_000)
  })

  it("counts for ten seconds whose stream the server ended, and tells nobody before", () => {
    const ended = dismiss(published(comes(comes(empty)), 0), nameless, 1_000)
    assert.deepStrictEqual([countOf(ended), ended.unpublished], [2, false])
    assert.strictEqual(RoomPresence.nextAt(ended), 11_000)
    assert.strictEqual(forget(ended, 10_999), ended)
    const forgotten = forget(ended, 11_000)
    assert.deepStrictEqual([countOf(forgotten), forgotten.unpublished], [1, true])
  })

  it("expects no more clients than were connected at once, however often new ones come and are sent away", () => {
    const three = published(comes(comes(comes(empty))), 0)
    const gone = Array.from({ length: 150 }).reduce<RoomPresence.RoomPresence>(
      (presence) => dismiss(comes(presence), nameless, 1_000),
      dismiss(dismiss(three, nameless, 500), nameless, 500)
    )
    assert.deepStrictEqual([gone.connected, gone.expected.length, countOf(gone)], [1, 3, 4])
    assert.isTrue(gone.expected.every(({ until }) => until === 11_000))
    const alone = dismiss(comes(forget(leave(gone, nameless), 11_000)), nameless, 11_000)
    assert.deepStrictEqual([countOf(alone), countOf(dismiss(comes(alone), nameless, 11_000))], [1, 1])
  })

  it("is told at most once a second; to a crowd less often, so that it gets 20 frames a second together, but within 10 s", () => {
    const crowd = (count: number) => Array.from({ length: count }).reduce<RoomPresence.RoomPresence>(comes, empty)
    const next = (count: number) => RoomPresence.nextAt(comes(published(crowd(count - 1), 0)))
    assert.deepStrictEqual([2, 20, 21, 50, 200, 5_000].map(next), [1_000, 1_000, 1_050, 2_500, 10_000, 10_000])
    const told = comes(published(crowd(49), 0))
    assert.deepStrictEqual(
      [2_499, 2_500].map((now) => RoomPresence.isDue(told, now)),
      [false, true]
    )
    const most = Array.from({ length: 30 }).reduce<RoomPresence.RoomPresence>((left) => leave(left, nameless), told)
    assert.deepStrictEqual(
      [999, 1_000].map((now) => RoomPresence.isDue(most, now)),
      [false, true]
    )
  })

  it("gives the place back to who returns, unseen by the others", () => {
    const back = returns(dismiss(published(comes(comes(empty)), 0), nameless, 1_000))
    assert.deepStrictEqual([countOf(back), back.unpublished, back.expected.length], [2, false, 0])
  })

  it("gives the place of its own name to who returns, then one without a name, then the first", () => {
    assert.deepStrictEqual(namesAfter(["ann", undefined, "bo"], "bo"), ["ann", undefined])
    assert.deepStrictEqual(namesAfter(["ann", undefined, "bo"], "cleo"), ["ann", "bo"])
    assert.deepStrictEqual(namesAfter(["ann", undefined, "bo"], undefined), ["ann", "bo"])
    assert.deepStrictEqual(namesAfter(["ann", "bo"], "cleo"), ["bo"])
  })

  it("counts once who comes back from another instance, until that one no longer expects anybody", () => {
    const here = published(comes(meet(empty, { ...NOBODY, connected: 1 })), 0)
    const back = returns(meet(here, { ...NOBODY, expected: 1 }))
    assert.deepStrictEqual([countOf(back), back.unpublished, back.returned], [2, false, 1])
    const after = meet(back, NOBODY)
    assert.deepStrictEqual([countOf(after), after.unpublished, after.returned], [2, false, 0])
  })

  it("says to other instances who is here, and not who is with them", () => {
    const presence = dismiss(comes(comes(meet(empty, { ...NOBODY, connected: 5 }))), nameless, 0)
    assert.deepStrictEqual(RoomPresence.attendance(presence), { connected: 1, expected: 1, returned: 0, names: [] })
    assert.strictEqual(countOf(presence), 7)
  })
})
