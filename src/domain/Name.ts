/**
 * The name of a person in a room.
 *
 * This module imports nothing at run time, so that the page can share it.
 */

/** The most characters (code points) of a name. */
export const NAME_MAX = 20

/** A name holds something that can be seen: white space, control characters, lone marks and fillers do not count. */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u

export const NAME_ALLOWED = `1 to ${NAME_MAX} characters, not blank`

export const isName = (name: string): boolean => VISIBLE.test(name) && [...name].length <= NAME_MAX
