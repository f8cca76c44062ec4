import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { apply, type Command, type Condition, matching } from "../../src/domain/Commands.ts"
import { statesSince } from "../../src/domain/History.ts"
import { type AccessCode, create, RoomState, rolesOf } from "../../src/domain/RoomState.ts"
import { settle, statesUntil } from "../../src/domain/Settle.ts"
import { complete, endStreams, pause, reset, start, update } from "../../src/domain/TimerCommands.ts"
import { FINISH_SWAP_GRACE, swap as swapWith } from "../../src/domain/TurnCommands.ts"
import { paused, running } from "../../src/domain/Timer.ts"

const TURN = 600_000

const fresh = create(
  "IAN234" as AccessCode,
  { driver: "lemon", navigator: "apple", timerDuration: TURN },
  { now: 0, nonce: "created" }
)

const swap = swapWith()

let nonces = 0

const attempt = (command: Command, state: RoomState, now: number, condition?: Condition) =>
  apply(command, state, { now, nonce: `nonce-${nonces++}` }, condition)

const after = (command: Command, state: RoomState, now: number, condition?: Condition): RoomState =>
  Result.getOrThrow(attempt(command, state, now, condition))

/** A state with the names of its driver and navigator. */
const seen = (state: RoomState) => ({ ...state, ...rolesOf(state) })

const refusal = (command: Command, state: RoomState, now: number, condition?: Condition) =>
  Result.match(attempt(command, state, now, condition), {
    onFailure: ({ _tag, message }) => ({ _tag, message }),
    onSuccess: () => assert.fail("it is refused")
  })

/** It runs from 0, and its time is up at `TURN`. */
const started = after(start, fresh, 0)
const finished = settle(started, TURN)
const completed = after(complete, fresh, 0)

describe("create", () => {
  it("makes a room at the start of its first turn, not running", () => {
    assert.deepStrictEqual(fresh, {
      version: 2,
      accessCode: "IAN234" as AccessCode,
      id: "created",
      previousId: null,
      command: { id: "created", at: 0 },
      computed: 0,
      startsComputed: 0,
      change: "create",
      by: null,
      changedAt: 0,
      timerChange: null,
      status: "IN_PROGRESS",
      people: [
        { number: 1, name: "lemon", away: false, turns: 0, drove: 0 },
        { number: 2, name: "apple", away: false, turns: 0, drove: 0 }
      ],
      former: [],
      driver: 1,
      missionUrl: "",
      goal: "",
      duration: TURN,
      autoStart: null,
      breaks: null,
      period: "turn",
      periodDuration: TURN,
      timer: paused(TURN),
      startsAt: null,
      breakLength: null,
      waiting: null,
      turn: 1,
      turnsSinceBreak: 0,
      run: null,
      ranUntil: null,
      finishedAt: null,
      acknowledgedAt: null,
      log: [],
      before: null,
      streamsEnded: 0
    })
    assert.isTrue(Schema.is(RoomState)(fresh))
  })

  it("takes the remaining time that is given, and the duration for 0 and null", () => {
    const timers = [5_000, 0, null].map(
      (timerRemainingTime) =>
        create(
          "IAN234" as AccessCode,
          { driver: "a", navigator: "b", timerDuration: TURN, timerRemainingTime },
          { now: 0, nonce: "n" }
        ).timer
    )
    assert.deepStrictEqual(timers, [paused(5_000), paused(TURN), paused(TURN)])
  })
})

describe("start and stop", () => {
  it("a start runs to the moment when what is left is over", () => {
    assert.deepInclude(started, { change: "start", timerChange: "start", timer: running(TURN) })
  })

  it("a stop keeps what is left to the millisecond", () => {
    const stopped = after(pause, started, 2_400)
    assert.deepInclude(stopped, { change: "pause", timerChange: "pause", timer: paused(597_600) })
  })

  it("a start while running and a stop while paused give back that very state", () => {
    assert.strictEqual(after(start, started, 1_000), started)
    assert.strictEqual(after(pause, fresh, 1_000), fresh)
  })

  it("a stop when the time is up is one while paused, and gives back what the store holds", () => {
    assert.strictEqual(after(pause, started, TURN), started)
    assert.deepInclude(after(pause, started, TURN - 1), { timer: paused(1), turn: 1 })
  })

  it("a start when the time is up starts the next turn", () => {
    const next = after(start, started, TURN + 7)
    const expected = { timer: running(TURN + 7 + TURN), turn: 2, driver: "apple", finishedAt: TURN }
    assert.deepInclude(seen(next), expected)
    assert.strictEqual(next.previousId, finished.id)
  })
})

