import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { driverOf, eventually, it, phaseOf, press, timeOf } from "./harness.ts"

describe.skipIf(Chromium.skips)("a room", { concurrent: true }, () => {
  it("shows on every screen at once what anyone presses", async ({ service, visitor }) => {
    const code = await service.create()
    const inMotion = async () => (await visitor({ reducedMotion: "no-preference" })).room(code)
    const [lemon, apple] = [await inMotion(), await inMotion()]
    await eventually(() => lemon.locator("[data-here]").getAttribute("data-here"), "2")
    expect([await timeOf(apple), await driverOf(apple)]).toEqual(["10:00", "lemon"])
    await press(lemon, "start")
    await eventually(() => phaseOf(apple), "running")
    await press(apple, "pause")
    await eventually(() => phaseOf(lemon), "paused")
    await press(lemon, "swap")
    await eventually(() => driverOf(apple), "apple")
    expect(await timeOf(lemon)).toBe(await timeOf(apple))
    await service.complete(code)
    await eventually(() => phaseOf(lemon), "completed")
    await eventually(() => lemon.locator("main").innerText(), expect.stringContaining("Session ended"))
  })

  it("a minute is added to this turn alone; a new length does not restart a turn that runs, and no change does nothing", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ timerDuration: 300_000 })
    const page = await (await visitor()).room(code)
    // Set while it stands: a look may come too late for one second of a turn that runs.
    await service.set(code, { duration: 300_000, remainingTime: 298_000 })
    await eventually(() => timeOf(page), "4:58")
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    const { endsAt } = await service.room(code)
    await press(page, "add-minute")
    await eventually(async () => (await service.room(code)).endsAt, endsAt! + 60_000)
    // On a busy machine some of it has passed by now.
    await eventually(() => timeOf(page), expect.stringMatching(/^5:/))
    const before = await service.room(code)
    expect(before.duration).toBe(300_000)
    const save = async () => {
      await page.getByRole("button", { name: "Save" }).click()
      await page.getByRole("dialog").waitFor({ state: "detached" })
    }
    await press(page, "settings")
    await save()
    expect((await service.room(code)).endsAt).toBe(before.endsAt)
    await press(page, "settings")
    await page.getByText("15 min").click()
    await page.getByLabel("Breaks").selectOption({ label: "After 4 turns" })
    await page.getByLabel("Start turns by themselves").selectOption({ label: "after 10 s" })
    await save()
    await eventually(
      async () => {
        const { autoStart, breaks, duration } = await service.room(code)
        return { autoStart, breaks, duration }
      },
      { autoStart: { after: 10_000 }, breaks: { every: 4, duration: 300_000 }, duration: 900_000 }
    )
    // An undo takes back what is named, and not the whole dialog.
    await eventually(() => page.locator(".toast p").innerText(), "Somebody changed the length of turns")
    await eventually(() => timeOf(page), expect.stringMatching(/^5:[0-5]/))
  })

  it("shows three people and a break, hands over, and takes a change back", async ({ service, visitor }) => {
    const code = await service.create({
      people: ["lemon", "apple", "melon"],
      timerDuration: 600_000,
      breaks: { every: 2, duration: 120_000 }
    })
    const page = await (await visitor()).room(code)
    const next = page.locator("[data-next]")
    await eventually(
      () => next.allInnerTexts(),
      [expect.stringMatching(/^A\s+apple navigates\s+next$/), expect.stringMatching(/^M\s+melon\s+in 2 turns$/)]
    )
    expect(await page.locator(".strip").innerText()).toContain("Break in 2 turns")
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    await press(page, "next")
    await eventually(() => driverOf(page), "apple")
    await eventually(() => page.locator("[data-change=next]").innerText(), expect.stringContaining("handed over"))
    await press(page, "undo")
    await eventually(() => driverOf(page), "lemon")
    await eventually(() => page.locator(".toast").innerText(), "Somebody took the last change back")
    await press(page, "break")
    await eventually(() => timeOf(page), expect.stringMatching(/^(2:00|1:5)/))
    const above = page.locator(".above")
    await eventually(() => above.innerText(), "Break")
    expect(await page.locator(".lead").innerText()).toContain("lemon drives next")
    await press(page, "next")
    await eventually(() => above.innerText(), "Turn 1")
    await eventually(() => page.locator(".toast p").innerText(), "Somebody ended the break")
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
    await one.keyboard.press("Escape")
    for (const page of [one, other]) {
      await eventually(() => page.getByRole("alert").first().innerText(), expect.stringContaining("The sound is off."))
    }
    await press(one, "start")
    for (const page of [one, other]) await eventually(() => driverOf(page), "lemon")
    for (const page of [one, other]) await eventually(() => page.locator("[data-finish]").count(), 1)
    await eventually(() => timeOf(one), expect.stringMatching(/^0:0[1-9]$/))
    await press(other, "two-more")
    await eventually(() => driverOf(one), "apple")
    await eventually(() => timeOf(one), expect.stringMatching(/^(2:00|1:5\d)$/))
    await press(other, "undo")
    for (const page of [one, other]) {
      await eventually(
        () => page.getByRole("alert").first().innerText(),
        expect.stringContaining("Somebody took the last change back. The sound is off.")
      )
    }
    await press(other, "break")
    await eventually(() => phaseOf(one), "running")
    await press(other, "undo")
    for (const page of [one, other]) await eventually(() => page.locator("[data-finish]").count(), 1)
  })

  it("a room that is opened again after its end is open on every screen, the overlay too", async ({
    service,
    visitor
  }) => {
    const code = await service.create()
    const [one, other] = [await (await visitor()).room(code), await (await visitor()).room(code)]
    const overlay = await (await visitor()).tab(`/room/${code}?view=overlay`)
    await eventually(() => timeOf(overlay), "10:00")
    await service.complete(code)
    for (const page of [one, other, overlay]) await eventually(() => phaseOf(page), "completed")
    await press(one, "reopen")
    for (const page of [one, other, overlay]) await eventually(() => phaseOf(page), "idle")
  })

  it("a pause in the turn after a finish shows what is left of it, and that what was set stands", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ timerDuration: 1_000 })
    const page = await (await visitor()).room(code)
    await press(page, "start")
    await eventually(() => phaseOf(page), "up")
    await service.set(code, { duration: 600_000 })
    await eventually(() => phaseOf(page), "idle")
    await press(page, "start")
    await eventually(() => phaseOf(page), "running")
    await press(page, "pause")
    await eventually(() => phaseOf(page), "paused")
    expect(await timeOf(page)).toMatch(/^(9:5\d|10:00)$/)
    await page.reload()
    await eventually(() => phaseOf(page), "paused")
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
    const all = await page.locator("a[href], button:enabled").filter({ visible: true }).count()
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
    await page.getByText("works on this machine only").waitFor()
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
