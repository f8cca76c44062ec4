/**
 * `pairroom status` and `pairroom turns`: what a room shows now, and the turns so far.
 */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { timeText } from "../domain/TimeText.ts"
import { toCsv, type TurnsView } from "../domain/TurnLog.ts"
import { lineOf } from "../http/room/Line.ts"
import * as Target from "./Target.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("As JSON, as the API has it"), Flag.withDefault(false))

export const status = Command.make("status", { room: Target.room, json, ...Target.common }, ({ json, ...target }) =>
  Target.withRoom(target, (rooms, code) =>
    Effect.flatMap(rooms.get(code), (room) => Console.log(json ? JSON.stringify(room) : lineOf(room)))
  )
).pipe(Command.withDescription("Show the time, who drives and who is next, in a line"))

export const turns = Command.make(
  "turns",
  {
    room: Target.room,
    json,
    csv: Flag.Boolean("csv").pipe(Flag.withDescription("As CSV, for a spreadsheet"), Flag.withDefault(false)),
    ...Target.common
  },
  Effect.fnUntraced(function* ({ csv, json, ...target }) {
    if (csv && json) return yield* new Target.Unusable({ message: "turns: expected --json or --csv, got both" })
    yield* Target.withRoom(target, (rooms, code) =>
      Effect.flatMap(rooms.turns(code), (turns) =>
        Console.log(json ? JSON.stringify(turns) : csv ? toCsv(turns).trimEnd() : tableOf(turns))
      )
    )
  })
).pipe(Command.withDescription("Show the ended turns, and how long everybody has driven"))

const seconds = (millis: number) => timeText(Math.round(millis / 1_000))

/** Returns the turns and the totals as text, a line for each. */
export const tableOf = ({ totals, turns }: TurnsView): string =>
  turns.length === 0
    ? "No turn has ended yet."
    : [
        ...turns.map(({ driver, drove, ended, turn }) => `turn ${turn}  ${seconds(drove)}  ${driver} (${ended})`),
        "",
        ...totals.map(
          ({ drove, name, turns }) => `${name}: ${seconds(drove)} in ${turns} ${turns === 1 ? "turn" : "turns"}`
        )
      ].join("\n")
