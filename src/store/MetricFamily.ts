/**
 * A family of metrics: what the table of metrics says of it, and its series, one for each combination of labels. A series is made
 * once, because a metric that is made for each use costs more than what it counts.
 */
import { Context, Effect, Metric, MutableRef, type Scope } from "effect"

/** Each label, and its values if all of them are known; empty if not. Only these labels may have few values, or Prometheus suffers. */
export type Labels = Readonly<Record<string, ReadonlyArray<string>>>

export interface Definition<L extends Labels> {
  /** With the prefix, and with the unit at its end. */
  readonly name: string
  readonly meaning: string
  readonly labels: L
}

type Type = "counter" | "gauge" | "histogram" | "summary"

export interface Family<L extends Labels, M extends Metric.Metric<never, unknown>> extends Definition<L> {
  readonly type: Type
  /** Returns the series with these values of the labels. */
  of(values: { readonly [Label in keyof L]: string }): M
}

export type AnyFamily = Family<Labels, Metric.Metric<never, unknown>>

const family = <L extends Labels, M extends Metric.Metric<never, unknown>>(
  type: Type,
  definition: Definition<L>,
  make: (attributes: Record<string, string>) => M
): Family<L, M> => {
  const labels = Object.keys(definition.labels)
  const known = new Map<string, M>()
  const of = (values: { readonly [Label in keyof L]: string }) => {
    // Most families that are counted often have one label. Then no text has to be made.
    const key = labels.length === 1 ? values[labels[0]!]! : labels.map((label) => values[label]).join("\n")
    const series = known.get(key) ?? make(Object.fromEntries(labels.map((label) => [label, values[label]!])))
    known.set(key, series)
    return series
  }
  return { ...definition, type, of }
}

export const counter = <const L extends Labels>(definition: Definition<L>) =>
  family("counter", definition, (attributes) =>
    Metric.counter(definition.name, { description: definition.meaning, attributes, incremental: true })
  )

export const gauge = <const L extends Labels>(definition: Definition<L>) =>
  family("gauge", definition, (attributes) =>
    Metric.gauge(definition.name, { description: definition.meaning, attributes })
  )

export const histogram = <const L extends Labels>(
  definition: Definition<L> & { readonly boundaries: ReadonlyArray<number> }
) =>
  family("histogram", definition, (attributes) =>
    Metric.histogram(definition.name, {
      description: definition.meaning,
      attributes,
      boundaries: definition.boundaries
    })
  )

/** A summary whose quantiles are read where they are kept, see `observed`. */
export const summary = <const L extends Labels>(definition: Definition<L>) =>
  family("summary", definition, (attributes) =>
    Metric.summary(definition.name, {
      description: definition.meaning,
      attributes,
      maxAge: "1 minute",
      maxSize: 1,
      quantiles: []
    })
  )

const nothing = () => {}

/** Reads a series by `get` whenever metrics are asked for, for as long as the scope is open. */
export const observed = <Input, State>(
  metric: Metric.Metric<Input, State>,
  get: () => State
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.context<never>(), (context) =>
    Effect.acquireRelease(
      Effect.sync(() => Metric.registerUnsafe(metric, context, { get, update: nothing, modify: nothing })),
      (registration) => Effect.sync(() => registration.remove())
    )
  ).pipe(Effect.asVoid)

/** Returns the tally of a series that is a counter: the number that the series shows. To count is to increment it. */
export type TallyOf = (series: Metric.Counter<number>) => MutableRef.MutableRef<number>

/** By registry, and by the attributes that a context gives to all its metrics. */
const talliesOfRegistry = new WeakMap<Metric.MetricRegistry, Map<string, TallyOf>>()

/**
 * Returns how to get the tallies of the registry in a context, with its attributes. They are for what is counted thousands of times a
 * second: an update of a metric looks its series up each time, and is an effect. A series that has a tally is counted by it alone:
 * `Metric.update` would do nothing.
 */
export const talliesOf = (context: Context.Context<never>): TallyOf => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const attributes = Object.entries(Context.get(context, Metric.CurrentMetricAttributes)).flat().join("\n")
  const ofRegistry = talliesOfRegistry.get(registry) ?? new Map<string, TallyOf>()
  const known = ofRegistry.get(attributes)
  if (known !== undefined) return known
  const tallies = new Map<Metric.Counter<number>, MutableRef.MutableRef<number>>()
  const tallyOf: TallyOf = (series) => {
    const present = tallies.get(series)
    if (present !== undefined) return present
    const tally = MutableRef.make(0)
    const get = () => ({ count: MutableRef.get(tally), incremental: true })
    Metric.registerUnsafe(series, context, { get, update: nothing, modify: nothing })
    tallies.set(series, tally)
    return tally
  }
  talliesOfRegistry.set(registry, ofRegistry.set(attributes, tallyOf))
  return tallyOf
}

/** Returns all series of a family whose labels have known values; none if one of them has not. */
export const seriesOf = (family: AnyFamily): ReadonlyArray<Metric.Metric<never, unknown>> =>
  Object.entries(family.labels)
    .reduce<ReadonlyArray<Record<string, string>>>(
      (combinations, [label, values]) =>
        combinations.flatMap((combination) => values.map((value) => ({ ...combination, [label]: value }))),
      [{}]
    )
    .map((values) => family.of(values))
