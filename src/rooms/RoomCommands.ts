/**
 * What people do to rooms. Each command changes the value in the store, and every Room that is watched follows the store.
 */
import { Effect, MutableRef, Option, Result } from "effect"
import * as Commands from "../domain/Commands.ts"
import {
  type BadRequest,
  type NameTaken,
  type NothingToUndo,
  type PersonNotFound,
  type RoomClosed,
  type RoomFull,
  roomNotFound,
  type RoomNotFound,
  type Stale,
  type StoreUnavailable,
  type TooFewPeople
} from "../domain/errors.ts"
import { toName } from "../domain/Name.ts"
import * as PeopleCommands from "../domain/PeopleCommands.ts"
import * as BadInput from "../domain/BadInput.ts"
import * as RoomInput from "../domain/RoomInput.ts"
import type { AccessCode } from "../domain/RoomState.ts"
import { settle } from "../domain/Settle.ts"
import * as SettingsCommands from "../domain/SettingsCommands.ts"
import * as TimerCommands from "../domain/TimerCommands.ts"
import * as TurnCommands from "../domain/TurnCommands.ts"
import type { Decision, RoomStore } from "../store/RoomStore.ts"
import * as Random from "./Random.ts"
import * as RoomMetrics from "./RoomMetrics.ts"

/** Why any command may be refused: BadRequest if `by` is no name. */
export type CommandRefusal = RoomNotFound | BadRequest | RoomClosed | Stale | StoreUnavailable

export interface CommandOptions {
  /** The command acts only if the room is still in this state: one of these ids, or any state for `*`. Otherwise it fails with Stale. */
  readonly ifMatch?: Commands.Condition | undefined
  /** The name of the one who makes the change. */
  readonly by?: string | null | undefined
}

/** A command on a room, as a program gives it. */
type RoomCommand<E = never> = (code: AccessCode, options?: CommandOptions) => Effect.Effect<void, CommandRefusal | E>

/** The same for one that needs an input. */
type RoomCommandWith<Input, E = never> = (
  code: AccessCode,
  input: Input,
  options?: CommandOptions
) => Effect.Effect<void, CommandRefusal | E>

export interface SwapOptions extends CommandOptions {
  /** Swap also within 5 s after a finish? */
  readonly afterFinish?: boolean | undefined
}

/** All times are milliseconds. A command for which there is nothing to do changes nothing, and succeeds. */
export interface RoomCommands {
  /** Starts the timer. */
  readonly start: RoomCommand
  /** Pauses the timer; the remaining time is kept. What was to start by itself does not. */
  readonly pause: RoomCommand
  /** Stops the timer and sets it to the full length of the period, without extensions. */
  readonly reset: RoomCommand
  /** Sets the length of turns, and what is left of the present one; a running timer runs on from the new value. */
  readonly update: RoomCommandWith<typeof RoomInput.TimerSetting.Encoded>
  /**
   * Driver and navigator change places. Within 5 s after a finish nothing happens, because old clients ask for a swap then that
   * the finish has made already; with `afterFinish` or `ifMatch` it happens all the same.
   */
  readonly swap: (code: AccessCode, options?: SwapOptions) => Effect.Effect<void, CommandRefusal>
  /** Hands over: the next one who is not away drives a full turn. In a break, the break ends. */
  readonly next: RoomCommand
  /** Gives the present period more time. Right after a finish, it takes the finish back. Fails with BadRequest over 24 hours. */
  readonly extend: RoomCommandWith<typeof RoomInput.Extension.Encoded, BadRequest>
  /** Begins a break, which runs. A turn that has begun goes on after it. */
  readonly takeBreak: RoomCommandWith<typeof RoomInput.NewBreak.Encoded>
  /** Acknowledges the last finish. */
  readonly acknowledge: RoomCommand
  /** Takes the last command back. Fails with NothingToUndo if it is none that can be undone, or is older than 30 s. */
  readonly undo: RoomCommand<NothingToUndo>
  /** Starts a full turn of this length, driven by `user`, who is added if there is a place. Turns last so long from now on. */
  readonly startTurn: RoomCommandWith<{ readonly duration: number; readonly user?: string | undefined }>
  /** Adds somebody at the end. Fails with RoomFull. Who is away comes back. */
  readonly addPerson: RoomCommandWith<typeof RoomInput.NewPerson.Encoded, RoomFull>
  /** Gives the people another order. Fails with BadRequest unless it holds everybody once. */
  readonly orderPeople: RoomCommandWith<typeof RoomInput.Order.Encoded, BadRequest>
  /** Renames somebody, or notes that somebody is away or back. Fails with PersonNotFound and NameTaken. */
  readonly changePerson: (
    code: AccessCode,
    name: string,
    input: typeof RoomInput.PersonChange.Encoded,
    options?: CommandOptions
  ) => Effect.Effect<void, CommandRefusal | PersonNotFound | NameTaken>
  /** Somebody leaves the room. Fails with PersonNotFound and TooFewPeople. */
  readonly removePerson: RoomCommandWith<string, PersonNotFound | TooFewPeople>
  /** Changes the settings that are given. Null takes a setting away. */
  readonly changeSettings: RoomCommandWith<typeof RoomInput.SettingsChange.Encoded>
  /** Stops the timer for good and ends every stream. */
  readonly complete: RoomCommand
  /** Ends every stream of the room on purpose. */
  readonly endStreams: RoomCommand
  readonly delete: RoomCommand
}

