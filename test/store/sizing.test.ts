import { assert, describe, it } from "@effect/vitest"
import { read } from "../documents/documents.ts"

/** What Pairroom's rows of the measured table say: CPU for a million events, and memory. */
const measured = new Map(
  Array.from(
    read("test/bench/README.md").matchAll(/^\| ([^|]+) \| pairroom \| ([\d.]+)[^|]*\|[^|]*\| ([\d.]+)/gm),
    ([, workload, cpu, memory]) => [workload, { cpu: Number(cpu), memory: Number(memory) }] as const
  )
)

const document = read("src/store/README.md")

/** The rows of the table on machines: microseconds for each stream and second, and streams on half of a core. */
const rows = Array.from(
  document.matchAll(/^\| .+ \| ([\d.]+) µs \| ([\d,]+)/gm),
  ([, cpu, streams]) => [Number(cpu), Number(streams!.replaceAll(",", ""))] as const
)

describe("the figures for the size of a machine", () => {
  it("are those that were measured, which differ by a quarter from run to run", () => {
    const workloads = ["ticks=off", "100 × 50", "2,500 × 2"]
    assert.strictEqual(rows.length, workloads.length)
    for (const [index, workload] of workloads.entries()) {
      const { cpu } = measured.get(workload) ?? assert.fail(`no row for ${workload}`)
      assert.closeTo(rows[index]![0] / cpu, 1, 0.25, workload)
    }
    const [least, most] = /(\d+) to (\d+) KiB for each stream/.exec(document)!.slice(1).map(Number)
    const memory = Array.from(measured.values(), (row) => row.memory)
    assert.closeTo(least! / Math.min(...memory), 1, 0.25)
    assert.closeTo(most! / Math.max(...memory), 1, 0.25)
  })

  it("give as many streams as half of a core has time for", () => {
    for (const [cpu, streams] of rows) assert.closeTo((streams * cpu) / 500_000, 1, 0.07)
  })
})
