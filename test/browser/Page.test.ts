import axe from "axe-core"
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { eventually, isLive, it, phaseOf, press, pressAllTheSame, timeOf, type Visitor } from "./harness.ts"
import type { Service } from "./service.ts"

/** The most bytes that script and style of the first view may have, compressed. */
const WEIGHT_MOST = 45 * 1_024

const SCREENS = [
  { width: 320, height: 568 },
  { width: 360, height: 740 },
  { width: 1_280, height: 800 },
  { width: 2_560, height: 1_440 }
]

const USUAL = { width: 1_280, height: 800 }

/** Goes through all that the page can look like: the front door, a room in each of its phases, its sheets, the overlay. */
const walk = async (visitor: Visitor, service: Service, look: (page: Page, view: string) => Promise<void>) => {
  const page = await visitor.tab("/")
  await look(page, "home")
  const code = await service.create()
  await page.goto(`/room/${code}`)
  await isLive(page)
  await look(page, "idle")
  for (const dialog of ["share", "settings", "people", "menu", "goal", "history"]) {
    const opener = `[data-command=${dialog}]`
    await page.locator(opener).first().click()
    await page.getByRole("dialog").waitFor()
    await look(page, opener)
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
  }
  const goOn = async (phase: string) => {
    await eventually(() => phaseOf(page), phase)
    await look(page, phase)
  }
  await press(page, "start")
  await goOn("running")
  await press(page, "pause")
  await goOn("paused")
  await service.start(code)
  await service.set(code, { duration: 600_000, remainingTime: 9_900 })
  await goOn("last")
  await service.set(code, { duration: 600_000, remainingTime: 1 })
  await goOn("up")
  await visitor.context.setOffline(true)
  await eventually(() => page.locator("[data-connection=offline]").count(), 1)
  await pressAllTheSame(page, "start")
  await look(page, "offline")
  await visitor.context.setOffline(false)
  await isLive(page)
  await service.complete(code)
  await goOn("completed")
  await page.goto(`/room/${code}?view=overlay`)
  await eventually(() => timeOf(page), "10:00")
  await look(page, "overlay")
  await page.goto("/room/AAAAAAAAAAAAA")
  await page.getByRole("alert").waitFor()
  await look(page, "missing")
}

/** The console tells of the network that was cut, and of the room that is not there. */
const WALKED = /ERR_|404/

describe.skipIf(Chromium.skips)("the page", { concurrent: true }, () => {
  it("axe finds nothing in any view, light, dark or in forced colours, and each fits every screen from 320 px on", async ({
    service,
    visitor
  }) => {
    const faults: Array<string> = []
    await walk(await visitor({ reducedMotion: "reduce", mayComplain: WALKED }), service, async (page, view) => {
      await page.evaluate(axe.source)
      for (const [colorScheme, forcedColors] of [
        ["light", "none"],
        ["dark", "none"],
        ["light", "active"]
      ] as const) {
        await page.emulateMedia({ colorScheme, forcedColors })
        const { violations } = await page.evaluate(() => {
          const { axe } = globalThis as unknown as { readonly axe: typeof import("axe-core") }
          return axe.run(document, { resultTypes: ["violations"] })
        })
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
