/**
 * Where a command prints to: the edge of Node. A terminal can be drawn on; a file or a pipe gets plain lines.
 */
import { Effect } from "effect"

/** Is the output a terminal on which lines can be drawn anew? */
export const isTerminal: Effect.Effect<boolean> = Effect.sync(
  () => process.stdout.isTTY === true && process.env["TERM"] !== "dumb"
)
