import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { driverOf, eventually, it, phaseOf, press, timeOf } from "./harness.ts"

describe.skipIf(Chromium.skips)("a room", { concurrent: true }, () => {
  it("shows on every screen at once what anyone presses", async ({ service, visitor }) => {
    const code = await service.create()
    const [lemon, apple] = [await (await visitor()).room(code), await (await visitor()).room(code)]
    await eventually(() => lemon.locator("[data-here]").getAttribute("data-here"), "2")
    expect([await timeOf(apple), await driverOf(apple)]).toEqual(["10:00", "lemon"])
    await press(lemon, "start")
    await eventually(() => phaseOf(apple), "running")
    await press(apple, "pause")
    await eventually(() => phaseOf(lemon), "paused")
    await press(lemon, "swap")
    await eventually(() => driverOf(apple), "apple")
    expect(await timeOf(lemon)).toBe(await timeOf(apple))
    await press(apple, "reset")
    await eventually(() => timeOf(lemon), "10:00")
    await service.complete(code)
    await eventually(() => phaseOf(lemon), "completed")
    await eventually(() => lemon.locator("main").innerText(), expect.stringContaining("This room is closed."))
  })

  it("what cannot be pressed now looks so; a minute is added to this turn alone, and the length is set", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ timerDuration: 300_000 })
    const page = await (await visitor()).room(code)
    const reset = page.locator("[data-command=reset]")
    expect(await reset.isDisabled()).toBe(true)
    // Set while it stands: a look may come too late for one second of a turn that runs.
    await service.set(code, { duration: 300_000, remainingTime: 298_000 })
    await eventually(() => timeOf(page), "4:58")
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    expect(await reset.isDisabled()).toBe(false)
    await press(page, "add-minute")
    await eventually(() => timeOf(page), expect.stringMatching(/^5:5/))
    await press(page, "reset")
    await eventually(() => phaseOf(page), "idle")
    // A reset gives the length of a turn, without the minute.
    expect(await timeOf(page)).toBe("5:00")
    await press(page, "set-length")
    await page.getByText("15 min").click()
    await page.getByRole("button", { name: "Set", exact: true }).click()
    await eventually(() => timeOf(page), "15:00")
  })

  it("shows three people and a break, hands over, and takes a change back", async ({ service, visitor }) => {
    const code = await service.create({
      people: ["lemon", "apple", "melon"],
      timerDuration: 600_000,
      breaks: { every: 2, duration: 120_000 }
    })
    const page = await (await visitor()).room(code)
    const rota = page.locator(".rota")
    await eventually(() => rota.innerText(), "Then: melon\nBreak in 2 turns")
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    await press(page, "next")
    await eventually(() => driverOf(page), "apple")
    await eventually(() => page.locator("[data-change=next]").innerText(), expect.stringContaining("handed over"))
    await press(page, "undo")
    await eventually(() => driverOf(page), "lemon")
    await press(page, "break")
    await eventually(() => timeOf(page), expect.stringMatching(/^(2:00|1:5)/))
    await eventually(() => page.locator(".phase").innerText(), "Running · Break")
    await press(page, "next")
    await eventually(() => page.locator(".phase").innerText(), "Running · Turn 1")
    await eventually(() => timeOf(page), expect.stringMatching(/^9:/))
  })

  it("when time is up, one screen that reacts ends the alarm on all, and two more minutes take the finish back", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ timerDuration: 1_000 })
    const [one, other] = [await (await visitor()).room(code), await (await visitor()).room(code)]
    await press(one, "start")
    for (const page of [one, other]) await eventually(() => page.locator("[data-finish]").count(), 1)
    await press(one, "dismiss")
    for (const page of [one, other]) await eventually(() => page.locator("[data-finish]").count(), 0)
    await press(one, "start")
    for (const page of [one, other]) await eventually(() => page.locator("[data-finish]").count(), 1)
    expect(await driverOf(one)).toBe("lemon")
    await press(other, "two-more")
    await eventually(() => driverOf(one), "apple")
    await eventually(() => timeOf(one), expect.stringMatching(/^(2:00|1:5\d)$/))
  })

  it("asks who is there, and says who has done what; people come, are away and go", async ({ service, visitor }) => {
    const code = await service.create()
    const [mina, other] = [await (await visitor()).room(code), await (await visitor()).room(code)]
    await mina.locator("[data-i-am=apple]").click()
    await eventually(() => mina.locator(".who").count(), 0)
    await eventually(async () => (await service.room(code)).here, ["apple"])
    await press(mina, "people")
    await mina.getByLabel("Add a name").fill(" Ari ")
    await press(mina, "add-person")
    await eventually(() => other.locator(".rota").innerText(), "Then: Ari")
    await eventually(
      () => other.locator("[data-change=people]").innerText(),
      expect.stringMatching(/^apple changed who is in the room/)
    )
    await mina.locator("[data-person=Ari] input").check()
    await eventually(() => other.locator(".rota").innerText(), "Then: Ari (away)")
    await mina.getByLabel("Remove Ari").click()
    await eventually(() => other.locator(".rota").count(), 0)
    await mina.reload()
    await eventually(() => driverOf(mina), "lemon")
    expect(await mina.locator(".who").count()).toBe(0)
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
    const refusals = () => Promise.all(pages.map((page) => page.locator("[data-refusal=stale]").count()))
    await eventually(async () => (await refusals()).toSorted(), [0, 1])
    expect((await service.room(code)).driver).toBe("apple")
  })

  it("the space bar starts and pauses; the keyboard reaches every button, and shows where it is", async ({
    service,
    visitor
  }) => {
    const page = await (await visitor()).room(await service.create())
    await page.keyboard.press("Space")
    await eventually(() => phaseOf(page), "running")
    await page.keyboard.press("Space")
    await eventually(() => phaseOf(page), "paused")
    const reached: Array<string> = []
    for (;;) {
      await page.keyboard.press("Tab")
      const { name, outline } = await page.evaluate(() => {
        const focused = document.activeElement ?? document.body
        const name = focused === document.body || focused.hasAttribute("data-seen") ? "" : focused.outerHTML
        focused.setAttribute("data-seen", "")
        const { outlineStyle, outlineWidth } = getComputedStyle(focused)
        return { name, outline: outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth) }
      })
      if (name === "") break
      expect(outline, name).toBeGreaterThanOrEqual(2)
      reached.push(name)
    }
    const all = await page.locator("a[href], button:enabled").count()
    expect(reached.length).toBe(all)
  })

  it("a screen reader hears changes, and not every second", async ({ service, visitor }) => {
    const code = await service.create()
    const page = await (await visitor()).room(code)
    const said = page.locator("[data-said]")
    await press(page, "start")
    await eventually(async () => (await said.innerText()) !== "", true)
    // A slow machine says it a second later.
    const started = await said.innerText()
    expect(started).toMatch(/^Started\. lemon drives, (10 minutes|9 minutes 5\d seconds) left\.$/)
    await eventually(async () => (await timeOf(page)) <= "9:50", true)
    expect(await said.innerText()).toBe(started)
    await press(page, "swap")
    await eventually(() => said.innerText(), "apple drives, lemon navigates.")
    expect(await page.locator("[aria-live]:not([aria-live=off])").count()).toBe(0)
  })

  it("is shared by its link, copied or as a QR code", async ({ service, visitor }) => {
    const code = await service.create()
    const page = await (await visitor({ permissions: ["clipboard-read", "clipboard-write"] })).room(code)
    await press(page, "share")
    await press(page, "copy")
    await eventually(() => page.locator("[data-command=copy]").innerText(), "Copied")
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${service.url}/room/${code}`)
    await page.locator(".qr svg[role=img]").waitFor()
  })

  it("as an overlay shows ring, time and roles on a transparent ground, and nothing else", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const page = await (await visitor()).tab(`/room/${code}?view=overlay`)
    await eventually(() => timeOf(page), "10:00")
    await service.start(code)
    await eventually(() => timeOf(page), "9:59")
    expect(await driverOf(page)).toBe("lemon")
    expect(await page.locator("button, a").count()).toBe(0)
    const grounds = await page.evaluate(() =>
      ["html", "body", "#page", "main"].map(
        (part) => getComputedStyle(document.querySelector(part) ?? document.body).backgroundColor
      )
    )
    expect(new Set(grounds)).toEqual(new Set(["rgba(0, 0, 0, 0)"]))
  })
})
