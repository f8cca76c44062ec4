/**
 * `pairroom new`: makes a room, and prints its code, its link, and a QR code where a phone could use it.
 */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { renderUnicodeCompact } from "uqr"
import { isThisMachine } from "../domain/ThisMachine.ts"
import { BREAK_EVERY_MAX } from "../domain/Timer.ts"
import * as RemoteRooms from "../remote/RemoteRooms.ts"
import * as Durations from "./Durations.ts"
import * as Flags from "./Flags.ts"
import * as Output from "./Output.ts"
import * as Target from "./Target.ts"

/** Who is in a room if nobody is named, as on the page. */
const USUAL = ["Driver", "Navigator"] as const

const MINUTE = 60_000

const length = (flag: string, description: string, range = Durations.PERIOD) =>
  Flag.String(flag).pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(range.parse, () => range.allowed)
  )

const turnsOf = (typed: string): Option.Option<number> =>
  /^\d{1,2}$/.test(typed) && Number(typed) >= 1 && Number(typed) <= BREAK_EVERY_MAX
    ? Option.some(Number(typed))
    : Option.none()

export const newRoom = Command.make(
  "new",
  {
    people: Argument.String("people").pipe(
      Argument.withDescription(
        "Names of those who take part, in the order in which they drive; Driver and Navigator by default"
      ),
      Argument.variadic()
    ),
    turn: length("turn", "Length of a turn, such as 7m; 10m by default").pipe(Flag.withDefault(10 * MINUTE)),
    every: Flag.String("break-every").pipe(
      Flag.withMetavar("TURNS"),
      Flag.withDescription(`A break after so many turns, 1 to ${BREAK_EVERY_MAX}; none by default`),
      Flag.filterMap(turnsOf, () => `a whole number of turns from 1 to ${BREAK_EVERY_MAX}`),
      Flag.optional
    ),
    break: length("break", "Length of these breaks; 5m by default").pipe(Flag.optional),
    after: length("auto-start", "Turns and breaks start by themselves so long after a finish", Durations.WAIT).pipe(
      Flag.optional
    ),
    goal: Flag.String("goal").pipe(Flag.withDescription("What the room works on, one line"), Flag.withDefault("")),
    qr: Flag.Boolean("qr").pipe(
      Flag.withDescription("A QR code of the link on a terminal, by default; --no-qr leaves it out"),
      Flag.withDefault(true)
    ),
    json: Flags.jsonFlag("Code and link as JSON"),
    ...Flags.common
  },
  Effect.fnUntraced(function* (given) {
    if (Option.isSome(given.break) && Option.isNone(given.every)) {
      return yield* new Target.Unusable({ message: "break: expected --break-every beside it, got nothing" })
    }
    const url = yield* Target.serviceOf(given.url)
    const by = yield* Flags.byOf(given.by)
    const { accessCode: code } = yield* Effect.provide(
      Effect.flatMap(RemoteRooms.Rooms, (rooms) =>
        rooms.create(
          {
            people: [...given.people, ...USUAL.slice(given.people.length)],
            timerDuration: given.turn,
            breaks: Option.getOrNull(
              Option.map(given.every, (every) => ({ every, duration: Option.getOrElse(given.break, () => 5 * MINUTE) }))
            ),
            autoStart: Option.getOrNull(Option.map(given.after, (after) => ({ after }))),
            goal: given.goal
          },
          { by }
        )
      ),
      Target.layer(given)
    )
    const link = `${url}/room/${encodeURIComponent(code)}`
    if (yield* Flags.isJson(given.json)) return yield* Console.log(JSON.stringify({ accessCode: code, url: link }))
    yield* Console.log(`${code}\n${link}`)
    if (!(yield* Output.isTerminal)) return
    if (given.qr)
      yield* Console.log(isThisMachine(new URL(link).hostname) ? UNREACHABLE : `\n${renderUnicodeCompact(link)}`)
    yield* Console.log(`\nexport PAIRROOM_ROOM=${code}   # then start, watch and the others need no code`)
  })
).pipe(
  Command.withDescription("Make a room; print its code, its link and a QR code"),
  Command.withExamples([
    { command: "pairroom new Mina Jun", description: "A room for two, turns of ten minutes" },
    { command: "pairroom new Mina Jun Ari --turn 7m --break-every 4", description: "A mob with breaks" }
  ]),
  Flags.withCommon,
  Flags.withJson
)

const UNREACHABLE =
  "(No QR code: no phone can reach an address of this machine alone. Give --url with its name in your network.)"
