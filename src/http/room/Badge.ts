/**
 * A room as a badge: a small picture with who drives and the time. It has no script, no style sheet and no font of its own, and
 * it brings its own ground, so that it can be read on a light and on a dark page.
 */
import type { RoomView } from "../../domain/RoomView.ts"
import { lineOf } from "./Line.ts"
import { type Phase, phaseOf, startsIn, timeLeft } from "./Phase.ts"

/** What a badge shows. */
export interface Badge {
  readonly label: string
  readonly value: string
  /** The ground of the value. */
  readonly colour: string
  /** What a screen reader says, and what is shown on pointing. */
  readonly title: string
}

/** White on each of these has a contrast of at least 5.5 to 1. */
const LABEL = "#3d4745"
export const QUIET = "#5b6664"
const COLOURS: Readonly<Record<Phase, string>> = {
  running: "#00665f",
  paused: "#86430f",
  idle: QUIET,
  waiting: "#0056aa",
  up: "#a11738",
  completed: QUIET
}

export const badgeOf = (room: RoomView): Badge => {
  const phase = phaseOf(room)
  return { label: labelOf(room, phase), value: valueOf(room, phase), colour: COLOURS[phase], title: lineOf(room) }
}

const labelOf = ({ driver, period }: RoomView, phase: Phase): string => {
  if (phase === "completed") return "room"
  if (period === "break") return `break, then ${driver}`
  return phase === "up" ? `${driver} drives next` : `${driver} drives`
}

const valueOf = (room: RoomView, phase: Phase): string =>
  ({
    running: timeLeft(room),
    paused: `${timeLeft(room)} paused`,
    idle: `${timeLeft(room)} not started`,
    waiting: `starts in ${startsIn(room)}`,
    up: "time is up",
    completed: "completed"
  })[phase]

const HEIGHT = 20
const FONT_SIZE = 11
const RADIUS = 4
const MARGIN = 7
const BASELINE = 14

/** Returns the badge as SVG. */
export const toSvg = ({ colour, label, title, value }: Badge): string => {
  const [left, right] = [widthOf(label) + 2 * MARGIN, widthOf(value) + 2 * MARGIN]
  const width = left + right
  const edge = `a${RADIUS} ${RADIUS} 0 0 1 `
  const straight = right - RADIUS
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${HEIGHT}" rx="${RADIUS}" fill="${LABEL}"/>`,
    `<path d="M${left} 0h${straight}${edge}${RADIUS} ${RADIUS}v${HEIGHT - 2 * RADIUS}${edge}-${RADIUS} ${RADIUS}h-${straight}z" fill="${colour}"/>`,
    // A thin edge: on a dark page the ground is hardly lighter than the page.
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${HEIGHT - 1}" rx="${RADIUS - 0.5}" fill="none" stroke="#fff" stroke-opacity="0.35"/>`,
    `<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="${FONT_SIZE}" direction="ltr">`,
    textAt(MARGIN, label),
    textAt(left + MARGIN, value),
    "</g>",
    "</svg>",
    ""
  ].join("\n")
}

/** The length is given, so that the text fits with any font. */
const textAt = (x: number, text: string) =>
  `<text x="${x}" y="${BASELINE}" textLength="${widthOf(text)}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`

/** Widths of characters, in parts of the font size: about those of Verdana. Everything else is 0.63. */
const WIDTHS: ReadonlyArray<readonly [RegExp, number]> = [
  [/^[ijl'|]/, 0.28],
  [/^[frtI.,:;!()[\] -]/, 0.4],
  [/^[mwMW@%]/, 0.97],
  [/^\p{Lu}/u, 0.72],
  [/^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u, 1],
  [/^\p{Emoji_Presentation}|^\p{Extended_Pictographic}\ufe0f/u, 1.3]
]
const WIDTH = 0.63

/** About how wide a text is, in pixels. What belongs to one character, as the parts of an emoji do, counts once. */
const widthOf = (text: string): number =>
  Math.round(
    FONT_SIZE *
      Array.from(
        new Intl.Segmenter().segment(text),
        ({ segment }) => WIDTHS.find(([pattern]) => pattern.test(segment))?.[1] ?? WIDTH
      ).reduce((sum, width) => sum + width, 0)
  )

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** What XML does not allow even when it is escaped (XML 1.0, section 2.2). */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const escaped = (text: string): string =>
  text.replaceAll(NOT_XML, "\ufffd").replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "")
