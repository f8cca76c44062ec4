import { assert, describe, it } from "@effect/vitest"
import { beforeEach } from "vitest"
import { createRoom, exists } from "../../src/client/Rooms.ts"
import { FakeBrowser, FakeServer, FakeTab, json, useFakeTime } from "./browser.ts"

const setUp = () => {
  const server = new FakeServer()
  return { environment: new FakeTab(new FakeBrowser(), server).environment, server }
}

/** An error of the system, and that of a name with several addresses. */
const system = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall })
const each = (...errors: ReadonlyArray<Error>) => new AggregateError(errors)

describe("createRoom", () => {
  beforeEach(useFakeTime)

  it("gives the access code, or what was wrong", async () => {
    const { environment, server } = setUp()
    const room = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }
    server.answer = () => json(201, { accessCode: "CODE" })
    assert.deepStrictEqual<unknown>(await createRoom(room, { api: "/api", environment }), { ok: true, code: "CODE" })
    assert.deepStrictEqual([server.asked[0]?.method, server.asked[0]?.url], ["POST", "/api/pair-room"])
    assert.deepStrictEqual(server.asked[0]?.body, room)
    server.answer = () => json(400, { _tag: "BadRequest", message: "driver: …" })
    assert.deepStrictEqual(await createRoom(room, { api: "/api", environment }), {
      ok: false,
      reason: "refused",
      message: "driver: …"
    })
  })

  it("says that nothing was sent where there was no connection, and that it may have been done where there was one", async () => {
    const room = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }
    const failsWith = (cause: Error) =>
      createRoom(room, {
        api: "/api",
        environment: { fetch: () => Promise.reject(new TypeError("fetch failed", { cause })) }
      })
    const refused = system("ECONNREFUSED", "connect")
    const reset = system("ECONNRESET", "read")
    for (const cause of [
      refused,
      system("EHOSTUNREACH", "connect"),
      system("EAI_AGAIN", "getaddrinfo"),
      system("UND_ERR_CONNECT_TIMEOUT"),
      each(refused, system("ENETUNREACH", "connect"))
    ]) {
      const code = String("code" in cause ? cause.code : "ECONNREFUSED")
      assert.deepStrictEqual<unknown>(await failsWith(cause), {
        ok: false,
        reason: "offline",
        message: `Not connected (${code}); nothing was sent.`
      })
    }
    for (const cause of [reset, each(refused, reset), new Error("other side closed")]) {
      assert.deepStrictEqual<unknown>(await failsWith(cause), {
        ok: false,
        reason: "unknown",
        message: "No answer came; it may have been done or not."
      })
    }
  })

  it("says of a real address at which nobody listens that nothing was sent", async () => {
    const room = { driver: "lemon", navigator: "apple", timerDuration: 600_000 }
    assert.deepInclude(await createRoom(room, { api: "http://127.0.0.1:3/api", environment: { fetch } }), {
      reason: "offline",
      message: "Not connected (ECONNREFUSED); nothing was sent."
    })
  })
})

describe("exists", () => {
  beforeEach(useFakeTime)

  it("asks for any text, however it is written", async () => {
    const { environment, server } = setUp()
    server.answer = () => json(200, { exists: false })
    assert.deepStrictEqual(await exists("a&b=c/?", { api: "", environment }), { ok: true, exists: false })
    assert.strictEqual(server.asked[0]?.url, "/pair-room/exists?access_code=a%26b%3Dc%2F%3F")
  })
})
