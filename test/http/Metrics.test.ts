import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import { readFileSync } from "node:fs"
import { TABLE } from "../../src/http/Metrics.ts"
import { Drain } from "../../src/http/Drain.ts"
import { OFF } from "../../src/http/Limits.ts"
import { call, open, raw, serve, watch } from "./harness.ts"

/** A server whose metrics begin at nothing. */
const server = (options?: Parameters<typeof serve>[0]) =>
  serve(options).pipe(Layer.provideMerge(Layer.sync(Metric.MetricRegistry, () => new Map())))

const metrics = Effect.map(call("GET", "/metrics"), ({ text }) => text)

/** The value of a series, as it is printed. */
const value = (text: string, series: string) => {
  const line = text.split("\n").find((line) => line.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

const allEnded = Effect.repeat(metrics, { until: (text) => value(text, "pairroom_streams_open") === 0 })

/** The families that are printed: the name and the type of each, and the labels of its series. */
const printed = (text: string) =>
  new Map(
    Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = "", type = ""]) => {
      const series = Array.from(text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:{(.*)})? `, "gm")))
      const labels = series.flatMap(([, labels = ""]) =>
        Array.from(labels.matchAll(/(\w+)="[^"]*"/g), ([, label = ""]) => label)
      )
      const own = new Set(labels.filter((label) => label !== "le" && label !== "quantile"))
      return [name, { type, labels: [...own] }] as const
    })
  )

const byName = <A>(families: Iterable<readonly [string, A]>) =>
  Array.from(families, ([name, family]) => ({ name, ...family })).toSorted((a, b) => (a.name < b.name ? -1 : 1))

const document = readFileSync(new URL("../../src/operation/README.md", import.meta.url), "utf8")

const documented = Array.from(
  document
    .split("\n## Metrics")[1]!
    .split("\n## ")[0]!
    .matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) ?\| (.+) \|$/gm),
  ([, name, type, labels = "", meaning]) => ({
    name,
    type,
    labels: Array.from(labels.matchAll(/`(\w+)`/g), ([, label]) => label),
    meaning
  })
)

describe("/metrics", () => {
  it("is described in the document on operation as it is in the code", () => {
    const table = TABLE.map(({ name, type, labels, meaning }) => ({ name, type, labels: Object.keys(labels), meaning }))
    assert.deepStrictEqual(documented, table)
  })

  it("has names with their units, as Prometheus wants them", () => {
    for (const { name, type } of TABLE) {
      assert.match(name, /^(pairroom|process|nodejs)_[a-z_]+$/)
      assert.strictEqual(name.endsWith("_total"), type === "counter", name)
      if (type === "histogram" || type === "summary") assert.match(name, /_(seconds|bytes)$/)
    }
  })

  it.effect("prints every metric of the table with its labels, and no other", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.upTo("remaining-time 600000")
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* stream.upTo("timer start")
      yield* TestClock.adjust("1 second")
      yield* stream.upTo("remaining-time 599000")
      const found = printed(yield* metrics)
      const table = TABLE.map(({ name, type, labels }) => [name, { type, labels: Object.keys(labels) }] as const)
      assert.deepStrictEqual(byName(found), byName(table))
    }).pipe(Effect.provide(server()))
  )

  it.effect("counts requests by the pattern of their route, and has no access code in it", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* call("GET", `/api/pair-room/${code}`)
      yield* call("GET", `/api/pair-room/${code}`)
      yield* call("GET", "/api/pair-room/NOBODY")
      yield* call("GET", `/${code}/nowhere`)
      yield* call("PUT", `/api/pair-room/${code}`)
      yield* raw("BROKEN\r\n\r\n")
      const text = yield* metrics
      const requests = (labels: string) => value(text, `pairroom_http_requests_total{${labels}}`)
      const room = 'method="GET",route="/api/pair-room/:accessCode"'
      assert.strictEqual(requests(`${room},status="200"`), 2)
      assert.strictEqual(requests(`${room},status="404"`), 1)
      assert.strictEqual(requests('method="GET",route="none",status="404"'), 1)
      assert.strictEqual(requests('method="PUT",route="none",status="405"'), 1)
      assert.strictEqual(requests('method="unknown",route="none",status="400"'), 1)
      assert.strictEqual(value(text, `pairroom_http_request_duration_seconds_count{${room}}`), 3)
      assert.notInclude(text, code)
    }).pipe(Effect.provide(server()))
  )

  it.effect("counts commands by what they came to", () =>
    Effect.gen(function* () {
      const code = yield* open()
      for (let time = 0; time < 2; time++) yield* call("PATCH", `/api/${code}/timer/start`)
      yield* call("PATCH", `/api/${code}/timer/stop`, { headers: { "if-match": '"another"' } })
      yield* call("PATCH", "/api/NOBODY/timer/start")
      yield* call("PATCH", `/api/pair-room/${code}/status`, { body: { status: "COMPLETED" } })
      yield* call("PATCH", `/api/${code}/timer/start`)
      yield* call("DELETE", `/api/pair-room/${code}`)
      const text = yield* metrics
      const commands = (command: string, outcome: string) =>
        value(text, `pairroom_commands_total{command="${command}",outcome="${outcome}"}`)
      assert.strictEqual(commands("create", "ok"), 1)
      assert.strictEqual(commands("start", "ok"), 1)
      assert.strictEqual(commands("start", "nothing"), 1)
      assert.strictEqual(commands("pause", "Stale"), 1)
      assert.strictEqual(commands("start", "RoomNotFound"), 1)
      assert.strictEqual(commands("start", "RoomClosed"), 1)
      assert.strictEqual(commands("delete", "ok"), 1)
      assert.strictEqual(value(text, 'pairroom_store_request_duration_seconds_count{operation="create"}'), 1)
      assert.strictEqual(value(text, "pairroom_store_available"), 1)
    }).pipe(Effect.provide(server()))
  )

  it.effect("shows how many rooms are kept, and how many are watched", () =>
    Effect.gen(function* () {
      const code = yield* open()
      yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.upTo("remaining-time 600000")
      const text = yield* metrics
      assert.strictEqual(value(text, "pairroom_store_rooms"), 2)
      assert.strictEqual(value(text, "pairroom_rooms_loaded"), 1)
    }).pipe(Effect.provide(server()))
  )

  it.effect("counts streams, what they get, and why they end", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const stream = yield* watch(`/api/${code}/connect`)
      yield* stream.upTo("remaining-time 600000")
      yield* watch(`/api/${code}/connect`)
      const during = yield* metrics
      assert.strictEqual(value(during, "pairroom_streams_open"), 1)
      assert.strictEqual(value(during, 'pairroom_streams_ended_total{cause="limit"}'), 1)
      assert.strictEqual(value(during, 'pairroom_limits_hit_total{limit="streams_per_room"}'), 1)
      assert.strictEqual(value(during, 'pairroom_frames_sent_total{kind="snapshot"}'), 1)
      assert.isAbove(value(during, "pairroom_frames_sent_bytes_total")!, 100)
      yield* call("DELETE", `/api/${code}/connect`)
      yield* stream.upTo("close")
      yield* allEnded
      const leaving = yield* watch(`/api/${code}/connect`)
      yield* leaving.upTo("remaining-time 600000")
      leaving.leave()
      const after = yield* allEnded
      assert.strictEqual(value(after, 'pairroom_streams_ended_total{cause="closed"}'), 1)
      assert.strictEqual(value(after, 'pairroom_streams_ended_total{cause="client"}'), 1)
      assert.strictEqual(value(after, "pairroom_streams_started_total"), 3)
    }).pipe(Effect.provide(server({ limits: { ...OFF, streamsPerRoom: 1 } })))
  )

  it.effect("tells a stream whose life time is over from one that a drain has ended", () =>
    Effect.gen(function* () {
      const code = yield* open()
      const first = yield* watch(`/api/${code}/connect`)
      yield* TestClock.adjust("20 minutes")
      yield* first.upTo("END ")
      const second = yield* watch(`/api/${code}/connect`)
      yield* second.upTo("remaining-time 600000")
      yield* Drain.begin
      yield* second.upTo("END ")
      yield* watch(`/api/${code}/connect`)
      const text = yield* allEnded
      const ended = (cause: string) => value(text, `pairroom_streams_ended_total{cause="${cause}"}`)
      assert.deepStrictEqual([ended("lifetime"), ended("drain"), ended("failed")], [1, 2, 0])
      assert.strictEqual(value(text, "pairroom_streams_started_total"), 3)
      assert.isAbove(value(text, 'pairroom_frames_sent_total{kind="heartbeat"}')!, 0)
    }).pipe(Effect.provide(server()))
  )

  it.effect("are there without what Node cannot read while no more files may be open", () =>
    Effect.gen(function* () {
      const rss = vi.spyOn(process.memoryUsage, "rss").mockImplementation(() => {
        throw new Error("EMFILE: too many open files, uv_resident_set_memory")
      })
      const { status, text } = yield* call("GET", "/metrics")
      rss.mockRestore()
      assert.strictEqual(status, 200)
      assert.isNaN(value(text, "process_resident_memory_bytes"))
      assert.isAbove(value(text, "process_cpu_seconds_total") ?? 0, 0)
      assert.isAbove(value(yield* metrics, "process_resident_memory_bytes") ?? 0, 0)
    }).pipe(Effect.provide(server()))
  )
})
