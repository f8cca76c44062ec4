/**
 * The name of a person in a room.
 *
 * This module imports nothing at run time, so that the page can share it.
 */

/** The longest name, in characters (code points). */
export const NAME_MAX = 20

/** A name must contain a visible character. White space, control characters, lone marks and fillers are not visible. */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u

export const NAME_ALLOWED = `1 to ${NAME_MAX} characters, not blank`

export const isName = (name: string): boolean => VISIBLE.test(name) && [...name].length <= NAME_MAX
