/**
 * Reads the bytes of a stream as frames: all events of one change, or one tick. A frame that was cut off counts as not seen.
 */
import { Data, Stream } from "effect"
import { type SseEvent as Parsed, sseParser } from "../client/Sse.ts"

export interface SseEvent extends Parsed {
  /** On the last event of a frame. */
  readonly id?: string
}

/** The events of a room's stream that a program is told. */
export const KNOWN: ReadonlySet<string> = new Set(["connect", "room", "remaining-time", "timer", "close"])

export type Piece = Data.TaggedEnum<{
  Frame: { readonly events: ReadonlyArray<SseEvent> }
  /** The delay of the next connection, in milliseconds. */
  Retry: { readonly delay: number }
}>
export const Piece = Data.taggedEnum<Piece>()

type Line = { readonly event: Parsed } | { readonly id: string } | { readonly retry: number }

/** Returns the frames, and the delays that the service asks for, in their order. An event that is no frame of its own waits for the id. */
export const fromBytes = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Piece, E, R> =>
  Stream.suspend(() => {
    // The parser is shared with the page. It keeps a line of which the end is still to come.
    const lines: Array<Line> = []
    const parse = sseParser({
      event: (event) => lines.push({ event }),
      id: (id) => lines.push({ id }),
      retry: (retry) => lines.push({ retry })
    })
    return bytes.pipe(
      Stream.map((chunk) => {
        parse(chunk)
        return lines.splice(0)
      }),
      Stream.flattenIterable,
      Stream.mapAccum((): ReadonlyArray<SseEvent> => [], take)
    )
  })

/** `open` are the events of the frame that has begun. */
const take = (open: ReadonlyArray<SseEvent>, line: Line): readonly [ReadonlyArray<SseEvent>, ReadonlyArray<Piece>] => {
  if ("retry" in line) return [open, [Piece.Retry({ delay: line.retry })]]
  if ("id" in line) {
    const last = open.at(-1)
    return [[], last === undefined ? [] : [Piece.Frame({ events: [...open.slice(0, -1), { ...last, id: line.id }] })]]
  }
  return open.length === 0 && isWhole(line.event)
    ? [open, [Piece.Frame({ events: [line.event] })]]
    : [[...open, line.event], []]
}

/** Is this event a frame of its own? A tick and a heartbeat have no id. The 0 of a finish begins its frame. */
const isWhole = ({ data, event }: SseEvent) => event === "heartbeat" || (event === "remaining-time" && data !== "0")