const decodePersonChange = BadInput.decode(RoomInput.PersonChange)

export const make = (store: RoomStore["Service"]): RoomCommands => {
  /** Changes a room in the store, and counts the command. Returns whether anything has changed. */
  const modify = <E>(name: string, code: AccessCode, decide: Decision<E>) =>
    Effect.suspend(() => {
      // A store may ask again for a decision. The last one counts.
      const hasChanged = MutableRef.make(false)
      const modified = store.modify(code, (state, now) => {
        const decision = decide(state, now)
        MutableRef.set(hasChanged, Result.isSuccess(decision) && Option.getOrUndefined(decision.success) !== state)
        return decision
      })
      return RoomMetrics.counted(
        name,
        Effect.map(modified, () => MutableRef.get(hasChanged))
      )
    })

  const run = Effect.fnUntraced(function* <E>(
    name: string,
    command: Commands.Command<E>,
    code: AccessCode,
    options: CommandOptions = {}
  ) {
    const by = yield* RoomInput.authorOf(options.by)
    yield* modify(name, code, (state, now) =>
      Result.map(Commands.apply(command, state, { now, nonce: Random.nonce(), by }, options.ifMatch), Option.some)
    )
  })

  /** If there is no such room, that is what to report, and not what is wrong with the input. */
  const checked = <A>(code: AccessCode, input: Effect.Effect<A, BadRequest>) =>
    Effect.tapError(input, () =>
      Effect.flatMap(store.get(code), (room) => (Option.isNone(room) ? roomNotFound() : Effect.void))
    )

  const command = <E>(name: string, command: Commands.Command<E>): RoomCommand<E> =>
    Effect.fn(`Rooms.${name}`)((code, options) => run(name, command, code, options))

  const commandWith = <Input, A, E>(
    name: string,
    decode: (input: Input) => Effect.Effect<A, BadRequest>,
    command: (decoded: A) => Commands.Command<E>
  ): RoomCommandWith<Input, E> =>
    Effect.fn(`Rooms.${name}`)((code, input, options) =>
      Effect.flatMap(checked(code, decode(input)), (decoded) => run(name, command(decoded), code, options))
    )

  return {
    start: command("start", TimerCommands.start),
    pause: command("pause", TimerCommands.pause),
    reset: command("reset", TimerCommands.reset),
    update: commandWith("update", BadInput.decode(RoomInput.TimerSetting), TimerCommands.update),
    swap: Effect.fn("Rooms.swap")((code, options) =>
      run("swap", TurnCommands.swap({ afterFinish: options?.afterFinish === true }), code, options)
    ),
    next: command("next", TurnCommands.next),
    extend: commandWith("extend", BadInput.decode(RoomInput.Extension), ({ time }) => TurnCommands.extend(time)),
    takeBreak: commandWith("takeBreak", BadInput.decode(RoomInput.NewBreak), ({ duration }) =>
      TurnCommands.takeBreak(duration)
    ),
    acknowledge: command("acknowledge", TurnCommands.acknowledge),
    undo: command("undo", TurnCommands.undo),
    startTurn: commandWith("startTurn", BadInput.decode(RoomInput.Turn), ({ duration, user }) =>
      SettingsCommands.startTurn(duration, user)
    ),
    addPerson: commandWith("addPerson", BadInput.decode(RoomInput.NewPerson), ({ name }) => PeopleCommands.add(name)),
    orderPeople: commandWith("orderPeople", BadInput.decode(RoomInput.Order), ({ order }) =>
      PeopleCommands.order(order)
    ),
    changePerson: Effect.fn("Rooms.changePerson")(function* (code, name, input, options) {
      const change = yield* checked(code, decodePersonChange(input))
      yield* run("changePerson", PeopleCommands.change(toName(name), change), code, options)
    }),
    removePerson: Effect.fn("Rooms.removePerson")((code, name, options) =>
      run("removePerson", PeopleCommands.leave(toName(name)), code, options)
    ),
    changeSettings: commandWith("changeSettings", BadInput.decode(RoomInput.SettingsChange), SettingsCommands.change),
    complete: command("complete", TimerCommands.complete),
    endStreams: command("endStreams", TimerCommands.endStreams),
    delete: Effect.fn("Rooms.delete")(function* (code, options = {}) {
      yield* RoomInput.authorOf(options.by)
      yield* modify("delete", code, (state, now) =>
        Result.map(Commands.matching(settle(state, now), options.ifMatch), () => Option.none())
      )
    })
  }
}
