/**
 * The URL of a request in a form that the router can read: correctly, and in bounded time.
 */

export const pathOf = (url: string): string => url.split("?")[0] ?? ""

export const queryOf = (url: string): string => url.slice(pathOf(url).length + 1)

/**
 * Returns the URL with a path that the router can read. The router itself would cut a path off at `;`, and fail to decode some `%`.
 * The time that it takes for a `%` grows with the length of the path, so at most `segments` segments are kept.
 */
export const readable = (url: string, segments: number): string => {
  const path = pathOf(url)
  if (!UNREADABLE.test(path)) return url
  const within = (most: number) => path.split("/", segments).map(encoded(most)).join("/")
  const whole = within(NAME_MOST)
  return (whole.length > PATH_MOST ? within(CODE_MOST) : whole) + url.slice(path.length)
}

const UNREADABLE = /[%;]/

/** The longest segment that is read. A name of 80 characters of four bytes has 960, encoded, and an access code 192. */
const NAME_MOST = 1_024
const CODE_MOST = 192

/** A path with one code and one name is shorter. In a longer one no segment is read that is longer than a code. */
const PATH_MOST = 2_048

/** A longer segment is cut to what its refusal shows. The control character that is added keeps it from being a name or a code. */
const SEGMENT_SHOWN = 60

/**
 * Encodes what the router would not take as it is meant. A `;` is a character like any other (RFC 3986), and so is a `%` where nothing
 * can be decoded. No access code has one of them.
 */
const encoded = (most: number) => (segment: string) => {
  const text = decoded(segment)
  const whole = (text === undefined ? segment.replaceAll("%", "%25") : segment).replaceAll(";", "%3B")
  return whole.length > most
    ? encodeURIComponent(`${[...(text ?? segment)].slice(0, SEGMENT_SHOWN).join("")}\u0000`)
    : whole
}

const decoded = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
