/**
 * The name of a person in a room, and the goal of a room.
 *
 * This module imports nothing at run time, so that the page can share it.
 */

/** The longest name, in characters as a person counts them: grapheme clusters (Unicode Standard Annex 29). */
export const NAME_MAX = 20

/** The longest name in code points: a cluster may have any number of marks. */
export const NAME_CODE_POINTS_MAX = 80

/** A name must contain a visible character. White space, control characters, lone marks, fillers and blank signs are not visible. */
const VISIBLE = /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\u{13441}\u{13442}]/u

/** Characters that show nothing by themselves. At most they change how their neighbours look: zero-width characters, variation selectors, fillers, tags, soft hyphens. */
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** Spaces of every kind, and signs that look like one. Several in a row look like one on a page. */
const SPACES = /[\p{Zs}\u2800]+/gu

/** Control characters, lone surrogates, and the characters that turn round the text beside a name (Unicode Annex 9). */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

/** Has the text none of the forbidden characters? */
export const isPlain = (text: string): boolean => !FORBIDDEN.test(text)

/** These mean something else in a path. */
const DOTS = new Set([".", ".."])

export const NAME_ALLOWED = `1 to ${NAME_MAX} characters, not blank, without control and bidirectional control characters`

/**
 * Returns a name or a goal as it is kept and compared: trimmed, in Unicode normalization form C. A text that is too long in any form
 * stays as it is: the time for thousands of marks grows with the square of their number.
 */
export const toName = (text: string): string => {
  const trimmed = text.trim()
  return [...trimmed].length > COMPOSED_MAX ? trimmed : trimmed.normalize("NFC")
}

/** Returns what people see of a name. Two names that look the same are one name, so that nobody passes for somebody else. */
export const lookOf = (name: string): string => toName(name.replace(IGNORABLE, "").replace(SPACES, " "))

/** Is it a name, as `toName` returns it? */
export const isName = (name: string): boolean =>
  VISIBLE.test(name) && isPlain(name) && !DOTS.has(name) && isWithin(name, NAME_MAX, NAME_CODE_POINTS_MAX)

/** Returns a name that a program has sent of its own accord, as far as it can be used; undefined if nothing is left. */
export const usableName = (text: string): string | undefined => {
  const name = toName(firstOf(allowedOf(text), NAME_MAX, NAME_CODE_POINTS_MAX))
  return isName(name) ? name : undefined
}

/** The longest goal, in the same characters. */
const GOAL_MAX = 140

/** The longest goal in code points. */
export const GOAL_CODE_POINTS_MAX = 560

/** The longest text that a goal can be made of, in code points. No character of form C is made of more than four. */
const COMPOSED_MAX = 4 * GOAL_CODE_POINTS_MAX

export const GOAL_ALLOWED = `one line of at most ${GOAL_MAX} characters, without control and bidirectional control characters`

/** Is it a goal, as `toName` returns it? */
export const isGoal = (goal: string): boolean => isPlain(goal) && isWithin(goal, GOAL_MAX, GOAL_CODE_POINTS_MAX)

/** Returns a goal that a program has sent of its own accord, in one line and cut to its longest length. */
export const usableGoal = (text: string): string =>
  toName(firstOf(allowedOf(text.replace(/[\r\n\u2028\u2029]+/g, " ")), GOAL_MAX, GOAL_CODE_POINTS_MAX))

/** Returns what may be in a name or a goal, as far as either of them can reach. */
const allowedOf = (text: string): string => {
  const allowed = [...text].filter(isPlain).join("")
  return toName([...allowed.trim()].slice(0, COMPOSED_MAX).join(""))
}

/** Making one takes longer than what it is used for. */
const SEGMENTER = new Intl.Segmenter()

const isWithin = (text: string, characters: number, codePoints: number) =>
  [...text].length <= codePoints && [...SEGMENTER.segment(text)].length <= characters

/** Returns the longest beginning of the text that `isWithin` these limits and does not cut a character in two. */
const firstOf = (text: string, characters: number, codePoints: number) =>
  [...SEGMENTER.segment(text)]
    .slice(0, characters)
    .map(({ index, segment }) => text.slice(0, index + segment.length))
    .findLast((beginning) => [...beginning].length <= codePoints) ?? ""
