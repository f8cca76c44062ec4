/** The documents of the repository, and what stands in them. */
import { globSync, readFileSync } from "node:fs"

const root = new URL("../../", import.meta.url).pathname

export const read = (path: string): string => readFileSync(`${root}${path}`, "utf8")

/** The paths of all documents, from the top of the repository on. */
export const DOCUMENTS: ReadonlyArray<string> = globSync(["*.md", "src/**/*.md", "test/**/*.md"], {
  cwd: root
}).toSorted()

/** The code blocks of one language in a document. */
export const blocks = (path: string, language: string): ReadonlyArray<string> =>
  Array.from(read(path).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, "gm")), ([, text]) => text!)

export interface Command {
  readonly document: string
  /** On one line, as a shell takes it. */
  readonly text: string
  /** The comment after it, which shows what it prints. */
  readonly prints: string
}

/** The commands of a document, in their order: each line of a block `sh`, joined where it ends in a backslash. */
export const commands = (document: string): ReadonlyArray<Command> =>
  blocks(document, "sh").flatMap((block) => {
    const found: Array<Command> = []
    for (const line of block.replaceAll(/\\\n\s*/g, "").split("\n")) {
      const last = found.at(-1)
      if (!line.startsWith("#")) found.push({ document, text: line, prints: "" })
      else if (last !== undefined) found[found.length - 1] = { ...last, prints: line.slice(2) }
    }
    return found.filter(({ text }) => text !== "")
  })

/** What a document may be linked to by `#`: its headings, as GitHub writes them. */
export const anchors = (path: string): ReadonlyArray<string> =>
  Array.from(
    read(path)
      .replaceAll(/^```[^]*?^```$/gm, "")
      .matchAll(/^#+ (.+)$/gm),
    ([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-")
  )

/** The links of a document to other files, with what stands before and after `#`. */
export const links = (path: string): ReadonlyArray<{ readonly to: string; readonly anchor: string }> =>
  Array.from(
    read(path)
      .replaceAll(/^```[^]*?^```$/gm, "")
      .matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g),
    ([, link, source]) => link ?? source!
  )
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => ({ to: link.split("#", 1)[0]!, anchor: link.split("#")[1] ?? "" }))
