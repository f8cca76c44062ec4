/**
 * What a client of a room sees: the events of its stream.
 */
import { Schema, SchemaTransformation } from "effect"
import { digits, json, text } from "./described.ts"
import { TimerChange } from "./RoomState.ts"
import { RoomView } from "./RoomView.ts"

const event = <const Name extends string, Data extends Schema.Top>(
  name: Name,
  data: Data,
  identifier: string,
  description: string
) =>
  Schema.Struct({
    event: Schema.Literal(name),
    data,
    id: Schema.optionalKey(text(1, 64, "the `id` of the room, on the last event of each change", "4f1c2a9be07d5683c1"))
  }).pipe(Schema.annotateEncoded({ identifier, description }))

const count = (description: string, example: string) =>
  digits(description, example).pipe(Schema.decodeTo(Schema.Finite, SchemaTransformation.numberFromString))

const Ok = Schema.Literal("OK")

/** An event of a room's stream. Its encoded form is a Server-Sent Event. */
export const RoomEvent = Schema.Union([
  event("connect", Ok, "ConnectEvent", "The first event of every stream."),
  event(
    "room",
    json(RoomView, "Room", 65_536),
    "RoomEvent",
    "The room as JSON: on connect, with every change, and when somebody comes or goes."
  ),
  event(
    "remaining-time",
    count("what is left of this period, in milliseconds", "597000"),
    "RemainingTimeEvent",
    "On connect, at each full second while the timer runs, and when it is set. 0: the time is up."
  ),
  event(
    "timer",
    Schema.Literals([...TimerChange.literals, "running"]).annotate({
      description: "the button; `running` on connect where the timer runs; `stop` when the time is up"
    }),
    "TimerEvent",
    "What has happened to the timer."
  ),
  event(
    "close",
    Ok,
    "CloseEvent",
    "The stream ends for good: the room is closed or deleted, or its streams were ended."
  ),
  event(
    "heartbeat",
    count("the server's clock, in milliseconds since the epoch", "1790000000000"),
    "HeartbeatEvent",
    "Every 15 seconds."
  )
]).annotate({ identifier: "StreamEvent", description: "An event of a room's stream." })
export type RoomEvent = typeof RoomEvent.Type

/**
 * An event in the format of Server-Sent Events (HTML standard, section 9.2.6). The data of no event holds a line
 * break: numbers, fixed words, and JSON, which escapes them.
 */
export const toSse = ({ event, data, id }: RoomEvent): string =>
  `event: ${event}\ndata: ${typeof data === "object" ? JSON.stringify(data) : data}\n${id === undefined ? "" : `id: ${id}\n`}\n`
