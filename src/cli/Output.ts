/**
 * Where a command prints to: the edge of Node. A terminal can be drawn on; a file or a pipe gets plain lines.
 */
import { Effect } from "effect"

/** Is the output a terminal on which lines can be drawn anew? */
export const isTerminal: Effect.Effect<boolean> = Effect.sync(
  () => process.stdout.isTTY === true && process.env["TERM"] !== "dumb"
)

/** Are colours wanted (no-color.org)? */
export const hasColours: Effect.Effect<boolean> = Effect.map(
  isTerminal,
  (isTerminal) => isTerminal && (process.env["NO_COLOR"] ?? "") === ""
)
