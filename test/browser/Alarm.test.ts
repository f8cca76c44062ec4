import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { driverOf, eventually, it, phaseOf, press, timeOf, type Visitor } from "./harness.ts"

/** Ends the running turn after so many milliseconds. */
const SOON = 1_500

const settingsOf = async (page: Page) => {
  await press(page, "settings")
  return page.getByRole("dialog")
}

/** Turns on a switch of what happens when the time is up. */
const turnOn = async (page: Page, label: string | RegExp) => {
  const settings = await settingsOf(page)
  await settings.getByRole("switch", { name: label }).check()
  await page.keyboard.press("Escape")
  await settings.waitFor({ state: "detached" })
}

/** Run in the page: something that the browser has, and that it refuses. */
const REFUSED = 'const refused = () => { throw new DOMException("refused", "SecurityError") };'
const REFUSALS = {
  "storage, locks, workers, notices and the wake lock": `
    for (const name of ["locks", "serviceWorker"]) Object.defineProperty(navigator, name, { get: refused })
    Object.defineProperty(globalThis, "localStorage", { get: refused })
    Object.defineProperty(Notification, "permission", { get: refused })
    Object.defineProperty(navigator, "permissions", { value: { query: refused } })
    Object.defineProperty(navigator, "wakeLock", { value: { request: refused } })`,
  "channels, and each lock": `
    globalThis.BroadcastChannel = refused
    Object.defineProperty(navigator, "locks", { value: { request: refused } })`,
  "messages on channels": "BroadcastChannel.prototype.postMessage = refused",
  "the answer of a lock": `
    Object.defineProperty(navigator, "locks", { value: { request: () => new Promise(() => {}) } })`,
  "a sound": "AudioContext.prototype.createGain = refused",
  "all sounds": "globalThis.AudioContext = function () { refused() }"
}

const soundOf = (page: Page) => page.locator("[data-sound]").getAttribute("data-sound")

const heard = ({ notifications, sounds }: Visitor) => ({ sounds: sounds(), notifications })

