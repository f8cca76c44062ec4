/** The marks of the dial, as paths. */

/** The full circle has this many ticks at most, and this many cuts. */
const TICKS_MOST = 100
const CUTS_MOST = 60

/** A stroke from one radius to another, at a part of the circle that begins at the top. */
export const pointsAt = (part: number, [from, to]: readonly [number, number]): string => {
  const angle = part * 2 * Math.PI
  const [x, y] = [Math.sin(angle), -Math.cos(angle)]
  const point = (radius: number) => `${(x * radius).toFixed(1)} ${(y * radius).toFixed(1)}`
  return `M${point(from)}L${point(to)}`
}

export interface Marks {
  /** Through the band: one for each minute, of a long period one for each five. */
  readonly cuts: string
  /** Inside of the band, at the cuts. */
  readonly large: string
  /** Between them: one for each 15 seconds, or for each minute. */
  readonly small: string
}

/** Returns the marks for a period of so many seconds. */
export const marksOfDial = (full: number): Marks => {
  // A period of a few seconds has a cut for each.
  const unit = full <= 20 ? 1 : full <= 60 * CUTS_MOST ? 60 : 300
  const fine = full <= 20 ? unit : full / 15 <= TICKS_MOST ? 15 : unit
  const at = (step: number) =>
    Array.from({ length: Math.min(400, Math.ceil(full / step)) }, (_, index) => (index * step) / full)
  const large = at(unit)
  const isLarge = new Set(large)
  return {
    cuts: large.map((part) => pointsAt(part, [173.4, 194.6])).join(""),
    large: large.map((part) => pointsAt(part, [163, 171])).join(""),
    small: at(fine)
      .filter((part) => !isLarge.has(part))
      .map((part) => pointsAt(part, [167.5, 171]))
      .join("")
  }
}
