import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { address, compileCache, start } from "../instance.ts"

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command to its end. */
const pairroom = (args: ReadonlyArray<string>, env: Record<string, string> = {}) =>
  Effect.callback<Ended>((resume) => {
    const child = execFile(
      process.execPath,
      ["src/main.ts", ...args],
      { env: { PATH: process.env["PATH"], ...compileCache, ...env } },
      (error, stdout, stderr) =>
        resume(Effect.succeed({ code: error === null ? 0 : Number(error.code), stdout, stderr }))
    )
    return Effect.sync(() => child.kill())
  })

/** The exit code, and the first line of what it says. */
const refused = (args: ReadonlyArray<string>) =>
  Effect.map(pairroom(args), ({ code, stderr }) => [code, stderr.split("\n")[0]])

/** Runs commands at once, of which none waits for another. */
const all = <const Commands extends ReadonlyArray<Effect.Effect<Ended>>>(commands: Commands) =>
  Effect.all(commands, { concurrency: "unbounded" })

describe("the command pairroom", { concurrent: true }, () => {
  it.live("makes a room, and does with it what people ask for", () =>
    Effect.gen(function* () {
      const origin = yield* address(yield* start({ STORE_URL: "memory:" }))
      const service = { PAIRROOM_URL: origin, PAIRROOM_NAME: "Mina" }
      const made = yield* pairroom(["new", "Mina", "Jun", "윤", "--turn", "25m", "--json"], service)
      assert.strictEqual(made.stderr, "")
      const { accessCode, url } = JSON.parse(made.stdout) as { readonly accessCode: string; readonly url: string }
      assert.strictEqual(url, `${origin}/room/${accessCode}`)
      const room = { ...service, PAIRROOM_ROOM: accessCode }
      // All by itself in a link, in place of the variables.
      assert.deepStrictEqual(yield* pairroom(["extend", "2m", url]), { code: 0, stdout: "", stderr: "" })
      assert.deepStrictEqual(yield* pairroom(["break", "5m"], room), { code: 0, stdout: "", stderr: "" })
      assert.deepStrictEqual(yield* pairroom(["undo"], room), { code: 0, stdout: "", stderr: "" })
      const people = yield* pairroom(["people", "--away", "Jun", "--rename", "윤=윤아"], room)
      assert.strictEqual(people.stdout, "Mina, drives\nJun, away\n윤아, next\n")
      const [status, json, turns, health] = yield* all([
        pairroom(["status"], room),
        pairroom(["status", "--json"], room),
        pairroom(["turns"], room),
        pairroom(["health"], service)
      ])
      yield* pairroom(["end"], room)
      assert.deepStrictEqual(yield* pairroom(["start"], room), {
        code: 1,
        stdout: "",
        stderr: "pairroom: the room is COMPLETED; start is allowed only while IN_PROGRESS\n"
      })
      assert.strictEqual(status.stdout, "27:00, not started · Mina drives, 윤아 next · turn 1\n")
      assert.include(JSON.parse(json.stdout).lastChange, { kind: "people", by: "Mina" })
      assert.strictEqual(turns.stdout, "No turn has ended yet.\n")
      assert.strictEqual(health.stdout, `${origin} is healthy\n`)
    })
  )

  it.live("says on the standard error what is wrong, with 1 for a refusal and 2 for a wrong call", () =>
    Effect.gen(function* () {
      const origin = yield* address(yield* start({ STORE_URL: "memory:" }))
      const service = { PAIRROOM_URL: origin }
      const [gone, away, wrong, unknown, unhealthy] = yield* all([
        pairroom(["start", "2WQYYFY8H7RFD"], service),
        pairroom(["status", "2WQYYFY8H7RFD"], { PAIRROOM_URL: "http://127.0.0.1:3" }),
        pairroom(["set", "25x", "2WQYYFY8H7RFD"], service),
        pairroom(["strat"], service),
        // What was typed goes before the variable.
        pairroom(["health", "--port", "3"], service)
      ])
      assert.deepStrictEqual(gone, {
        code: 1,
        stdout: "",
        stderr: "pairroom: no room has this access code; it may have been deleted or have expired\n"
      })
      assert.deepStrictEqual(
        [away.code, away.stderr],
        [
          1,
          "pairroom: the service at http://127.0.0.1:3 cannot be used: no connection (ECONNREFUSED)\n" +
            "Is it running? `pairroom serve` starts one on this machine. --url or PAIRROOM_URL names the address of another.\n"
        ]
      )
      assert.strictEqual(wrong.code, 2)
      assert.match(
        wrong.stderr,
        /^pairroom: time: expected a length of time from 1s to 24h, such as 25m.*, got "25x"\n$/
      )
      assert.deepStrictEqual([unknown.code, unknown.stdout], [2, ""])
      assert.include(unknown.stderr, "start")
      assert.include(unknown.stderr, "See pairroom --help")
      assert.deepStrictEqual(unhealthy, {
        code: 1,
        stdout: "",
        stderr: "pairroom: http://127.0.0.1:3 is not healthy: no connection (ECONNREFUSED)\n"
      })
      const calls = [
        ["extend", "2h"],
        ["extend", "banana", "2WQYYFY8H7RFD"],
        ["break", "5m", "7m"]
      ]
      const ended = yield* all(calls.map((args) => pairroom(args, service)))
      for (const [index, { code }] of ended.entries()) assert.strictEqual(code, 2, calls[index]!.join(" "))
    })
  )

  it.live("says in the units of who types it what is wrong, and asks no service for that", () =>
    Effect.gen(function* () {
      const every = 'Invalid value for flag --break-every: "0". Expected: a whole number of turns from 1 to 20'
      assert.deepStrictEqual(yield* refused(["new", "Mina", "Jun", "--break-every", "0"]), [2, `pairroom: ${every}`])
      assert.deepStrictEqual(yield* refused(["set", "10m", "2WQYYFY8H7RFD", "--left", "11m"]), [
        2,
        "pairroom: left: expected at most the length of the turn, got more"
      ])
      const port = 'Invalid value for flag --port: "99999". Expected: a whole number from 1 to 65535'
      assert.deepStrictEqual(yield* refused(["health", "--port", "99999"]), [2, `pairroom: ${port}`])
      assert.deepStrictEqual(yield* refused(["turns", "--json", "--csv", "2WQYYFY8H7RFD"]), [
        2,
        "pairroom: turns: expected --json or --csv, got both"
      ])
    })
  )

  it.live("takes the flags of a command before its name too, and says of others where they go", () =>
    Effect.gen(function* () {
      const origin = yield* address(yield* start({ STORE_URL: "memory:" }))
      const wrong = { PAIRROOM_URL: "http://127.0.0.1:3", PAIRROOM_NAME: "Jun" }
      const made = yield* pairroom(["--json", "--url", origin, "new", "Mina", "Jun"], wrong)
      const { accessCode } = JSON.parse(made.stdout) as { readonly accessCode: string }
      // What stands after the command goes before what stands before it.
      const started = yield* pairroom(
        ["--url", "http://127.0.0.1:4", "--by=Mina", "start", "--url", origin, accessCode],
        wrong
      )
      assert.deepStrictEqual(started, { code: 0, stdout: "", stderr: "" })
      const [status, health, misplaced, other, unknown] = yield* all([
        pairroom(["--json", "--url", origin, "status", accessCode], wrong),
        pairroom(["--url", origin, "health"], wrong),
        pairroom(["--port", "3", "serve"]),
        pairroom(["--url", origin, "serve"]),
        pairroom(["--json", "start", accessCode], wrong)
      ])
      assert.include(JSON.parse(status.stdout).lastChange, { kind: "start", by: "Mina" })
      assert.strictEqual(health.stdout, `${origin} is healthy\n`)
      const after = "expected after a command that has it, as in: pairroom COMMAND"
      assert.deepStrictEqual(
        [misplaced, other, unknown].map(({ code, stderr }) => [code, stderr.split("\n")]),
        [
          [2, [`pairroom: --port: ${after} --port`, "See pairroom --help", ""]],
          [2, ["pairroom: Unrecognized flag: --url in command pairroom serve", "See pairroom serve --help", ""]],
          [2, ["pairroom: Unrecognized flag: --json in command pairroom start", "See pairroom start --help", ""]]
        ]
      )
    })
  )

  it.live("names every setting of the service with its default, and takes it as a flag", () =>
    Effect.gen(function* () {
      const [help, refused, version, completions] = yield* all([
        pairroom(["serve", "--help"]),
        pairroom(["serve", "--port", "99999", "--log-format", "pretty"], { PORT: "3000" }),
        pairroom(["--version"]),
        pairroom(["--completions", "bash"])
      ])
      for (const flag of ["--port", "--store-url", "--otel-service-name"]) assert.include(help.stdout, flag)
      assert.include(help.stdout, "Default sqlite:./data/pairroom.db [STORE_URL]")
      assert.include(
        help.stdout,
        "What is logged: one of All, Trace, Debug, Info, Warn, Error, Fatal, None. Default Info"
      )
      assert.include(help.stdout, "How it is logged: one of auto, pretty, json. Default auto")
      // Nothing is said twice: what is allowed is not said with the default as its example.
      assert.notMatch(help.stdout, /such as "?([^"\s]+(?: [a-z]+)?)"?.*Default \1/)
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, 'PORT: expected a whole number from 0 to 65535; 0 takes a free port, got "99999"')
      assert.include(version.stdout, "0.1.0")
      assert.include(completions.stdout, "--url")
    })
  )
})
