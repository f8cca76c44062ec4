/** The package as its users have it: packed by `npm pack`, and installed into an empty project. */
import { execFile } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { promisify } from "node:util"

const ROOT = new URL("../..", import.meta.url).pathname

/** What `npm pack` needs of the repository. */
const SOURCES = ["src", "tsconfig.json", "package.json", ".npmrc", "README.md", "LICENSE", "CHANGELOG.md"]

/** With this Node first, which is also that of `#!/usr/bin/env node`. */
const env = {
  PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`,
  HOME: process.env["HOME"],
  npm_config_offline: "true",
  npm_config_update_notifier: "false"
}

const exec = promisify(execFile)

/** Runs a program to its end. Fails if its exit code is not 0. */
export const run = (cwd: string, program: string, args: ReadonlyArray<string>, settings: Record<string, string> = {}) =>
  exec(program, [...args], { cwd, env: { ...env, ...settings } })

export const node = (cwd: string, ...args: ReadonlyArray<string>) => run(cwd, process.execPath, args)

const folder = mkdtempSync(join(tmpdir(), "pairroom-package-"))

/** A copy of the repository, because packing builds `dist`, which other tests read. */
export const repository = join(folder, "repository")

/** The empty project. */
export const project = join(folder, "project")

export const installed = join(project, "node_modules/pairroom")

export const read = (path: string) => readFileSync(path, "utf8")

/** Gives the project a package that the repository has. */
export const link = (name: string) => {
  mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true })
  symlinkSync(join(ROOT, "node_modules", name), join(project, "node_modules", name))
}

export const pack = async () => {
  for (const path of SOURCES) cpSync(join(ROOT, path), join(repository, path), { recursive: true })
  mkdirSync(join(repository, "node_modules"))
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name !== ".cache") symlinkSync(join(ROOT, "node_modules", name), join(repository, "node_modules", name))
  }
  await run(repository, "npm", ["pack", "--pack-destination", folder])
}

/** Installs it without the peers, and with what it depends on from the repository: both would need a network. */
export const install = async () => {
  mkdirSync(project)
  const overrides = { uqr: `file:${join(ROOT, "node_modules/uqr")}` }
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module", overrides }))
  cpSync(new URL("consumer", import.meta.url), project, { recursive: true })
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!
  await run(project, "npm", ["install", "--legacy-peer-deps", "--no-audit", "--no-fund", join(folder, tarball)])
}

export const remove = () => rmSync(folder, { recursive: true, force: true })
