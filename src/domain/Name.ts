/**
 * The name of a person in a room.
 *
 * This module imports nothing at run time, so that the page can share it.
 */

/** The longest name, in characters as a person counts them: grapheme clusters (Unicode Standard Annex 29). */
export const NAME_MAX = 20

/** The longest name in code points: a cluster may have any number of marks. */
const CODE_POINTS_MAX = 80

/** A name must contain a visible character. White space, control characters, lone marks and fillers are not visible. */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Control characters, lone surrogates, and the characters that turn round the text beside a name (Unicode Annex 9). */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

/** They mean something else in a path. */
const DOTS = new Set([".", ".."])

export const NAME_ALLOWED = `1 to ${NAME_MAX} characters, not blank, without control and bidirectional control characters`

/** Returns a name as it is kept and compared: trimmed, in Unicode normalization form C. */
export const toName = (text: string): string => text.trim().normalize("NFC")

/** Is it a name, as `toName` returns it? */
export const isName = (name: string): boolean =>
  VISIBLE.test(name) &&
  !FORBIDDEN.test(name) &&
  !DOTS.has(name) &&
  [...name].length <= CODE_POINTS_MAX &&
  [...new Intl.Segmenter().segment(name)].length <= NAME_MAX
