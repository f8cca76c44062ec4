import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { connectionOf, driverOf, eventually, isLive, it, phaseOf, press, pressAllTheSame, timeOf } from "./harness.ts"

/** What a browser says of a connection that is not there. */
const NETWORK = /ERR_/

describe.skipIf(Chromium.skips)("the connection", { concurrent: true }, () => {
  it("ten tabs of one browser are all live, over one stream, and stay so when tabs close", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const one = await visitor()
    const tabs = await Promise.all(Array.from({ length: 10 }, () => one.room(code)))
    expect((await service.room(code)).connections).toBe(1)
    await press(tabs[9]!, "start")
    for (const tab of tabs) await eventually(() => phaseOf(tab), "running")
    // Whichever has the stream, two of these do not.
    await Promise.all(tabs.slice(0, 8).map((tab) => tab.close()))
    await press(tabs[9]!, "swap")
    for (const tab of tabs.slice(8)) await eventually(() => driverOf(tab), "apple")
    for (const tab of tabs.slice(8)) await isLive(tab)
    await eventually(async () => (await service.room(code)).connections, 1)
  })

  it("ten tabs have one stream without Web Locks too, as on a page over plain http", async ({ service, visitor }) => {
    const code = await service.create()
    const one = await visitor()
    await one.context.addInitScript(() => Object.defineProperty(navigator, "locks", { value: undefined }))
    const tabs: Array<Page> = []
    for (let count = 0; count < 10; count++) tabs.push(await one.room(code))
    await eventually(async () => (await service.room(code)).connections, 1)
    await press(tabs[9]!, "start")
    for (const tab of tabs) await eventually(() => phaseOf(tab), "running")
    await Promise.all(tabs.slice(0, 8).map((tab) => tab.close()))
    await press(tabs[9]!, "swap")
    for (const tab of tabs.slice(8)) await eventually(() => driverOf(tab), "apple")
    await eventually(async () => (await service.room(code)).connections, 1)
  })

  it("misses within seconds that the tab with the stream hangs", async ({ service, visitor }) => {
    const code = await service.create()
    const one = await visitor()
    const [hung, other] = [await one.room(code), await one.room(code)]
    // It hangs until it is closed.
    void hung
      .evaluate(() => {
        const until = Date.now() + 60_000
        while (Date.now() < until);
      })
      .catch(() => {})
    await service.start(code)
    await eventually(() => phaseOf(other), "running", 15_000)
  })

  it("what is pressed off line is refused at once, and not kept for later", async ({ service, visitor }) => {
    const code = await service.create()
    const one = await visitor({ mayComplain: NETWORK })
    const page = await one.room(code)
    await one.context.setOffline(true)
    await eventually(() => connectionOf(page), "offline")
    expect(await page.locator("[data-command=start]").isDisabled()).toBe(true)
    await pressAllTheSame(page, "start")
    await eventually(
      () => page.getByRole("alert").innerText(),
      expect.stringContaining("Not connected. Nothing was changed.")
    )
    expect(await phaseOf(page)).toBe("idle")
    await one.context.setOffline(false)
    await isLive(page)
    await press(page, "swap")
    await eventually(() => driverOf(page), "apple")
    expect((await service.room(code)).running).toBe(false)
  })

  it("comes back by itself after a kill -9 of the service, with the turn running on", async ({
    ownService: service,
    visitor
  }) => {
    const code = await service.create()
    const page = await (await visitor({ of: service, mayComplain: NETWORK })).room(code)
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    const { endsAt } = await service.room(code)
    await service.kill()
    await eventually(() => connectionOf(page), "reconnecting")
    const before = await timeOf(page)
    await eventually(() => timeOf(page), expect.not.stringContaining(before))
    await service.restart()
    await isLive(page)
    expect(await phaseOf(page)).toBe("running")
    expect((await service.room(code)).endsAt).toBe(endsAt)
    await press(page, "pause")
    await eventually(() => phaseOf(page), "paused")
  })

  it("shows the room, and not an error of the browser, where the service is down when the page is opened", async ({
    ownService: service,
    visitor
  }) => {
    const code = await service.create()
    const one = await visitor({ of: service, mayComplain: /ERR_|404/, serviceWorkers: "allow" })
    const page = await one.room(code)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.reload()
    await isLive(page)
    // The page is kept, and neither a badge nor the answer for a code that no room has takes its place.
    await page.goto(`/room/${code}.svg`)
    await page.locator("svg").waitFor()
    await page.goto("/room/AAAAAAAAAAAAA")
    await page.getByRole("alert").waitFor()
    await service.kill()
    await page.goto(`/room/${code}`)
    await eventually(() => connectionOf(page), "reconnecting")
    await page
      .getByText(/^Reconnecting/)
      .first()
      .waitFor()
    await service.restart()
    await isLive(page)
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
  })

  it("says that the service cannot save, where the stream says that its store is away", async ({
    service,
    visitor
  }) => {
    const one = await visitor()
    await one.context.addInitScript(() => {
      const ask = globalThis.fetch
      globalThis.fetch = async (...request) => {
        const answer = await ask(...request)
        if (!String(request[0]).includes("/connect") || answer.body === null) return answer
        const away = new TransformStream<string, string>({
          transform: (text, to) => to.enqueue(text.replaceAll('"serverTime":', '"uncertain":true,"serverTime":'))
        })
        const body = answer.body
          .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
          .pipeThrough(away)
          .pipeThrough(new TextEncoderStream())
        return new Response(body, answer)
      }
    })
    const page = await one.room(await service.create())
    const said = page.locator(".banner").getByRole("status")
    await eventually(() => said.innerText(), "The service cannot save now; what you see may be out of date.")
  })

  it("replaces a connection on which nothing comes any more", async ({ ownService: service, visitor }) => {
    const page = await (await visitor({ of: service, mayComplain: NETWORK })).room(await service.create())
    // What comes in pieces is the stream; after two heartbeats the page knows how often they come.
    const pieces = new Map<string, number>()
    const session = await page.context().newCDPSession(page)
    session.on("Network.dataReceived", ({ requestId }) => pieces.set(requestId, (pieces.get(requestId) ?? 0) + 1))
    await session.send("Network.enable")
    await eventually(async () => Math.max(...pieces.values()) >= 3, true)
    service.hang()
    await eventually(() => connectionOf(page), "reconnecting")
    service.goOn()
    await isLive(page)
  })
})
