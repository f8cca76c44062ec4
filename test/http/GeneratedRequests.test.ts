/** A few hundred of the requests with which `npm run test:hostile` attacks the service, always the same ones. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { HttpServer } from "effect/http"
import * as Bystander from "../hostile/bystander.ts"
import { send } from "../hostile/attacks/generated.ts"
import { each } from "../hostile/clients.ts"
import { faultIn, generate } from "./generated.ts"
import { call, open, serve } from "./harness.ts"

const SEED = 12
const COUNT = 600
const AT_ONCE = 8

const json = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-content-type-options: nosniff\r\n\r\n${body}`

describe("generated requests", () => {
  it.effect("get no 500, no hanging answer, refusals as the contract has them, and forge no event", () =>
    Effect.gen(function* () {
      const port = yield* HttpServer.HttpServer.use(({ address }) =>
        Effect.sync(() => (address as { readonly port: number }).port)
      )
      const watched = yield* open()
      const doomed = [yield* open(), yield* open(), yield* open()]
      const { json: description } = yield* call("GET", "/openapi.json")
      const requests = generate(description, { watched, doomed }, SEED, COUNT)
      const faults = yield* Effect.promise(async () => {
        const bystander = await Bystander.watch(port, watched)
        const faults: Array<string> = []
        await each(requests, AT_ONCE, async (request) => {
          const fault = await send(port, request)
          if (fault !== undefined) faults.push(`${fault}: ${JSON.stringify(request.bytes.slice(0, 300))}`)
        })
        bystander.leave()
        assert.isAbove(bystander.blocks(), 10)
        return [...faults, ...bystander.wrong]
      })
      assert.deepStrictEqual(faults, [])
    }).pipe(Effect.provide(serve()))
  )

  it("are the same for the same seed", () => {
    const rooms = { watched: "A", doomed: ["B"] }
    const description = { paths: { "/api/{accessCode}/timer": { get: {} } } }
    assert.deepStrictEqual(generate(description, rooms, 1, 50), generate(description, rooms, 1, 50))
    assert.notDeepEqual(generate(description, rooms, 1, 50), generate(description, rooms, 2, 50))
  })

  it("would be noticed where an answer is wrong", () => {
    const request = { method: "GET", path: "/", bytes: "" }
    assert.strictEqual(faultIn(request, ""), "no answer")
    assert.strictEqual(faultIn(request, "HTTP/1.1 500 X\r\n\r\n"), "status 500")
    assert.strictEqual(faultIn(request, json("400 X", '{"_tag":"Stale","message":"m"}')), "status 400 with Stale")
    assert.strictEqual(faultIn(request, json("400 X", '{"_tag":"BadRequest","message":"m"}')), undefined)
    const page = "HTTP/1.1 404 X\r\nx-content-type-options: nosniff\r\ncontent-type: text/html\r\n\r\n<p>"
    const browser = { method: "GET", path: "/nowhere", bytes: "GET /nowhere HTTP/1.1\r\naccept: text/html\r\n\r\n" }
    assert.strictEqual(faultIn(browser, page), undefined)
    assert.strictEqual(faultIn({ ...browser, path: "/api/nowhere" }, page), "status 404 without JSON")
    assert.strictEqual(faultIn({ ...browser, bytes: "GET /nowhere HTTP/1.1\r\n\r\n" }, page), "status 404 without JSON")
    const stream = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    assert.strictEqual(faultIn(request, `${stream}retry: 1\nevent: connect\ndata: OK\n\n`), undefined)
    assert.strictEqual(faultIn(request, `${stream}event: forged\ndata: forged\n\n`), "an unknown event")
  })
})
