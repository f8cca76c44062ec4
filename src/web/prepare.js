// Builds the page after `npm ci`. Where the development dependencies were left out there is nothing to build it with.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

if (existsSync("node_modules/vite")) {
  const { status } = spawnSync("npm run build", { shell: true, stdio: "inherit" })
  process.exitCode = status ?? 1
}
