import { assert, describe, it } from "@effect/vitest"
import { beforeEach } from "vitest"
import { createRoom, exists } from "../../src/client/Rooms.ts"
import { FakeBrowser, FakeServer, FakeTab, json, useFakeTime } from "./browser.ts"

const setUp = () => {
  const server = new FakeServer()
  return { environment: new FakeTab(new FakeBrowser(), server).environment, server }
}

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
