import { assert, describe, it } from "@effect/vitest"
import { countedOn, TimerView, timerViewOf, viewOf } from "../../src/domain/RoomView.ts"
import { settle } from "../../src/domain/Settle.ts"
import { viewed } from "../rooms/view.ts"
import { created, last, often, place, room, walk } from "./arbitraries.ts"

describe("RoomView", () => {
  it.prop(
    "has the same remaining time as the room, never 0, and an end only while it runs",
    { place },
    ({ place }) => {
      const { state, now } = place
      const view = viewOf(settle(state, now), now, { connections: 2, names: [] })
      assert.isAtLeast(view.remainingTime, 1)
      assert.isAtMost(view.remainingTime, view.duration)
      assert.strictEqual(view.running, view.endsAt !== null)
      assert.deepInclude(view, { connections: 2, serverTime: now, accessCode: state.accessCode, status: state.status })
    },
    often
  )

  it.prop("tells when a running timer ends", { room }, ({ room }) => {
    const { state, now } = last(walk(created(room), [{ _tag: "Start" }]))
    const view = viewOf(state, now, { connections: 0, names: [] })
    assert.isTrue(view.running)
    assert.strictEqual(view.endsAt, now + view.remainingTime)
  })
})

describe("countedOn", () => {
  it("lets the time pass of a room that runs, not below 0, and of no other", () => {
    const running = viewed({ running: true, endsAt: 60_000 })
    assert.deepInclude(countedOn(running, 20_000), { serverTime: 20_000, remainingTime: 40_000 })
    assert.strictEqual(countedOn(running, 70_000).remainingTime, 0)
    assert.deepInclude(countedOn(viewed(), 20_000), { serverTime: 20_000, remainingTime: 60_000 })
  })
})

describe("TimerView", () => {
  it.prop("is the part of the room that is about the timer", { place }, ({ place: { state, now } }) => {
    const view = viewOf(state, now, { connections: 1, names: [] })
    const timer = timerViewOf(view)
    assert.deepInclude(view, timer)
    assert.deepStrictEqual(Object.keys(timer), Object.keys(TimerView.fields))
  })
})
