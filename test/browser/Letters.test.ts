import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { eventually, it as usual, phaseOf } from "./harness.ts"
import { walk, WALKED } from "./walk.ts"

/** A browser whose letters are twice as large as usual. */
// oxlint-disable-next-line no-empty-pattern -- Vitest reads from the pattern what a fixture needs
const it = usual.extend("chromium", { scope: "file" }, async ({}, { onCleanup }) => {
  const chromium = await Chromium.launch("--blink-settings=defaultFontSize=32")
  onCleanup(() => chromium.close())
  return chromium
})

/** A phone with such letters, and what 400 % of zoom leave of 1280 x 1024 pixels, in the same letters. */
const SCREENS = [
  { width: 320, height: 640 },
  { width: 640, height: 512 }
]

const USUAL = { width: 2_560, height: 1_600 }

describe.skipIf(Chromium.skips)("large letters", { concurrent: true }, () => {
  for (const locale of ["en-GB", "ko-KR"]) {
    it(`neither 32 px on a phone nor 400 % break a word or have one scroll sideways (${locale})`, async ({
      service,
      visitor
    }) => {
      const faults: Array<string> = []
      const one = await visitor({ locale, viewport: USUAL, mayComplain: WALKED })
      let words = 0
      await walk(one, service, async (page, view) => {
        // The overlay is for a stream, not for a phone.
        for (const screen of view === "overlay" ? [] : SCREENS) {
          await page.setViewportSize(screen)
          const seen = await look(page)
          words += seen.words
          for (const fault of seen.faults) faults.push(`${view} at ${screen.width} px: ${fault}`)
        }
        await page.setViewportSize(USUAL)
      })
      expect(faults).toEqual([])
      expect(words).toBeGreaterThan(500)
    })
  }

  it("a name of usual length is whole, also where it drives", async ({ service, visitor }) => {
    const one = await visitor({ viewport: { width: 640, height: 1_136 }, reducedMotion: "reduce" })
    const code = await service.create({ driver: "Konstantinos", navigator: "Maximilianus" })
    const page = await one.room(code)
    expect((await look(page)).faults, "who drives").toEqual([])
    await service.set(code, { duration: 600_000, remainingTime: 1 })
    await service.start(code)
    await eventually(() => phaseOf(page), "up")
    expect((await look(page)).faults, "the hand-over").toEqual([])
  })
})

const look = (page: Page) => page.evaluate(words)

/** In the page, or in the dialog in front of it: how many words one sees, and which are on two lines or beyond the edge. */
const words = () => {
  const faults: Array<string> = []
  const front = Array.from(document.querySelectorAll("dialog")).at(-1) ?? document.body
  const range = document.createRange()
  const walker = document.createTreeWalker(front, NodeFilter.SHOW_TEXT)
  let words = 0
  while (walker.nextNode()) {
    const { parentElement: box, textContent } = walker.currentNode
    if (box === null || !box.checkVisibility() || box.closest(".spoken, .long, option, noscript, .digits") !== null)
      continue
    for (const { 0: word, index } of (textContent ?? "").matchAll(/[^\s/-]+/g)) {
      range.setStart(walker.currentNode, index)
      range.setEnd(walker.currentNode, index + word.length)
      const tops = Array.from(range.getClientRects(), ({ top }) => Math.round(top))
      words += 1
      if (new Set(tops).size > 1) faults.push(`"${word}" is broken in ${box.outerHTML}`)
      const { left, right } = range.getBoundingClientRect()
      const isBeyond = left < -1 || right > innerWidth + 1
      // A table scrolls in its own box.
      if (isBeyond && box.closest(".scroll") === null) faults.push(`"${word}" is beyond the edge in ${box.outerHTML}`)
    }
  }
  const { scrollWidth } = document.documentElement
  if (scrollWidth > innerWidth) faults.push(`${scrollWidth} px wide`)
  if (front.scrollWidth > front.clientWidth) faults.push(`the dialog scrolls to ${front.scrollWidth} px`)
  return { words, faults }
}
