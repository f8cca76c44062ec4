/**
 * `pairroom status` and `pairroom turns`: what a room shows now, and the turns so far.
 */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { timeText } from "../domain/TimeText.ts"
import { toCsv, type TurnsView } from "../domain/TurnLog.ts"
import { lineOf } from "../http/room/Line.ts"
import * as Flags from "./Flags.ts"
import * as Target from "./Target.ts"

const json = Flags.jsonFlag("As JSON, as the API has it")

export const status = Command.make(
  "status",
  { room: Target.room, json, ...Flags.common },
  Effect.fnUntraced(function* ({ json, ...target }) {
    const asJson = yield* Flags.isJson(json)
    yield* Target.withRoom(target, (rooms, code) =>
      Effect.flatMap(rooms.get(code), (room) => Console.log(asJson ? JSON.stringify(room) : lineOf(room)))
    )
  })
).pipe(
  Command.withDescription("Show the time, who drives and who is next, in a line"),
  Flags.withCommon,
  Flags.withJson
)

export const turns = Command.make(
  "turns",
  {
    room: Target.room,
    json,
    csv: Flag.Boolean("csv").pipe(Flag.withDescription("As CSV, for a spreadsheet"), Flag.withDefault(false)),
    ...Flags.common
  },
  Effect.fnUntraced(function* ({ csv, json, ...target }) {
    const asJson = yield* Flags.isJson(json)
    if (csv && asJson) return yield* new Target.Unusable({ message: "turns: expected --json or --csv, got both" })
    yield* Target.withRoom(target, (rooms, code) =>
      Effect.flatMap(rooms.turns(code), (turns) =>
        Console.log(asJson ? JSON.stringify(turns) : csv ? toCsv(turns).trimEnd() : tableOf(turns))
      )
    )
  })
).pipe(
  Command.withDescription("Show the ended turns, and how long everybody has driven"),
  Flags.withCommon,
  Flags.withJson
)

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
