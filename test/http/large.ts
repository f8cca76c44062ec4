/** The fields of a room whose events are as large as they can be, about 10 KB: the buffers between server and client are soon full. */

/** One character that is five code points and 18 bytes. */
const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}"

export const large = {
  driver: null,
  navigator: null,
  people: Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index) + FAMILY.repeat(15)),
  goal: FAMILY.repeat(112),
  missionUrl: `http://x/${"a".repeat(2_039)}`
}
