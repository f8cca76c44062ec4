import axe from "axe-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { eventually, it, phaseOf, press, timeOf } from "./harness.ts"
import { walk, WALKED } from "./walk.ts"

/** The most bytes that script and style of the first view may have, compressed. */
const WEIGHT_MOST = 45 * 1_024

const SCREENS = [
  { width: 320, height: 568 },
  { width: 360, height: 740 },
  { width: 1_280, height: 800 },
  { width: 2_560, height: 1_440 }
]

const USUAL = { width: 1_280, height: 800 }

/** How the page can look, and which rules of axe it is held to: after all of them, those of colours, since nothing else changes. */
const LOOKS = [
  ["light", "none", undefined],
  ["dark", "none", ["color-contrast", "link-in-text-block"]],
  ["light", "active", ["color-contrast", "link-in-text-block"]]
] as const

describe.skipIf(Chromium.skips)("the page", { concurrent: true }, () => {
  it("axe finds nothing in any view, light, dark or in forced colours, and each fits every screen from 320 px on", async ({
    service,
    visitor
  }) => {
    const faults: Array<string> = []
    await walk(await visitor({ mayComplain: WALKED }), service, async (page, view) => {
      await page.evaluate(axe.source)
      for (const [colorScheme, forcedColors, rules] of LOOKS) {
        await page.emulateMedia({ colorScheme, forcedColors })
        const { violations } = await page.evaluate((rules) => {
          const { axe } = globalThis as unknown as { readonly axe: typeof import("axe-core") }
          return axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: [...rules] }) })
        }, rules)
        for (const { id, nodes } of violations) {
          for (const { html } of nodes) faults.push(`${view}, ${colorScheme}, ${forcedColors}: ${id}: ${html}`)
        }
      }
      for (const screen of SCREENS) {
        await page.setViewportSize(screen)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        if (width > screen.width) faults.push(`${view} at ${screen.width} px is ${width} px wide`)
      }
      await page.setViewportSize(USUAL)
    })
    expect(faults).toEqual([])
  })

  it("nothing moves when the digits change", async ({ service, visitor }) => {
    const code = await service.create()
    const page = await (await visitor()).room(code)
    const placesOf = () =>
      page.evaluate(() =>
        [".face", "[data-time]", "[data-role=driver]", "[data-role=navigator]", "[data-command=start]"].map((part) => {
          const { height, left, top, width } = document.querySelector(part)?.getBoundingClientRect() ?? new DOMRect()
          return [part, left, top, width, height]
        })
      )
    for (const screen of SCREENS) {
      await page.setViewportSize(screen)
      await service.set(code, { duration: 600_000, remainingTime: 599_000 })
      await eventually(() => timeOf(page), "9:59")
      const places = await placesOf()
      await service.set(code, { duration: 600_000, remainingTime: 71_000 })
      await eventually(() => timeOf(page), "1:11")
      expect(await placesOf(), `at ${screen.width} px`).toEqual(places)
    }
  })

  it("the small buttons of a pair are in one row from 1024 px on, with edges in forced colours from 1280 px on", async ({
    service,
    visitor
  }) => {
    for (const [locale, forcedColors] of [
      ["en-GB", "none"],
      ["ko-KR", "none"],
      ["en-GB", "active"]
    ] as const) {
      const page = await (await visitor({ locale, forcedColors })).room(await service.create())
      await press(page, "start")
      await page.locator("[data-command=swap]").waitFor()
      for (const width of forcedColors === "none" ? [1_024, 1_280, 1_920] : [1_280, 1_920]) {
        await page.setViewportSize({ width, height: 800 })
        const seen = `${locale}, ${forcedColors}, at ${width} px`
        const buttonsAndRows = async () => {
          const tops = await page
            .locator(".acts-more button:visible")
            .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().top))
          return [seen, tops.length, new Set(tops).size]
        }
        // A button appears a moment after the screen has become wide enough for it.
        await eventually(buttonsAndRows, [seen, 5, 1])
      }
    }
  })

  it("a dialog that opens in the moment in which another closes stays open", async ({ service, visitor }) => {
    const page = await (await visitor()).room(await service.create())
    await press(page, "goal")
    await page.getByRole("dialog").waitFor()
    await page.evaluate(async () => {
      document.querySelector("dialog")?.close()
      document.querySelector<HTMLElement>("[data-command=menu]")?.click()
      // The browser tells of the close in a task of its own.
      await new Promise((resolve) => setTimeout(resolve, 100))
    })
    await eventually(() => page.getByRole("dialog").locator("h2").innerText(), "Menu")
  })

  it("a running room keeps time in a worker while it is hidden, and makes none in the moment in which it is left", async ({
    service,
    visitor
  }) => {
    const one = await visitor()
    await one.context.addInitScript(noteWorkers)
    const code = await service.create()
    const page = await one.room(code)
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    const made = () => page.evaluate(() => localStorage.getItem("workers"))
    await page.goto("/")
    expect(await made(), "left").toBeNull()
    await page.goBack()
    await eventually(() => phaseOf(page), "running")
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden" })
      document.dispatchEvent(new Event("visibilitychange"))
    })
    await eventually(made, "made")
  })

  it("turns of less than a minute fill the strip, at the hand-over and in the summary", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ timerDuration: 1_000 })
    const page = await (await visitor()).room(code)
    await press(page, "start")
    await eventually(() => phaseOf(page), "up")
    const missing = () =>
      page.locator(".bars").evaluate((bars) => {
        const last = bars.querySelector("i:last-child")?.getBoundingClientRect()
        return Math.round(bars.getBoundingClientRect().right - (last?.right ?? 0))
      })
    await eventually(missing, 0)
    await service.complete(code)
    await eventually(() => page.locator("[data-summary] .bars i").count(), 1)
    expect(await missing()).toBe(0)
  })

  it("the ring round the goal covers nothing of the link beside it", async ({ service, visitor }) => {
    const code = await service.create({ goal: "Retry failed payments", missionUrl: "https://example.org/PAY-812" })
    const page = await (await visitor()).room(code)
    const [goal, link] = [await page.locator(".goal button").boundingBox(), await page.locator(".goal a").boundingBox()]
    // 3 px of ring, 3 px away.
    expect((link?.x ?? 0) - (goal?.x ?? 0) - (goal?.width ?? 0)).toBeGreaterThanOrEqual(6)
  })

  it("time, names and buttons go on where an extension rewrites every text", async ({ service, visitor }) => {
    const code = await service.create()
    const page = await (await visitor()).room(code)
    await page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      const texts: Array<Text> = []
      while (walker.nextNode()) texts.push(walker.currentNode as Text)
      for (const text of texts) {
        const box = document.createElement("font")
        box.textContent = text.data
        text.replaceWith(box)
      }
    })
    await press(page, "start")
    await eventually(() => timeOf(page), expect.stringMatching(/^9:5\d$/))
    const first = await timeOf(page)
    await eventually(() => timeOf(page), expect.not.stringContaining(first))
    expect(await page.locator(".acts-main").innerText()).toMatch(/^Pause\s+Hand over$/)
    await press(page, "swap")
    await eventually(() => page.locator("[data-driver]").innerText(), expect.stringMatching(/apple\s+drives/))
  })

  it("script and style of the first view weigh 45 KiB at most", async ({ service, visitor }) => {
    const one = await visitor()
    await one.context.addInitScript(markFirstView)
    for (const [name, path] of [
      ["/", "/"],
      ["a room", `/room/${await service.create()}`]
    ] as const) {
      const page = await one.tab(path)
      await eventually(() => page.evaluate(isSettled), true)
      const sizes = await page.evaluate(weigh)
      const weight = sizes.reduce((sum, size) => sum + size, 0)
      console.info(`script and style of ${name}: ${weight} bytes`)
      expect(sizes.length).toBeGreaterThanOrEqual(2)
      expect(Math.min(...sizes)).toBeGreaterThan(0)
      expect(weight).toBeLessThanOrEqual(WEIGHT_MOST)
    }
  })
})

/** In the page: notes that a worker was made, where the next page can read it. */
const noteWorkers = () => {
  globalThis.Worker = class extends Worker {
    constructor(...parts: ConstructorParameters<typeof Worker>) {
      localStorage.setItem("workers", "made")
      super(...parts)
    }
  }
}

/** In the page: marks when it first shows something. */
const markFirstView = () =>
  new MutationObserver((_, observer) => {
    if (document.querySelector("h1") === null) return
    observer.disconnect()
    performance.mark("first view")
  }).observe(document, { childList: true, subtree: true })

/** In the page: is it a second since then? What it loads for later it asks for after two. */
const isSettled = () =>
  performance.now() > (performance.getEntriesByName("first view")[0]?.startTime ?? Infinity) + 1_000

/** In the page: the bytes of each script and style that the first view asked for. */
const weigh = () => {
  const until = (performance.getEntriesByName("first view")[0]?.startTime ?? 0) + 1_000
  return performance
    .getEntriesByType("resource")
    .filter(({ name, startTime }) => /\.(?:js|css)$/.test(name) && startTime < until)
    .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize)
}
