import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { read } from "../documents/documents.ts"

const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> }

/** Runs `npm start` on a Node that takes itself for another version. */
const startOn = (version: string) => {
  const other = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`
  const script = scripts["start"]!.replace("exec node", `exec "$0" --import '${other}'`)
  const env = { PATH: process.env["PATH"], PORT: "none", LOG_FORMAT: "pretty" }
  const { status, stderr } = spawnSync("sh", ["-c", script, process.execPath], { encoding: "utf8", env })
  return { status, stderr }
}

it("npm start on an older Node says in one line what it needs", () => {
  assert.deepStrictEqual(startOn("20.20.2"), {
    status: 1,
    stderr:
      "pairroom cannot run: npm start needs Node 22.19 or later, this is 20.20.2; `npm ci` without --omit=dev brings one\n"
  })
  // The setting is what is wrong here, and no longer the Node.
  for (const version of ["22.19.0", "24.0.0"]) assert.include(startOn(version).stderr, "PORT: expected")
})
