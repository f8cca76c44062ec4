/**
 * What an operator sees of requests, streams and limits.
 */
import type { FrameKind } from "../rooms/Frame.ts"
import { counter, gauge, histogram } from "../store/MetricFamily.ts"

export const requests = counter({
  name: "pairroom_http_requests_total",
  meaning: "Answered requests. `route` is the pattern of the path, or `none`. A stream counts when it begins.",
  labels: { method: [], route: [], status: [] }
})

export const requestDuration = histogram({
  name: "pairroom_http_request_duration_seconds",
  meaning: "Time from a request to the head of its answer, without streams.",
  labels: { method: [], route: [] },
  boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
})

/** Why a stream ended. */
const ENDS = ["client", "lifetime", "drain", "closed", "slow", "vanished", "limit", "store", "failed"] as const
export type StreamEnd = (typeof ENDS)[number]

export const streamsOpen = gauge({
  name: "pairroom_streams_open",
  meaning: "Open event streams.",
  labels: {}
})

export const streamsStarted = counter({
  name: "pairroom_streams_started_total",
  meaning: "Streams that began, those that ended at once too.",
  labels: {}
})

export const streamsEnded = counter({
  name: "pairroom_streams_ended_total",
  meaning:
    "Streams that ended: the `client` left; their `lifetime` was over; a `drain` began; the room was `closed`; the client read too `slow`ly or `vanished` without a word; at once, because of a `limit` or because the `store` was away; something `failed`.",
  labels: { cause: ENDS }
})

const KINDS = ["snapshot", "change", "tick", "presence", "heartbeat"] as const satisfies ReadonlyArray<FrameKind>

export const framesSent = counter({
  name: "pairroom_frames_sent_total",
  meaning:
    "Frames that were given to a stream. A frame is what is written at once: all events of one change, or a tick.",
  labels: { kind: KINDS }
})

export const frameBytes = counter({
  name: "pairroom_frames_sent_bytes_total",
  meaning: "The size of these frames.",
  labels: {}
})

/** The limits, as the settings call them. `streams` and `connections` are those of the process, by its descriptors. */
const LIMITS = [
  "streams_per_room",
  "streams_per_address",
  "streams",
  "connections",
  "rooms_per_minute",
  "commands_per_minute",
  "unknown_codes_per_minute"
] as const

export type Limit = (typeof LIMITS)[number]

export const limitsHit = counter({
  name: "pairroom_limits_hit_total",
  meaning:
    "Requests that were over a limit. `limit` is the setting, in lower case; `streams` is that of the process, by its descriptors, and `connections` counts those that were ended for new ones.",
  labels: { limit: LIMITS }
})

export const families = [
  requests,
  requestDuration,
  streamsOpen,
  streamsStarted,
  streamsEnded,
  framesSent,
  frameBytes,
  limitsHit
]
