/**
 * What is said of a call that the command line cannot use.
 */
import type { CliError } from "effect/cli"

/** Returns what was wrong, a line for each fault, and where help is. It does not print the whole help. */
export const wrongCall = (errors: ReadonlyArray<CliError.CliError>, path: ReadonlyArray<string>): string => {
  const misplaced = errors.find((error) => error._tag === "UnrecognizedOption" && error.command?.length === 1)
  return [
    // The value of that flag is taken for a command, so that what else is said would mislead.
    ...(misplaced?._tag === "UnrecognizedOption"
      ? [
          `pairroom: ${misplaced.option}: expected after a command that has it, as in: pairroom COMMAND ${misplaced.option}`
        ]
      : errors.map(({ message }) => `pairroom: ${message}`)),
    `See ${path.join(" ")} --help`
  ].join("\n")
}
