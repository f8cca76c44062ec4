import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { TABLE } from "../../../src/http/Metrics.ts"

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly x: number; readonly w: number }
  readonly targets?: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
}

const text = readFileSync(new URL("../../../src/http/grafana/dashboard.json", import.meta.url), "utf8")

const panels: ReadonlyArray<Panel> = JSON.parse(text).panels

const targets = panels.flatMap(({ targets = [], title }) => targets.map((target) => ({ title, ...target })))

const familyOf = (name: string) =>
  TABLE.find((family) => family.name === name || family.name === name.replace(/_(bucket|sum|count)$/, ""))

const namesIn = (query: string) => query.match(/\b(?:pairroom|process|nodejs)_\w+/g) ?? []

/** What Prometheus and its formats add. */
const ADDED = ["job", "instance", "le", "quantile"]

describe("the dashboard", () => {
  it.each(targets)("asks for what there is: $title, $expr", ({ expr, legendFormat }) => {
    const families = namesIn(expr).map((name) => familyOf(name))
    assert.isAbove(families.length, 0)
    assert.notInclude(families, undefined)
    const labels = [...ADDED, ...families.flatMap((family) => Object.keys(family?.labels ?? {}))]
    const used = [
      ...Array.from(expr.matchAll(/\bby \(([^)]*)\)/g), ([, list = ""]) => list.split(", ")).flat(),
      ...Array.from(expr.matchAll(/(\w+)(?:=~|!=|=)"/g), ([, label = ""]) => label),
      ...Array.from(legendFormat.matchAll(/{{(\w+)}}/g), ([, label = ""]) => label)
    ]
    for (const label of used) assert.include(labels, label)
  })

  it("asks for histograms by their buckets, and for counters by their rate", () => {
    for (const { expr } of targets) {
      for (const name of namesIn(expr)) {
        const type = familyOf(name)?.type
        assert.strictEqual(type === "histogram", name.endsWith("_bucket"), expr)
        if (type === "counter") assert.match(expr, new RegExp(`\\b(?:rate|increase)\\(${name}`))
      }
    }
  })

  it("shows every metric of the table", () => {
    const shown = new Set(targets.flatMap(({ expr }) => namesIn(expr).map((name) => familyOf(name)?.name)))
    assert.deepStrictEqual(
      TABLE.map(({ name }) => name).filter((name) => !shown.has(name)),
      []
    )
  })

  it("has panels with ids of their own, which fit into the width", () => {
    assert.strictEqual(new Set(panels.map(({ id }) => id)).size, panels.length)
    for (const { gridPos, title } of panels) assert.isAtMost(gridPos.x + gridPos.w, 24, title)
  })
})
