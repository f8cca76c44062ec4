#!/usr/bin/env node
/**
 * The command `pairroom`, as a process. Its exit code is 0 when all is well, 2 when it was called in a wrong way, else 1.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Option } from "effect"
import { CliConfig, CliError, CliOutput, Command, GlobalFlag } from "effect/cli"
import { pairroom } from "./cli/Pairroom.ts"
import { Unusable } from "./cli/Target.ts"
import { wrongCall } from "./cli/WrongCall.ts"
import { VERSION } from "./domain/version.ts"

/** What a person is told when a command has failed. What `serve` has to say it has logged, and the library shows wrong usage. */
const told = (error: { readonly _tag: string; readonly message?: string }) =>
  error._tag === "ShowHelp" || error._tag === "ServeFailed"
    ? Effect.void
    : Console.error(`pairroom: ${(error.message ?? error._tag).replace(FIELD, "")}${hintOf(error)}`)

/** Nobody listens at the address. Who is new here has not started the service yet. */
const hintOf = ({ _tag, message = "" }: { readonly _tag: string; readonly message?: string }) =>
  _tag === "StoreUnavailable" && message.includes("ECONNREFUSED")
    ? "\nIs it running? `pairroom serve` starts one on this machine. --url or PAIRROOM_URL names the address of another."
    : ""

/** Fields of the API that nobody has typed here. */
const FIELD = /^(accessCode|lastChange|status): /

const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(wrongCall(event.errors, event.commandPath))
      : CliOutput.defaultPresenter.present(event)
}

/** The flags of every command. `serve` has one for the log of its own. */
const flags = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })

// A program that reads the output may end first, such as `head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error
  process.exit(0)
})

const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return 0
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error instanceof CliError.ShowHelp) return error.errors.length === 0 ? 0 : 2
  return error instanceof Unusable ? 2 : 1
}

pairroom.pipe(
  Command.run({ version: VERSION }),
  Effect.tapError(told),
  Effect.tapDefect((defect) => Console.error("pairroom has a fault:", defect)),
  Effect.provide([NodeServices.layer, flags, CliOutput.layerPresenter(presenter)]),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: (exit, onExit) => onExit(codeOf(exit)) })
)
