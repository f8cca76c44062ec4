import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { eventually, it, phaseOf, timeOf } from "./harness.ts"

/** The size with which the small window opens. */
const WINDOW = { width: 340, height: 220 }

/** The words of buttons and names that are drawn in the colour of what lies behind them. */
const unreadable = (page: Page) =>
  page.evaluate(() => {
    const groundOf = (part: Element | null): string => {
      if (part === null) return "none"
      const { backgroundColor } = getComputedStyle(part)
      return backgroundColor === "rgba(0, 0, 0, 0)" ? groundOf(part.parentElement) : backgroundColor
    }
    return [...document.querySelectorAll(".pop bdi, .pop button, .pop h1, .pop .avatar, .pop .digits")]
      .filter((part) => getComputedStyle(part).color === groundOf(part))
      .map((part) => part.outerHTML)
  })

describe.skipIf(Chromium.skips)("a room in a small window", { concurrent: true }, () => {
  it("shows all of its buttons, and every word on its ground, in a turn, in a break and at the hand-over", async ({
    service,
    visitor
  }) => {
    const one = await visitor({ viewport: WINDOW })
    const code = await service.create({ people: ["Mina", "Jun"], driver: "Mina", navigator: "Jun" })
    const room = await one.room(code)
    await room.locator("[data-i-am=Jun]").click()
    const page = await one.tab(`/room/${code}?view=popout`)
    await eventually(() => timeOf(page), "10:00")
    const isWhole = async (view: string) => {
      for (const width of [240, WINDOW.width]) {
        await page.setViewportSize({ width, height: WINDOW.height })
        const rights = await page
          .locator(".pop button")
          .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().right))
        expect(Math.max(...rights), `${view} at ${width} px`).toBeLessThanOrEqual(width)
      }
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await unreadable(page), `${view}, ${colorScheme}`).toEqual([])
      }
    }
    await isWhole("idle")
    await service.takeBreak(code)
    await eventually(() => page.locator("[data-command=pause]").count(), 1)
    await isWhole("a break")
    // The turn runs on from the break, and ends.
    await service.next(code)
    await service.set(code, { duration: 600_000, remainingTime: 1 })
    await eventually(() => phaseOf(page), "up")
    await isWhole("the hand-over")
  })

  it("as an overlay cuts off no digit", async ({ service, visitor }) => {
    const page = await (await visitor()).tab(`/room/${await service.create()}?view=overlay`)
    await eventually(() => timeOf(page), "10:00")
    const [line, box] = await page.locator("[data-time]").evaluate((digits) => {
      const { fontSize, height, lineHeight } = getComputedStyle(digits)
      return [Number.parseFloat(lineHeight) || Number.parseFloat(fontSize) * 1.2, Number.parseFloat(height)]
    })
    expect(line).toBeLessThanOrEqual(box! + 1)
  })
})
