// Loaded before the service by `npm start`: an older Node could not even read it, and would not say why.
import { readFileSync } from "node:fs"

const least = JSON.parse(readFileSync("package.json", "utf8")).engines.node.replace(">=", "")
const { node } = process.versions

if (node.localeCompare(least, undefined, { numeric: true }) < 0) {
  console.error(
    `pairroom cannot run: npm start needs Node ${least} or later, this is ${node}; \`npm ci\` without --omit=dev brings one`
  )
  process.exit(1)
}