describe.skipIf(Chromium.skips)("when time is up", { concurrent: true }, () => {
  it("each browser sounds and notifies once, whatever its number of tabs, until someone reacts", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const [many, one] = [await visitor(), await visitor()]
    const tabs = [await many.room(code), await many.room(code), await many.room(code)]
    const single = await one.room(code)
    // Whether it will sound is to be seen before.
    expect(await soundOf(single)).toBe("locked")
    await turnOn(tabs[1]!, "Show a notice")
    await turnOn(single, "Show a notice")
    for (const page of [tabs[1]!, single]) await eventually(() => soundOf(page), "ready")
    await service.set(code, { duration: 600_000, remainingTime: SOON })
    await service.start(code)

    const pages = [...tabs, single]
    for (const page of pages) await eventually(() => phaseOf(page), "up")
    for (const page of pages) {
      expect(await driverOf(page)).toBe("apple")
      await eventually(() => timeOf(page), expect.stringMatching(/^0:\d\d$/))
      expect(await page.title()).toMatch(/^⏰ Time is up/)
    }
    const once = { sounds: 1, notifications: ["Time is up"] }
    await eventually(() => [heard(many), heard(one)], [once, once])

    // Who reacts does so for every screen.
    await tabs[2]!.keyboard.press("Escape")
    for (const page of pages) {
      await eventually(() => page.getByRole("alert").first().innerText(), expect.stringContaining("The sound is off."))
    }
    await press(tabs[0]!, "start")
    await eventually(() => phaseOf(single), "running")
    expect([heard(many), heard(one)]).toEqual([once, once])
  })

  it.for(Object.entries(REFUSALS))(
    "rings and goes on where the browser refuses %s, and complains of nothing",
    async ([what, refusal], { service, visitor }) => {
      const one = await visitor()
      await one.context.addInitScript(`${REFUSED}${refusal}`)
      const code = await service.create()
      const page = await one.room(code)
      await page.locator("[data-i-am=apple]").click()
      await service.set(code, { duration: 600_000, remainingTime: SOON })
      await service.start(code)
      await eventually(() => page.locator("html").getAttribute("data-rang"), expect.any(String))
      if (!what.includes("sound")) await eventually(() => one.sounds(), 1)
      await press(page, "start")
      await eventually(() => phaseOf(page), "running")
    }
  )

  it("a finish that was missed is told with its time, and makes no noise", async ({ service, visitor }) => {
    const code = await service.create({ timerDuration: 1_000 })
    const late = await visitor({ locale: "en-US" })
    await service.start(code)
    await eventually(async () => (await service.room(code)).turn, 2)
    const { finishedAt } = await service.room(code)
    await eventually(async () => (await service.room(code)).serverTime - (finishedAt ?? 0) > 5_000, true)
    // It would ring and show a notice.
    await turnOn(await late.room(await service.create()), "Show a notice")
    const page = await late.room(code)
    await eventually(() => page.locator("[data-finish]").getAttribute("data-missed"), "true")
    const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" }).format(finishedAt ?? 0)
    expect(await page.locator(".below").innerText()).toBe(`since ${clock}`)
    await page.keyboard.press("Escape")
    await eventually(() => page.getByRole("alert").first().innerText(), expect.stringContaining("The sound is off."))
    expect([late.sounds(), late.notifications]).toEqual([0, []])
  })

  it("a turn that starts by itself is counted down to, and waits where somebody says so", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ autoStart: { after: 20_000 } })
    const [one, other] = [await (await visitor()).room(code), await (await visitor()).room(code)]
    await service.set(code, { duration: 600_000, remainingTime: SOON })
    await service.start(code)
    for (const page of [one, other]) {
      await eventually(
        () => page.locator("[data-finish]").innerText(),
        expect.stringMatching(/^Starts by itself in (20|1\d) s/)
      )
    }
    await press(other, "wait")
    for (const page of [one, other]) {
      await eventually(() => page.locator("[data-finish]").innerText(), expect.stringMatching(/^Time is up/))
    }
    expect((await service.room(code)).startsAt).toBe(null)
  })

  it("a page that is cut off rings and shows the hand-over by itself, and that it is not confirmed", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const cut = await visitor({ mayComplain: /ERR_/ })
    const page = await cut.room(code)
    await page.locator("[data-i-am=apple]").click()
    await eventually(() => soundOf(page), "ready")
    await service.set(code, { duration: 600_000, remainingTime: 4_000 })
    await service.start(code)
    await eventually(() => phaseOf(page), "last")
    await cut.context.setOffline(true)
    await eventually(() => phaseOf(page), "up")
    expect(await driverOf(page)).toBe("apple")
    expect(await page.locator("[data-finish]").getAttribute("data-confirmed")).toBe("false")
    expect(await page.locator(".above").innerText()).toBe("Not confirmed")
    await eventually(() => cut.sounds(), 1)
    await cut.context.setOffline(false)
    await eventually(() => page.locator("[data-finish]").getAttribute("data-confirmed"), "true")
    expect([await driverOf(page), cut.sounds()]).toEqual(["apple", 1])
  })

  it("a page that is cut off runs on from the moment at which the next turn starts by itself, not confirmed", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ autoStart: { after: 2_000 } })
    const cut = await visitor({ mayComplain: /ERR_/ })
    const page = await cut.room(code)
    await service.set(code, { duration: 600_000, remainingTime: 4_000 })
    await service.start(code)
    await eventually(() => phaseOf(page), "last")
    await cut.context.setOffline(true)
    await eventually(() => phaseOf(page), "up")
    await eventually(() => phaseOf(page), "running")
    expect([await driverOf(page), await page.locator(".above").innerText()]).toEqual(["apple", "Not confirmed"])
    await eventually(() => timeOf(page), expect.stringMatching(/^9:5\d$/))
    await cut.context.setOffline(false)
    await eventually(() => page.locator(".above").innerText(), "Turn 2")
    expect(await phaseOf(page)).toBe("running")
  })
})
