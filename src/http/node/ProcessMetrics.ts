/**
 * What an operator sees of the process, read from Node and Linux whenever metrics are asked for. The names that begin with
 * `process_` and `nodejs_` are those of Prometheus' own client libraries.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer, Metric } from "effect"
import { statSync } from "node:fs"
import { VERSION } from "../../domain/version.ts"
import { counter, gauge, observed, summary } from "../../store/MetricFamily.ts"
import * as Descriptors from "./Descriptors.ts"
import * as EventLoop from "./EventLoop.ts"

const build = gauge({
  name: "pairroom_build_info",
  meaning: "Always 1; the labels name the versions.",
  labels: { version: [], node: [] }
})

const eventLoop = summary({
  name: "pairroom_event_loop_delay_seconds",
  meaning:
    "How long the event loop kept others waiting, between the last two readings that are 10 s apart. The quantile 1 is the longest delay.",
  labels: {}
})

const cpu = counter({
  name: "process_cpu_seconds_total",
  meaning: "CPU time of the process.",
  labels: {}
})

const values = {
  process_resident_memory_bytes: ["Memory of the process, the heap included.", () => process.memoryUsage.rss()],
  nodejs_heap_size_used_bytes: ["Used heap.", () => process.memoryUsage().heapUsed],
  nodejs_heap_size_total_bytes: ["Heap that is used or kept ready.", () => process.memoryUsage().heapTotal],
  nodejs_external_memory_bytes: ["Memory of buffers, outside of the heap.", () => process.memoryUsage().external],
  process_open_fds: ["Open files and connections. Only on Linux.", () => openDescriptors()],
  process_start_time_seconds: ["When the process started, in seconds since the epoch.", () => STARTED]
} as const satisfies Record<string, readonly [string, () => number]>

const read = Object.entries(values).map(
  ([name, [meaning, get]]) => [gauge({ name, meaning, labels: {} }), get] as const
)

const mostDescriptors = gauge({
  name: "process_max_fds",
  meaning: "How many files and connections may be open. Only on Linux.",
  labels: {}
})

export const families = [build, eventLoop, cpu, mostDescriptors, ...read.map(([family]) => family)]

const STARTED = performance.timeOrigin / 1_000

/** Newer Linux says how many there are; NaN elsewhere. */
const openDescriptors = (): number => {
  const status = statSync("/proc/self/fd", { throwIfNoEntry: false })
  return status === undefined || status.size === 0 ? NaN : status.size
}

/** Node opens a file for some of them, which fails where no more may be open. Just then the other metrics are needed. */
const orNaN = (get: () => number): number => {
  try {
    return get()
  } catch {
    return NaN
  }
}

const cpuSeconds = () => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

/** Shows the process, for as long as the layer is there. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    yield* Metric.update(build.of({ version: VERSION, node: process.version }), 1)
    const most = yield* Descriptors.limit
    if (Number.isFinite(most)) yield* Metric.update(mostDescriptors.of({}), most)
    yield* observed(cpu.of({}), () => ({ count: cpuSeconds(), incremental: true }))
    for (const [family, get] of read) yield* observed(family.of({}), () => ({ value: orNaN(get) }))
    yield* observed(eventLoop.of({}), yield* EventLoop.delays)
  })
).pipe(Layer.provide(NodeServices.layer))
