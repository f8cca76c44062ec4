import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect } from "effect"
import { Yaml } from "effect/encoding"
import { TABLE } from "../../src/http/Metrics.ts"
import { PATHS } from "../../src/http/Operation.ts"
import { settings, VARIABLES } from "../../src/Settings.ts"
import { read } from "../documents/documents.ts"

const document = read("src/operation/README.md")

const settingsOf = (environment: Readonly<Record<string, string>>) => {
  for (const name of Object.keys(environment)) assert.property(VARIABLES, name)
  return settings.pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(environment))))
}

describe("the document on operation", () => {
  it.for(["stock.conf", "round-robin.conf", "prefix.conf"])("shows %s as the tests run it", (file) => {
    assert.include(document, `\`\`\`nginx\n${read(`test/cluster/nginx/${file}`).trim()}\n\`\`\``)
  })

  it("names every setting with its default", () => {
    const rows = Array.from(document.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`|empty) \|/gm), ([, name, fallback]) => [
      name,
      fallback ?? ""
    ])
    assert.deepStrictEqual(
      rows,
      Object.entries(VARIABLES).map(([name, { fallback }]) => [name, fallback])
    )
  })
})

describe("the unit of systemd", () => {
  const unit = Array.from(read("src/operation/pairroom.service").matchAll(/^(\w+)=(.*)$/gm), ([, name, value]) => ({
    name,
    value: value!
  }))
  const value = (name: string) => unit.find((line) => line.name === name)?.value ?? assert.fail(`no ${name}`)

  it("runs what npm start runs, with the Node of the package", () => {
    const { scripts } = JSON.parse(read("package.json"))
    const folder = value("WorkingDirectory")
    assert.strictEqual(`exec ${value("ExecStart").replace(`${folder}/node_modules/.bin/`, "")}`, scripts.start)
    assert.include(document, `cd ${folder} && npm ci`)
  })

  it.effect("has settings that can be used, and the rooms in the one folder that it may write to", () =>
    Effect.gen(function* () {
      const { NODE_ENV, ...own } = Object.fromEntries(
        value("Environment")
          .split(" ")
          .map((pair) => pair.split("=", 2) as [string, string])
      )
      assert.strictEqual(NODE_ENV, "production")
      const { DRAIN_TIMEOUT, STORE_URL } = yield* settingsOf(own)
      assert(STORE_URL.kind === "sqlite")
      assert.isTrue(STORE_URL.file.startsWith(`/var/lib/${value("StateDirectory")}/`))
      assert.strictEqual(value("ProtectSystem"), "strict")
      assert.strictEqual(value("DynamicUser"), "yes")
      assert.isAbove(Number(value("TimeoutStopSec")), Duration.toSeconds(DRAIN_TIMEOUT))
    })
  )
})

/** As `JSON.parse` does, without a type. */
const parse = Yaml.parse as typeof JSON.parse

describe("the resources of Kubernetes", () => {
  const [deployment, service] = read("src/operation/kubernetes.yaml")
    .split(/^---$/m)
    .map((text) => parse(text))
  const pod = deployment.spec.template.spec
  const container = pod.containers[0]

  it("are a Deployment, and a Service that finds its pods and their port", () => {
    assert.deepStrictEqual([deployment.kind, service.kind], ["Deployment", "Service"])
    const { labels } = deployment.spec.template.metadata
    assert.deepStrictEqual(deployment.spec.selector.matchLabels, labels)
    assert.deepStrictEqual(service.spec.selector, labels)
    const [port] = container.ports
    assert.strictEqual(port.containerPort, Number(VARIABLES.PORT.fallback))
    assert.strictEqual(service.spec.ports[0].targetPort, port.name)
  })

  it("ask the paths that there are: one for traffic, one for a restart", () => {
    for (const [probe, path] of [
      ["readinessProbe", "/readyz"],
      ["livenessProbe", "/healthz"]
    ] as const) {
      assert.include(PATHS, path)
      assert.strictEqual(container[probe].httpGet.path, path)
      assert.strictEqual(container[probe].httpGet.port, container.ports[0].name)
    }
  })

  it.effect("share a Redis, and leave time for a shutdown after the sleep before it", () =>
    Effect.gen(function* () {
      const own = container.env.map(({ name, value }: { name: string; value: string }) => [name, value])
      const { DRAIN_SPREAD, DRAIN_TIMEOUT, STORE_URL } = yield* settingsOf(Object.fromEntries(own))
      assert.strictEqual(STORE_URL.kind, "redis")
      const [program, seconds] = container.lifecycle.preStop.exec.command
      assert.strictEqual(program, "sleep")
      assert.isAbove(pod.terminationGracePeriodSeconds, Number(seconds) + Duration.toSeconds(DRAIN_TIMEOUT))
      assert.isAtLeast(deployment.spec.minReadySeconds, Duration.toSeconds(DRAIN_SPREAD))
    })
  )

  it("run without rights that are not needed", () => {
    assert.isTrue(pod.securityContext.runAsNonRoot)
    assert.deepStrictEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] }
    })
  })
})

describe("an alarm", () => {
  const { groups } = Yaml.parse(read("src/operation/alarms.yaml")) as {
    readonly groups: ReadonlyArray<{
      readonly rules: ReadonlyArray<{
        readonly alert: string
        readonly expr: string
        readonly annotations: { readonly summary: string }
      }>
    }>
  }
  const rules = groups.flatMap((group) => group.rules)

  it.each(rules.filter(({ expr }) => !expr.startsWith("absent(")))(
    "is about one instance, and names it: $alert",
    ({ annotations, expr }) => {
      // A sum without it would hide one instance behind the others.
      for (const [, labels] of expr.matchAll(/\bby \(([^)]*)\)/g)) assert.include(labels!.split(", "), "instance")
      if (expr.includes("sum")) assert.match(expr, /\bsum by \(/)
      assert.include(annotations.summary, "{{ $labels.instance }}")
    }
  )

  it.each(rules)("asks for metrics and labels that there are: $alert", ({ expr }) => {
    const names = expr.match(/\b(?:pairroom|process|nodejs)_\w+/g) ?? []
    // Prometheus makes `up` itself, and gives each series its `job` and `instance`.
    assert.isTrue(names.length > 0 || expr.startsWith("up{"))
    const families = names.map((name) => TABLE.find((family) => name.replace(/_bucket$/, "") === family.name))
    assert.notInclude(families, undefined)
    const labels = ["job", "instance", "le", ...families.flatMap((family) => Object.keys(family?.labels ?? {}))]
    for (const [, asked] of expr.matchAll(/(?:\bby \(|{)([\w, ]+)/g)) {
      for (const label of asked!.split(", ")) assert.include(labels, label)
    }
    for (const { name, type } of families.flatMap((family) => family ?? [])) {
      if (type === "counter") assert.match(expr, new RegExp(`\\brate\\(${name}`))
      if (type === "histogram") assert.match(expr, new RegExp(`\\brate\\(${name}_bucket`))
    }
  })
})
