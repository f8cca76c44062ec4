#!/usr/bin/env node
/**
 * The command `pairroom`, as a process. Its exit code is 0 when all is well, 2 when it was called in a wrong way, else 1.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Option } from "effect"
import { CliConfig, CliError, Command, GlobalFlag } from "effect/cli"
import { pairroom } from "./cli/Pairroom.ts"
import { VERSION } from "./domain/version.ts"

/** What a person is told when a command has failed. What `serve` has to say it has logged, and the library shows wrong usage. */
const told = (error: { readonly _tag: string; readonly message?: string }) =>
  error._tag === "ShowHelp" || error._tag === "ServeFailed"
    ? Effect.void
    : Console.error(`pairroom: ${error.message ?? error._tag}`)

/** The flags of every command. `serve` has one for the log of its own. */
const flags = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })

const codeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return 0
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  return error instanceof CliError.ShowHelp ? (error.errors.length === 0 ? 0 : 2) : 1
}

pairroom.pipe(
  Command.run({ version: VERSION }),
  Effect.tapError(told),
  Effect.provide([NodeServices.layer, flags]),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: (exit, onExit) => onExit(codeOf(exit)) })
)
