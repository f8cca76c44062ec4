/**
 * Attacks the service from another process over loopback, and prints the figures as a table: `npm run test:hostile`. Ends with
 * code 1 if a bound is missed, or if something could not be run here. `-- --only churn,flood` takes some of the attacks, `--short`
 * takes a tenth of the clients and a soak of two minutes, `--minutes` is the length of the soak, `--seed` makes the generated
 * requests the same again.
 */
import { Effect } from "effect"
import { parseArgs } from "node:util"
import type { Figure } from "../cluster/figures.ts"
import type { NotRun } from "./attack.ts"
import { attacks } from "./attacks.ts"

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(attacks).join() },
    short: { type: "boolean", default: false },
    minutes: { type: "string" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000_000)) }
  }
})

const size = {
  share: options.short ? 0.1 : 1,
  minutes: Number(options.minutes ?? (options.short ? 2 : 10)),
  seed: Number(options.seed)
}

const row = (name: string, figure: Figure | NotRun): string =>
  "notRun" in figure
    ? `| ${name} | ${figure.what} | not run here: ${figure.notRun} | ${figure.bar} | NOT RUN |`
    : `| ${name} | ${figure.what} | ${figure.measured} | ${figure.bar} | ${figure.ok ? "ok" : "MISSED"} |`

let missed = 0
console.log(`seed of the generated requests: ${size.seed}\n`)
console.log("| attack | what | measured | bound | |\n| --- | --- | --- | --- | --- |")
for (const name of options.only.split(",")) {
  const attack = attacks[name]
  if (attack === undefined) {
    console.error(`--only: expected any of ${Object.keys(attacks).join(", ")}, got ${name}`)
    process.exit(1)
  }
  for (const figure of await Effect.runPromise(Effect.scoped(attack(size)))) {
    if ("notRun" in figure || !figure.ok) missed++
    console.log(row(name, figure))
  }
}
process.exit(missed === 0 ? 0 : 1)