describe("update and reset", () => {
  it("an update sets a paused timer, and a running one runs on from the new value", () => {
    const command = update({ duration: 2_000, remainingTime: 1_500 })
    const expected = { change: "update", timerChange: "update", duration: 2_000 } as const
    assert.deepInclude(after(command, fresh, 100), { ...expected, timer: paused(1_500) })
    assert.deepInclude(after(command, started, 100), { ...expected, timer: running(1_600) })
  })

  it("an update without a remaining time, or with 0 or null, takes the duration", () => {
    for (const setting of [
      { duration: 2_000 },
      { duration: 2_000, remainingTime: 0 },
      { duration: 2_000, remainingTime: null }
    ]) {
      assert.deepStrictEqual(after(update(setting), fresh, 0).timer, paused(2_000))
    }
  })

  it("a reset stops, and gives the whole duration", () => {
    const expected = { change: "reset", timer: paused(TURN) } as const
    assert.deepInclude(after(reset, started, 100), { ...expected, timerChange: "pause" })
    assert.deepInclude(after(reset, after(pause, started, 100), 200), { ...expected, timerChange: "update" })
    assert.deepInclude(after(reset, started, 0), { ...expected, timerChange: "pause" })
  })

  it("a reset that changes nothing gives back that very state", () => {
    assert.strictEqual(after(reset, fresh, 100), fresh)
    assert.strictEqual(after(reset, started, TURN), started)
  })
})

describe("swap", () => {
  it("exchanges the roles, and leaves the timer alone", () => {
    const swapped = after(swap, started, 100)
    const { timer, timerChange, turn } = started
    assert.deepInclude(seen(swapped), { change: "swap", driver: "apple", navigator: "lemon", timer, timerChange, turn })
  })

  it("up to 5 s after a finish is taken as the swap of that finish", () => {
    assert.strictEqual(FINISH_SWAP_GRACE, 5_000)
    for (const late of [0, 1, 5_000]) {
      assert.strictEqual(after(swap, started, TURN + late), started)
      assert.strictEqual(after(swap, finished, TURN + late), finished)
    }
    const running = after(start, finished, TURN + 1_000)
    assert.strictEqual(after(swap, running, TURN + 5_000), running)
  })

  it("later than that is a swap", () => {
    for (const state of [started, finished]) {
      assert.deepInclude(seen(after(swap, state, TURN + 5_001)), { change: "swap", driver: "lemon" })
    }
  })

  it("with a condition is a swap, also right after a finish", () => {
    for (const condition of ["*", [finished.id], ["other", finished.id]] as const) {
      for (const late of [0, 5_000, 5_001]) {
        assert.deepInclude(seen(after(swap, started, TURN + late, condition)), { change: "swap", driver: "lemon" })
      }
    }
  })

  it("before the finish by a clock that was set back is a swap", () => {
    assert.deepInclude(seen(after(swap, finished, TURN - 1)), { change: "swap", driver: "lemon" })
  })
})

describe("complete and endStreams", () => {
  it("a completion stops the timer for good", () => {
    const expected = { change: "complete", timerChange: "complete", status: "COMPLETED", turn: 1 } as const
    assert.deepInclude(after(complete, started, 2_400), { ...expected, timer: paused(597_600) })
    assert.deepInclude(completed, { ...expected, timer: paused(TURN) })
  })

  it("a completion when the time is up comes after the finish", () => {
    const state = after(complete, started, TURN + 1)
    assert.deepInclude(seen(state), {
      status: "COMPLETED",
      turn: 2,
      driver: "apple",
      timer: paused(TURN),
      finishedAt: TURN
    })
  })

  it("a second completion gives back that very state", () => {
    assert.strictEqual(after(complete, completed, 100), completed)
  })

  it("ending the streams leaves what clients see of the room", () => {
    for (const state of [fresh, started, completed]) {
      const expected = { ...state, streamsEnded: 1 }
      assert.deepStrictEqual(after(endStreams, state, 100), expected)
    }
  })
})

