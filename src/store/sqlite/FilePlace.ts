/**
 * Whether a file that is open is still the one that its path leads to, and not emptied. If it was deleted, replaced or emptied, what
 * is written to it is gone when the process ends.
 *
 * Only its name is looked at: who opens and closes the file of a database once more gives up the process's lock on it.
 */
import { Data } from "effect"
import { statSync } from "node:fs"
import { resolve } from "node:path"

/** The message names the file, and says what to do. */
export class FileMoved extends Data.TaggedError("FileMoved")<{ readonly message: string }> {}

/** Where files are: the path of each, and what identifies the file. */
export type FilePlace = ReadonlyArray<{
  readonly path: string
  readonly absolute: string
  readonly found: Found
}>

interface Found {
  readonly identity: string
  readonly isEmpty: boolean
}

/** Returns the place of the files to which these paths lead now. */
export const of = (paths: ReadonlyArray<string>): FilePlace =>
  paths.flatMap((path) => {
    const absolute = resolve(path)
    const found = find(absolute)
    return found === undefined ? [] : [{ path, absolute, found }]
  })

/** Throws `FileMoved` where one of the paths leads to another file now, to none, or to one that was emptied. */
export const verify = (place: FilePlace): void => {
  for (const { absolute, found, path } of place) {
    const now = find(absolute)
    if (now?.identity !== found.identity || (now.isEmpty && !found.isEmpty)) throw moved(path)
  }
}

const moved = (path: string) =>
  new FileMoved({
    message:
      `${path} was deleted, replaced or emptied while it is in use, so that changes would be lost: none is accepted; ` +
      "move the same file back (a copy is another file), or restart Pairroom to go on with what is there now"
  })

/** No two files have the same device and inode number while one of them is open. */
const find = (path: string): Found | undefined => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && { identity: `${stat.dev} ${stat.ino}`, isEmpty: stat.size === 0n }
}
