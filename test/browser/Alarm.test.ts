import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { driverOf, eventually, it, phaseOf, press, timeOf, type Visitor } from "./harness.ts"

/** Ends the running turn after so many milliseconds. */
const SOON = 1_500

const settingsOf = async (page: Page) => {
  await page.locator("[data-sound]").click()
  return page.getByRole("dialog")
}

/** Turns on a switch of what happens when the time is up. */
const turnOn = async (page: Page, label: string | RegExp) => {
  const settings = await settingsOf(page)
  await settings.getByRole("switch", { name: label }).check()
  await page.keyboard.press("Escape")
  await settings.waitFor({ state: "detached" })
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
    await turnOn(tabs[1]!, "Show a notification")
    await turnOn(single, "Show a notification")
    for (const page of [tabs[1]!, single]) await eventually(() => soundOf(page), "ready")
    await service.set(code, { duration: 600_000, remainingTime: SOON })
    await service.start(code)

    const pages = [...tabs, single]
    for (const page of pages) await eventually(() => phaseOf(page), "up")
    for (const page of pages) {
      expect([await timeOf(page), await driverOf(page)]).toEqual(["10:00", "apple"])
      expect(await page.title()).toMatch(/^⏰ Time is up/)
    }
    const once = { sounds: 1, notifications: ["Time is up"] }
    await eventually(() => [heard(many), heard(one)], [once, once])

    // Who reacts does so for every screen.
    await tabs[2]!.keyboard.press("Escape")
    for (const page of pages) await eventually(() => phaseOf(page), "idle")
    await press(tabs[0]!, "start")
    await eventually(() => phaseOf(single), "running")
    expect([heard(many), heard(one)]).toEqual([once, once])
  })

  it("a finish that was missed is told with its time, and makes no noise", async ({ service, visitor }) => {
    const code = await service.create({ timerDuration: 1_000 })
    const late = await visitor()
    await service.start(code)
    await eventually(async () => (await service.room(code)).turn, 2)
    const { finishedAt } = await service.room(code)
    await eventually(async () => (await service.room(code)).serverTime - (finishedAt ?? 0) > 5_000, true)
    const page = await late.room(code)
    await eventually(() => page.locator("[data-finish]").getAttribute("data-missed"), "true")
    const clock = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" }).format(finishedAt ?? 0)
    expect(await page.locator("[data-finish]").innerText()).toContain(`Time was up at ${clock}`)
    await press(page, "dismiss")
    await eventually(() => phaseOf(page), "idle")
    expect([late.sounds(), late.notifications]).toEqual([0, []])
  })

  it("the next turn starts by itself where browsers are set so, and of many one starts it", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const visitors = [await visitor({ mayComplain: /412/ }), await visitor({ mayComplain: /412/ })]
    const starts: Array<number> = []
    for (const one of visitors) {
      one.context.on("response", (response) => {
        if (response.url().endsWith("/timer/start")) starts.push(response.status())
      })
      await turnOn(await one.room(code), /Start the next turn by itself/)
    }
    await service.set(code, { duration: 600_000, remainingTime: SOON })
    await service.start(code)
    const pages = visitors.map(({ context }) => context.pages()[0]!)
    for (const page of pages)
      await eventually(() => page.locator("[data-finish]").innerText(), expect.stringMatching(/starts in/))
    for (const page of pages) await eventually(() => phaseOf(page), "running")
    expect((await service.room(code)).turn).toBe(2)
    expect(starts.filter((status) => status === 204)).toEqual([204])
    for (const page of pages) expect(await page.locator("[data-refusal]").count()).toBe(0)
  })
})
