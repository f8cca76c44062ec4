/**
 * The commands of the documents that are not tried elsewhere: that what they name is there. Requests are tried in
 * `requests.test.ts`, backups in `test/store/backup.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { pairroom } from "../../src/cli/Pairroom.ts"
import { VARIABLES } from "../../src/Settings.ts"
import { compileCache, GREETING } from "../instance.ts"
import { commands, DOCUMENTS, read } from "./documents.ts"

const root = new URL("../../", import.meta.url).pathname

const { scripts, version } = JSON.parse(read("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>
  readonly version: string
}

const there = (path: string | undefined) => assert.isTrue(path !== undefined && existsSync(join(root, path)), path)

/** The words after one of them, such as the files after `-f`. */
const after = (words: ReadonlyArray<string>, option: string) =>
  words.flatMap((word, index) => (word === option ? [words[index + 1] ?? ""] : []))

const IMAGE = /pairroom$/

/** What the command `pairroom` knows. */
const COMMANDS = pairroom.subcommands.flatMap(({ commands }) => commands.map(({ name }) => name))

const docker: Readonly<Record<string, (words: ReadonlyArray<string>) => void>> = {
  build: (words) => {
    const [file] = after(words, "-f")
    there(file)
    there(`${file}.dockerignore`)
    assert.match(after(words, "-t")[0]!, IMAGE)
    assert.strictEqual(words.at(-1), ".")
  },
  run: (words) => {
    const dockerfile = read("src/container/Dockerfile")
    for (const port of after(words, "-p")) assert.include(dockerfile, `EXPOSE ${port.split(":")[1]}\n`)
    for (const volume of after(words, "-v")) assert.include(dockerfile, `VOLUME ${volume.split(":")[1]}\n`)
    for (const seconds of after(words, "--stop-timeout")) {
      assert.isAbove(Number(seconds), Number.parseInt(VARIABLES.DRAIN_TIMEOUT.fallback))
    }
    assert.match(words.at(-1)!, IMAGE)
  },
  exec: ([name, ...words]) => {
    assert.match(name!, IMAGE)
    assert.include(read("src/container/Dockerfile"), `CMD ${JSON.stringify(words).replaceAll(",", ", ")}`)
  },
  cp: ([from]) => assert.include(read("src/container/Dockerfile"), `VOLUME ${from!.split(":")[1]}\n`),
  compose: (words) => {
    const [file] = after(words, "-f")
    there(file)
    for (const service of after(words, "--no-deps")) assert.match(read(file!), new RegExp(`^  ${service}:`, "m"))
  },
  logs: ([name]) => assert.match(name!, IMAGE),
  start: ([name]) => assert.match(name!, IMAGE),
  stop: ([name]) => assert.match(name!, IMAGE)
}

const unit = (words: ReadonlyArray<string>) => there(`src/operation/${words.at(-1)}.service`)

/** How the commands of a program are looked at. A program that is not here fails the test. */
const programs: Readonly<Record<string, (words: ReadonlyArray<string>, document: string) => void>> = {
  npm: ([command, name]) => {
    if (command === "ci" || command === "pack") return
    if (command === "install") return assert.strictEqual(name, `pairroom-${version}.tgz`)
    assert.property(scripts, command === "run" ? name! : command!)
  },
  npx: ([program, ...words]) => {
    if (program === "node") return there(words.at(-1))
    assert.strictEqual(program, "pairroom")
    assert.include(COMMANDS, words[0]!)
  },
  docker: ([command, ...words]) => (docker[command!] ?? assert.fail(`docker ${command} is not known`))(words),
  systemctl: unit,
  journalctl: (words) => there(`src/operation/${after(words, "-u")[0]}.service`),
  kubectl: (words) => {
    assert.include(["apply", "rollout", "set"], words[0])
    for (const file of after(words, "-f")) there(file)
    const resources = read("src/operation/kubernetes.yaml")
    const resource = words.find((word) => word.includes("/") && !word.includes("."))
    if (resource === undefined) return
    const [kind, name] = resource.split("/")
    assert.match(resources, new RegExp(`^kind: ${kind}\nmetadata:\n  name: ${name}$`, "im"))
    for (const pair of after(words, resource).filter((pair) => pair !== "")) {
      assert.include(resources, `- name: ${pair.split("=")[0]}\n`)
    }
  },
  cd: ([folder]) => assert.include(read("src/operation/pairroom.service"), `WorkingDirectory=${folder}\n`),
  cp: ([file, folder]) => {
    there(file)
    assert.isTrue(folder!.endsWith("/"), folder)
  },
  git: (words) => assert.deepStrictEqual(words, ["pull"])
}

/** The commands that other tests run. */
const run = (document: string, text: string) =>
  text.startsWith("curl ") || (document === "src/store/README.md" && /^(tar|rm|chown|redis-cli) /.test(text))

const all = DOCUMENTS.flatMap(commands).filter(({ document, text }) => !run(document, text))

describe("a command of a document", () => {
  it.each(all)("names what is there: $text ($document)", ({ document, text }) => {
    for (const one of text.split(" && ")) {
      const words = one.match(/"[^"]*"|'[^']*'|\S+/g) ?? []
      const start = words.findIndex((word) => !/^[A-Z_]+=/.test(word))
      for (const pair of words.slice(0, start)) assert.property(VARIABLES, pair.split("=")[0]!)
      const look = programs[words[start] ?? ""] ?? assert.fail(`${words[start]} is not known here`)
      look(words.slice(start + 1), document)
    }
  })

  it.each(DOCUMENTS)("in the middle of a text names a script, and the file, of the package: %s", (path) => {
    for (const [, name] of read(path).matchAll(/`npm run ([\w:]+)/g)) assert.property(scripts, name!)
    for (const [file] of read(path).matchAll(/pairroom-[\d.]+\.tgz/g)) {
      assert.strictEqual(file, `pairroom-${version}.tgz`)
    }
  })

  it.live("npm start serves, and ends with code 0 when it is told to", () =>
    Effect.gen(function* () {
      const npm = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn("npm", ["start"], {
            cwd: root,
            env: { ...process.env, ...compileCache, HOST: "127.0.0.1", PORT: "0", STORE_URL: "memory:" }
          })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const exit = new Promise<number | null>((resolve) => npm.on("close", resolve))
      const url = yield* Effect.callback<string>((resume) => {
        let printed = ""
        npm.stdout.setEncoding("utf8").on("data", (piece: string) => {
          printed += piece
          const found = GREETING.exec(printed)
          if (found !== null) resume(Effect.succeed(found[1]!))
        })
      })
      const { status } = yield* Effect.promise(() => fetch(`${url}/readyz`))
      assert.strictEqual(status, 200)
      npm.kill("SIGTERM")
      assert.strictEqual(yield* Effect.promise(() => exit), 0)
    })
  )
})

describe("README", () => {
  it("is read in a few minutes: at most 1,200 words", () => {
    assert.isAtMost(read("README.md").split(/\s+/).length, 1_200)
  })
})
