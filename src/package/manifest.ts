/**
 * The `package.json` of the package, which `npm pack` finds in place of that of the repository. `publish` writes it, `restore` puts the
 * repository's back. npm does not come to `restore` when it fails or is stopped, so `guard` waits for its end, too.
 */
import { spawn } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout } from "node:timers/promises"

/** Where the repository's is kept meanwhile. */
const KEPT = "node_modules/.cache/pairroom/package.json"

/** What only this repository needs: fields, and the condition of an entry. */
const OWN = new Set(["scripts", "devDependencies", "allowScripts", "pairroom-source"])

/** How often the guard looks whether npm still runs, in milliseconds. */
const INTERVAL = 50

const published = (repository: string) => {
  const manifest = JSON.parse(repository, (key, value) => (OWN.has(key) ? undefined : value))
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const publish = () => {
  mkdirSync(dirname(KEPT), { recursive: true })
  copyFileSync("package.json", KEPT)
  const guard = [import.meta.filename, "guard", String(process.ppid)]
  spawn(process.execPath, guard, { detached: true, stdio: "ignore" }).unref()
  writeFileSync("package.json", published(readFileSync(KEPT, "utf8")))
}

const restore = () => {
  if (!existsSync(KEPT)) return
  copyFileSync(KEPT, "package.json")
  rmSync(KEPT, { force: true })
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const guard = async (npm: number) => {
  while (isRunning(npm)) await setTimeout(INTERVAL)
  restore()
}

const [, , step, npm] = process.argv
if (step === "publish") publish()
else if (step === "guard") await guard(Number(npm))
else restore()
