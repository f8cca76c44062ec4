/**
 * Whether a file that is open is still the one that its path leads to. If it was deleted or replaced, what is written to it is
 * gone when the process ends.
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
  readonly identity: string
}>

/** Returns the place of the files to which these paths lead now. */
export const of = (paths: ReadonlyArray<string>): FilePlace =>
  paths.flatMap((path) => {
    const absolute = resolve(path)
    const identity = identityOf(absolute)
    return identity === undefined ? [] : [{ path, absolute, identity }]
  })

/** Throws `FileMoved` where one of the paths leads to another file now, or to none. */
export const verify = (place: FilePlace): void => {
  for (const { absolute, identity, path } of place) {
    if (identityOf(absolute) !== identity) throw moved(path)
  }
}

const moved = (path: string) =>
  new FileMoved({
    message:
      `${path} was deleted or replaced while it is in use, so that changes would be lost: none is accepted; ` +
      "move the same file back (a copy is another file), or restart Pairroom to go on with what is there now"
  })

/** No two files have the same device and inode number while one of them is open. */
const identityOf = (path: string): string | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}
