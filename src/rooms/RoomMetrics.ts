/**
 * What an operator sees of the rooms of an instance.
 */
import { Effect, Exit, Metric, Option, Predicate } from "effect"
import { counter, gauge, histogram } from "../store/MetricFamily.ts"

const loadedRooms = gauge({
  name: "pairroom_rooms_loaded",
  meaning: "Rooms that are watched on this instance, or were until a moment ago.",
  labels: {}
})

const commands = counter({
  name: "pairroom_commands_total",
  meaning:
    "Commands on a room that was asked for. `outcome` is `ok`, `nothing` where there was nothing to do, or the `_tag` of the refusal.",
  labels: { command: [], outcome: [] }
})

const lateness = histogram({
  name: "pairroom_tick_lateness_seconds",
  meaning: "How long after its moment the tick of a room came, the finish included.",
  labels: {},
  boundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
})

const dropped = counter({
  name: "pairroom_frames_dropped_total",
  meaning:
    "Frames that a stream lost because its client read too slowly. A lost change is made good by a new snapshot.",
  labels: {}
})

export const families = [loadedRooms, commands, lateness, dropped]

export const tickLateness = lateness.of({})
export const framesDropped = dropped.of({})

/** Counts a room as loaded for as long as the scope is open. */
export const loaded = Effect.acquireRelease(Metric.modify(loadedRooms.of({}), 1), () =>
  Metric.modify(loadedRooms.of({}), -1)
)

/** Counts a command, which returns whether it has changed anything. */
export const counted = <E, R>(command: string, effect: Effect.Effect<boolean, E, R>): Effect.Effect<boolean, E, R> =>
  Effect.onExit(effect, (exit) => Metric.update(commands.of({ command, outcome: outcomeOf(exit) }), 1))

const outcomeOf = (exit: Exit.Exit<boolean, unknown>): string => {
  if (Exit.isSuccess(exit)) return exit.value ? "ok" : "nothing"
  return Exit.findErrorOption(exit).pipe(
    Option.filter(Predicate.hasProperty("_tag")),
    Option.match({ onNone: () => "failed", onSome: ({ _tag }) => String(_tag) })
  )
}
