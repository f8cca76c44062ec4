import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { eventually, it, phaseOf, press, pressAllTheSame } from "./harness.ts"

const MOB = ["Ari", "Sol", "Mina", "Jun", "Tae"]
const CROWD = [...MOB, "Leo", "Hana", "Ivy", "Bo", "Nour", "Kim", "Max"]
const SMALL = [
  [320, 640],
  [360, 740],
  [390, 844],
  [667, 375]
] as const

describe.skipIf(Chromium.skips)("a small screen", { concurrent: true }, () => {
  it("the longest names fit the narrowest screen", async ({ service, visitor }) => {
    const one = await visitor({ viewport: { width: 320, height: 640 } })
    const code = await service.create({ driver: "W".repeat(20), navigator: "\u{1f469}\u200d\u{1f4bb}".repeat(6) })
    const page = await one.room(code)
    const fits = async (view: string) =>
      expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBe(320)
    await fits("idle")
    await press(page, "people")
    await page.getByRole("dialog").waitFor()
    await fits("people")
    await page.keyboard.press("Escape")
    await service.start(code)
    await eventually(() => phaseOf(page), "running")
    await press(page, "next")
    await eventually(() => page.locator("[data-change=next]").count(), 1)
    await fits("running")
    await service.set(code, { duration: 600_000, remainingTime: 1 })
    await eventually(() => phaseOf(page), "up")
    await fits("up")
    await service.complete(code)
    await eventually(() => phaseOf(page), "completed")
    await page.locator("h1").waitFor()
    await fits("completed")
    await page.goto("/")
    await page.locator("[data-rooms] li").waitFor()
    await fits("home")
  })

  it("on the narrowest phone settings can be saved, names be read, and a room be started without scrolling", async ({
    service,
    visitor
  }) => {
    const one = await visitor({ viewport: { width: 320, height: 640 } })
    const code = await service.create({ driver: "Mina", navigator: "Jun", people: ["Mina", "Jun", "Ari", "Sol"] })
    const page = await one.room(code)
    const isSeen = async (part: string) => {
      const { height = 0, width = 0, x = -1, y = -1 } = (await page.locator(part).boundingBox()) ?? {}
      return x >= 0 && y >= 0 && width > 0 && x + width <= 320 && y + height <= 640
    }
    expect(await isSeen("[data-command=start]")).toBe(true)
    await page.locator("[data-i-am=Mina]").click()
    await press(page, "people")
    const cut = () =>
      page
        .locator(".crew input")
        .evaluateAll((fields) => fields.filter((field) => field.scrollWidth > field.clientWidth))
    await eventually(() => page.locator(".crew input").count(), 4)
    expect(await cut()).toEqual([])
    // A name looks like text until it is edited.
    const edge = await page
      .locator(".crew input")
      .first()
      .evaluate((field) => getComputedStyle(field).borderTopColor)
    expect(edge).toBe("rgba(0, 0, 0, 0)")
    await page.keyboard.press("Escape")
    await press(page, "more")
    await page.locator("[data-item=settings]").click()
    await page.getByRole("button", { name: "Save" }).waitFor()
    expect(await isSeen("dialog .main")).toBe(true)
    await page.keyboard.press("Escape")
    await service.set(code, { duration: 600_000, remainingTime: 1 })
    await service.start(code)
    await eventually(() => phaseOf(page), "up")
    for (const command of ["start", "two-more", "break"]) {
      await eventually(() => isSeen(`[data-command=${command}]`), true)
    }
  })

  it("nothing has to be scrolled to on a phone: not in a break, at the hand-over, nor where one is asked who is there", async ({
    service,
    visitor
  }) => {
    const one = await visitor()
    for (const people of [["Mina", "Jun"], MOB, CROWD]) {
      const code = await service.create({ driver: people[0]!, navigator: people[1]!, people })
      const page = await one.room(code)
      const fits = async (view: string) => {
        for (const [width, height] of SMALL) {
          await page.setViewportSize({ width, height })
          const below = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)
          expect(below, `${view} of ${people.length} at ${width} px`).toBe(0)
        }
      }
      await page.locator(".who").waitFor()
      await fits("the question")
      const hidden = await page.locator(".who").evaluate((question) => question.scrollHeight - question.clientHeight)
      if (people.length <= MOB.length) expect(hidden, `of the question to ${people.length}`).toBe(0)
      await page.locator("[data-i-am=Mina]").click()
      await fits("idle")
      await press(page, "start")
      await eventually(() => phaseOf(page), "running")
      await fits("a turn")
      await service.takeBreak(code)
      await eventually(() => page.locator("html").getAttribute("data-state"), "break")
      await fits("a break")
      await press(page, "pause")
      await eventually(() => phaseOf(page), "paused")
      await fits("a break that stands")
      const cut = await page
        .locator(".acts-main button > span")
        .evaluateAll((spans) => spans.filter((span) => span.scrollWidth > span.clientWidth).length)
      expect(cut, "buttons whose words are cut").toBe(0)
      await service.next(code)
      await service.set(code, { duration: 600_000, remainingTime: 1 })
      await service.start(code)
      await eventually(() => phaseOf(page), "up")
      await fits("the hand-over")
      await page.close()
    }
  })

  it("what somebody has done covers neither name nor time nor a button, nor the banner", async ({
    service,
    visitor
  }) => {
    const one = await visitor({ mayComplain: /ERR_/ })
    const code = await service.create({ people: MOB, driver: "Ari", navigator: "Sol" })
    const page = await one.room(code)
    await page.locator("[data-i-am=Mina]").click()
    await page.locator("[data-answer=silent]").click()
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    await press(page, "next")
    const isFree = async (view: string) => {
      await page.locator(".toast").waitFor()
      for (const [width, height] of [...SMALL, [375, 667], [768, 1_024], [1_280, 800], [2_560, 1_440]] as const) {
        await page.setViewportSize({ width, height })
        const covered = await page.evaluate(() => {
          const toast = document.querySelector(".toast")?.getBoundingClientRect() ?? new DOMRect()
          const parts = ".lead *, .digits, .above, .below, .acts button, .banner *, .bar *"
          return [...document.querySelectorAll(parts)]
            .filter((part) => part.checkVisibility())
            .filter((part) => {
              const { bottom, left, right, top } = part.getBoundingClientRect()
              return left < toast.right && right > toast.left && top < toast.bottom && bottom > toast.top
            })
            .map((part) => part.outerHTML)
        })
        expect(covered, `${view} at ${width} px`).toEqual([])
      }
    }
    await isFree("who has handed over")
    await one.context.setOffline(true)
    await page.locator(".banner").waitFor()
    await pressAllTheSame(page, "pause")
    await page.locator("[data-refusal]").waitFor()
    await isFree("a refusal")
  })

  it("the foot of settings is in view as a whole while one scrolls, and hides nothing where the screen is low", async ({
    service,
    visitor
  }) => {
    const page = await (await visitor()).room(await service.create())
    await press(page, "settings")
    const below = async () => {
      const sheet = await page.getByRole("dialog").boundingBox()
      const save = await page.locator("dialog .main").boundingBox()
      return (save?.y ?? 0) + (save?.height ?? 0) - ((sheet?.y ?? 0) + (sheet?.height ?? 0))
    }
    await page.setViewportSize({ width: 667, height: 375 })
    expect(await below()).toBeLessThan(0)
    // Nor where letters of 32 px leave a phone as little room as this one has.
    for (const screen of [
      { width: 320, height: 256 },
      { width: 195, height: 422 }
    ]) {
      await page.setViewportSize(screen)
      expect(await below(), `at ${screen.width} px`).toBeGreaterThan(0)
    }
  })

  it("everything can be reached and seen on a phone, also on its side", async ({ service, visitor }) => {
    const page = await (await visitor()).room(await service.create())
    for (const [width, height] of [
      [360, 740],
      [390, 844],
      [667, 375]
    ] as const) {
      await page.setViewportSize({ width, height })
      for (const item of ["people", "goal", "history", "settings"]) {
        await press(page, "menu")
        await page.locator("[data-item=more]").click()
        await page.locator(`[data-item=${item}]`).click()
        const box = await page.getByRole("dialog").locator("h2").boundingBox()
        expect(box?.height, `${item} at ${width} px`).toBeGreaterThan(15)
        await eventually(async () => {
          const { height = 0, width = 0 } = (await page.getByRole("dialog").boundingBox()) ?? {}
          return height > 150 && width > 250
        }, true)
        await page.keyboard.press("Escape")
        await page.getByRole("dialog").waitFor({ state: "detached" })
      }
    }
  })
})
