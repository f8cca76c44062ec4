import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { driverOf, eventually, it, phaseOf, press } from "./harness.ts"

/** Whose name or avatar has moved, for a page that remembers it. */
const movedOn = async (page: Page) =>
  new Set((await page.evaluate(() => document.body.dataset["moved"] ?? "")).replaceAll(" avatar", "").split(" "))

describe.skipIf(Chromium.skips)("the people of a room", { concurrent: true }, () => {
  it("asks who is there, and says who has done what; people come, are away and go", async ({ service, visitor }) => {
    const code = await service.create()
    const [mina, other] = [await (await visitor()).room(code), await (await visitor()).room(code)]
    await mina.locator("[data-i-am=apple]").click()
    await eventually(() => mina.locator(".who").count(), 0)
    await eventually(async () => (await service.room(code)).here, ["apple"])
    await eventually(() => mina.locator("[data-role=navigator]").innerText(), expect.stringContaining("You navigate"))
    await press(mina, "people")
    await mina.getByLabel("Add a name").fill(" Ari ")
    await press(mina, "add-person")
    await eventually(() => other.locator("[data-next=Ari]").innerText(), expect.stringMatching(/in 2 turns$/))
    await eventually(
      () => other.locator("[data-change=people]").innerText(),
      expect.stringMatching(/^apple changed who is in the room/)
    )
    await mina.locator("[data-away=Ari]").click()
    await eventually(() => other.locator("[data-next=Ari]").innerText(), expect.stringMatching(/Away$/))
    await mina.locator("[data-person=Ari] input").fill("Aria")
    await mina.keyboard.press("Tab")
    await eventually(() => other.locator("[data-next=Aria]").count(), 1)
    await mina.locator("[data-person=Aria] .drag").press("ArrowUp")
    await eventually(async () => (await service.room(code)).people.map(({ name }) => name), ["lemon", "Aria", "apple"])
    await mina.locator("[data-person=Aria] .round").click()
    await eventually(() => other.locator("[data-next=Aria]").count(), 0)
    await mina.reload()
    await eventually(() => driverOf(mina), "lemon")
    expect(await mina.locator(".who").count()).toBe(0)
  })

  it("what somebody has done covers nothing of People beside a room", async ({ service, visitor }) => {
    const code = await service.create({ driver: "lemon", navigator: "apple", people: ["lemon", "apple", "Ari"] })
    const page = await (await visitor()).room(code)
    await press(page, "people")
    await page.getByRole("dialog").waitFor()
    await page.locator("[data-away=Ari]").click()
    for (const width of [768, 1_280, 2_560]) {
      await page.setViewportSize({ width, height: 900 })
      const { width: wide = 0, x: left = 0 } = (await page.locator("dialog .toast").boundingBox()) ?? {}
      const heading = await page.locator("dialog h2").boundingBox()
      expect(wide, `at ${width} px`).toBeGreaterThan(0)
      expect(left + wide, `at ${width} px`).toBeLessThanOrEqual(heading?.x ?? 0)
    }
  })

  it("who is new says so, comes in, and is that one; who has pressed another name says it anew", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const page = await (await visitor()).room(code)
    await press(page, "somebody-else")
    await page.getByLabel("Add a name").fill("melon")
    await press(page, "add-person")
    const who = page.locator("select[name=me]")
    await eventually(() => who.locator("option").allInnerTexts(), ["lemon", "apple", "melon", "Just watching"])
    await who.selectOption("melon")
    await eventually(async () => (await service.room(code)).here, ["melon"])
    await who.selectOption("apple")
    await eventually(async () => (await service.room(code)).here, ["apple"])
    await page.keyboard.press("Escape")
    await eventually(() => page.locator("[data-role=navigator]").innerText(), expect.stringContaining("You navigate"))
    expect(await page.locator(".who").count()).toBe(0)
  })

  it("each press of an arrow key moves somebody by one place, however fast they come", async ({ service, visitor }) => {
    const code = await service.create({ driver: "a", navigator: "b", people: ["a", "b", "c", "d", "e", "f"] })
    const one = await visitor()
    await one.context.route(/\/people$/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await route.continue()
    })
    const page = await one.room(code)
    await press(page, "people")
    await page.locator("[data-person=b] .drag").focus()
    for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowDown")
    const shown = () => page.locator("[data-person]").evaluateAll((rows) => rows.map((row) => row.dataset["person"]))
    expect(await shown()).toEqual(["a", "c", "d", "e", "f", "b"])
    await eventually(
      async () => (await service.room(code)).people.map(({ name }) => name),
      ["a", "c", "d", "e", "f", "b"]
    )
    expect(
      await page.evaluate(() => document.activeElement?.closest("[data-person]")?.getAttribute("data-person"))
    ).toBe("b")
    await eventually(shown, ["a", "c", "d", "e", "f", "b"])
    // What others ask for later is shown.
    await service.order(code, ["f", "e", "d", "c", "b", "a"])
    await eventually(shown, ["f", "e", "d", "c", "b", "a"])
  })

  it("a button that is held by Enter, or pressed by a double click, acts once", async ({ service, visitor }) => {
    const code = await service.create({ driver: "a", navigator: "b", people: ["a", "b", "c"] })
    const page = await (await visitor()).room(code)
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    await page.locator("[data-command=next]").focus()
    for (let times = 0; times < 4; times++) {
      await page.keyboard.down("Enter")
      await eventually(async () => (await service.room(code)).turn, 2)
      await eventually(() => driverOf(page), "b")
    }
    await page.keyboard.up("Enter")
    await press(page, "people")
    await page.locator("[data-away=c]").dblclick()
    await eventually(() => page.locator("[data-away=c]").getAttribute("aria-pressed"), "true")
    // What is asked later comes later: a second answer would be here by then.
    await page.getByLabel("Add a name").fill("d")
    await press(page, "add-person")
    await eventually(async () => (await service.room(code)).people.map(({ name }) => name), ["a", "b", "c", "d"])
    const { people, turn } = await service.room(code)
    expect([people.find(({ name }) => name === "c")?.away, turn]).toEqual([true, 2])
  })

  it("two who press swap at once swap once", async ({ service, visitor }) => {
    const code = await service.create()
    const pages: Array<Page> = []
    let arrived = 0
    const both = Promise.withResolvers<void>()
    for (const one of [await visitor({ mayComplain: /412/ }), await visitor({ mayComplain: /412/ })]) {
      // Both requests are on their way before either is answered.
      await one.context.route("**/pair-swap", async (route) => {
        if (++arrived === 2) both.resolve()
        await both.promise
        await route.continue()
      })
      pages.push(await one.room(code))
    }
    await Promise.all(pages.map((page) => press(page, "swap")))
    for (const page of pages) await eventually(() => driverOf(page), "apple")
    expect((await service.room(code)).driver).toBe("apple")
    // What the second wanted has happened already. So nobody is told of an error.
    for (const page of pages) {
      await eventually(() => page.locator("[data-change=swap]").count(), 1)
      expect(await page.locator("[data-refusal]").count()).toBe(0)
    }
  })

  it("who changes places moves there, in the list and at the hand-over, and not where motion is not wanted", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const [moving, still] = [
      await (await visitor({ reducedMotion: "no-preference" })).room(code),
      await (await visitor()).room(code)
    ]
    for (const page of [moving, still]) {
      await page.evaluate(() => {
        const animate = Element.prototype.animate
        Element.prototype.animate = function (...parts) {
          document.body.dataset["moved"] = `${document.body.dataset["moved"] ?? ""} ${this.getAttribute("data-moves")}`
          return animate.apply(this, parts)
        }
      })
    }
    await press(moving, "swap")
    for (const page of [moving, still]) await eventually(() => driverOf(page), "apple")
    await eventually(() => movedOn(moving), new Set(["", "apple", "lemon"]))
    await moving.evaluate(() => delete document.body.dataset["moved"])
    await service.set(code, { duration: 600_000, remainingTime: 500 })
    await service.start(code)
    for (const page of [moving, still]) await eventually(() => phaseOf(page), "up")
    await eventually(() => movedOn(moving), new Set(["", "apple", "lemon"]))
    expect(await movedOn(still)).toEqual(new Set([""]))
  })
})