describe("refusals", () => {
  const commands = [start, pause, update({ duration: 1_000 }), reset, swap]

  it("a completed room takes no command, and that is said before a stale condition", () => {
    for (const command of commands) {
      for (const condition of [undefined, "*", ["other"], [completed.id]] as const) {
        const { _tag, message } = refusal(command, completed, 0, condition)
        assert.strictEqual(_tag, "RoomClosed")
        assert.match(message, new RegExp(`^status: .*COMPLETED.*${command.name}.*IN_PROGRESS`))
      }
    }
  })

  it("a stale condition is said before there is nothing to do", () => {
    const idle: ReadonlyArray<[Command, RoomState, number]> = [
      [start, started, 0],
      [pause, fresh, 0],
      [reset, fresh, 0],
      [swap, finished, TURN],
      [complete, completed, 0]
    ]
    for (const [command, state, now] of idle) {
      assert.strictEqual(refusal(command, state, now, ["other"])._tag, "Stale")
      if (command !== swap) assert.strictEqual(after(command, state, now, [state.id]), state)
    }
  })

  it("every command refuses a condition that names another state, and says which one it is", () => {
    for (const command of [...commands, complete, endStreams]) {
      assert.deepStrictEqual(refusal(command, fresh, 0, ["a", "b"]), {
        _tag: "Stale",
        message: 'If-Match: expected the room\'s current id "created", got "a, b"'
      })
    }
    assert.include(refusal(start, fresh, 0, []).message, 'got ""')
  })

  it("a condition is about the finished state once the time is up", () => {
    assert.strictEqual(refusal(start, started, TURN, [started.id])._tag, "Stale")
    assert.deepInclude(after(start, started, TURN, [finished.id]), { change: "start", turn: 2 })
    assert.strictEqual(refusal(pause, started, TURN - 1, [finished.id])._tag, "Stale")
  })

  it("any state meets *, and one of several ids is enough", () => {
    for (const condition of [undefined, "*", [fresh.id], ["other", fresh.id]] as const) {
      assert.deepInclude(after(start, fresh, 0, condition), { change: "start" })
      assert.strictEqual(Result.getOrThrow(matching(fresh, condition)), fresh)
    }
  })

  it("of two people who ask for a swap of the same state, one gets it", () => {
    const swapped = after(swap, fresh, 0, [fresh.id])
    assert.strictEqual(refusal(swap, swapped, 0, [fresh.id])._tag, "Stale")
  })
})

describe("statesSince", () => {
  it("there is nothing new in the state that was seen", () => {
    for (const state of [fresh, started, finished, completed]) {
      assert.deepStrictEqual(statesSince(state, state, 100), [])
    }
    assert.deepStrictEqual(statesSince(started, after(endStreams, started, 100), 100), [])
  })

  it("the next state is that one", () => {
    assert.deepStrictEqual(statesSince(fresh, started, 100), [started])
  })

  it("of several changes the last one counts", () => {
    const swapped = after(swap, started, 100)
    assert.deepStrictEqual(statesSince(fresh, swapped, 100), [swapped])
  })

  it("the finish of the state that was seen is new when its time is up", () => {
    assert.deepStrictEqual(statesSince(started, started, TURN - 1), [])
    assert.deepStrictEqual(statesSince(started, started, TURN), [finished])
  })

  it("there is nothing new for who has settled the written state before", () => {
    assert.deepStrictEqual(statesSince(finished, started, TURN), [])
  })

  it("a finish that was skipped comes first", () => {
    const next = after(start, started, TURN + 100)
    assert.deepStrictEqual(statesSince(started, next, TURN + 100), [finished, next])
    const closed = after(complete, started, TURN + 100)
    assert.deepStrictEqual(statesSince(started, closed, TURN + 100), [finished, closed])
  })

  it("a finish at another time than that of the state that was seen is not made up", () => {
    const longer = after(update({ duration: 2 * TURN }), started, 100)
    const next = after(start, longer, 2 * TURN + 200)
    assert.deepInclude(next, { turn: 2, finishedAt: 2 * TURN + 100 })
    assert.deepStrictEqual(statesSince(started, next, 2 * TURN + 200), [next])
  })

  it("a finish that is written with nothing after it comes once", () => {
    const ended = after(endStreams, started, TURN + 100)
    assert.deepStrictEqual(
      statesSince(started, ended, TURN + 100).map(({ id }) => id),
      [finished.id]
    )
  })

  it("the finish of the newly written state comes last", () => {
    assert.deepStrictEqual(statesSince(fresh, started, TURN), [started, finished])
  })

  it("of several finishes the last one comes alone", () => {
    const next = after(start, started, TURN + 100)
    const now = 2 * TURN + 100
    assert.deepStrictEqual(statesSince(started, next, now), [settle(next, now)])
  })

  it("an older state that the store went back to is the truth, with no finish before it", () => {
    assert.deepStrictEqual(statesSince(after(start, finished, TURN), fresh, TURN), [fresh])
  })
})

describe("the states that time makes", () => {
  it("are a bounded number, whatever a store has returned", () => {
    const endless: RoomState = {
      ...fresh,
      autoStart: { after: -TURN },
      startsComputed: -1e9,
      timer: running(TURN)
    }
    assert.strictEqual(statesUntil(endless, 10 * TURN).length, 482)
  })
})
