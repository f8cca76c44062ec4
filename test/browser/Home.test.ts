import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { driverOf, eventually, isLive, it, timeOf } from "./harness.ts"

describe.skipIf(Chromium.skips)("the front door", { concurrent: true }, () => {
  it("opens a room with two names and any length, and remembers it", async ({ visitor }) => {
    const page = await (await visitor()).tab("/")
    const form = page.locator("[data-form=new]")
    await page.keyboard.press("Tab")
    await form.getByLabel("Driver").fill("lemon")
    await form.getByLabel("Navigator").fill("lemon")
    await page.keyboard.press("Enter")
    await eventually(() => page.locator("[data-refusal=name]").innerText(), "The names must differ.")
    await form.getByLabel("Navigator").fill("apple")
    await form.getByText("Other").click()
    await form.getByLabel("minutes").fill("7.5")
    await form.getByRole("button", { name: "Open the room" }).click()
    await page.waitForURL(/\/room\//)
    await isLive(page)
    expect([await timeOf(page), await driverOf(page)]).toEqual(["7:30", "lemon"])

    const room = page.url()
    await page.goto("/")
    await page.locator("[data-rooms] a").click()
    await page.waitForURL(room)
    await isLive(page)
    await page.goto("/")
    await page.getByRole("button", { name: /^Forget the room of .*apple.*lemon/ }).click()
    await eventually(() => page.locator("[data-rooms]").count(), 0)
  })

  it("opens a room of any number of people, also without names, as the address asks", async ({ service, visitor }) => {
    const one = await visitor()
    const page = await one.tab("/?people=Mina,Jun,Ari&minutes=15&breaks=4")
    await page.getByRole("button", { name: "Add a name" }).click()
    await page.getByLabel("Name 4").fill("Sol")
    await page.getByRole("button", { name: "Open the room" }).click()
    await page.waitForURL(/\/room\//)
    await isLive(page)
    const { breaks, duration, people } = await service.room(page.url().split("/").at(-1) ?? "")
    expect(people.map(({ name }) => name)).toEqual(["Mina", "Jun", "Ari", "Sol"])
    expect([breaks?.every, duration]).toEqual([4, 900_000])

    const other = await (await visitor()).tab("/")
    await other.getByRole("button", { name: "Open the room" }).click()
    await other.waitForURL(/\/room\//)
    await eventually(() => driverOf(other), "Driver")
  })

  it("says at the form that a name of the address cannot be used, and lets it be mended", async ({
    service,
    visitor
  }) => {
    const long = "Bartholomew-Maximilian"
    const page = await (await visitor()).tab(`/?people=Mina,${long}`)
    await eventually(
      () => page.locator("[data-refusal=name]").innerText(),
      expect.stringMatching(/“.?Bartholomew-Maximilian.?” cannot be a name: a name has 1 to 20 characters/)
    )
    const field = page.getByLabel("Navigator")
    expect([await field.inputValue(), await field.getAttribute("aria-invalid")]).toEqual([long, "true"])
    await field.fill("Max")
    await eventually(() => page.locator("[data-refusal=name]").count(), 0)
    await page.getByRole("button", { name: "Open the room" }).click()
    await page.waitForURL(/\/room\//)
    await isLive(page)
    const { people } = await service.room(page.url().split("/").at(-1) ?? "")
    expect(people.map(({ name }) => name)).toEqual(["Mina", "Max"])
  })

  it("opens one room where the button is pressed twice, and is ready again after Back", async ({ visitor }) => {
    const one = await visitor()
    const page = await one.tab("/")
    let created = 0
    page.on("request", (request) => {
      if (request.method() === "POST") created++
    })
    await page.route("**/api/pair-room", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await route.continue().catch(() => {})
    })
    await page.getByRole("button", { name: "Open the room" }).dblclick()
    await page.waitForURL(/\/room\//)
    await isLive(page)
    expect(created).toBe(1)
    await page.goBack()
    await eventually(() => page.locator("[data-form=new] .main").getAttribute("aria-disabled"), "false")
    await eventually(() => page.locator("[data-rooms] li").count(), 1)
  })

  it("joins a room by its code or its link, as they are typed", async ({ service, visitor }) => {
    const code = await service.create()
    const page = await (await visitor()).tab("/")
    const join = async (typed: string) => {
      await page.goto("/")
      await page.getByLabel("Code or link").fill(typed)
      await page.keyboard.press("Enter")
    }
    await join("no such thing!")
    await eventually(
      () => page.locator("#join-refusal").innerText(),
      expect.stringMatching(/neither a code nor a link/)
    )
    for (const typed of [code, ` ${code.toLowerCase()} `, `${service.url}/room/${code}`]) {
      await join(typed)
      await page.waitForURL(/\/room\//)
      await isLive(page)
      expect(page.url().toUpperCase()).toContain(`/ROOM/${code}`)
    }
  })

  it("a code that no room has offers to open one", async ({ visitor }) => {
    const page = await (await visitor({ mayComplain: /404/ })).tab("/room/AAAAAAAAAAAAA")
    await eventually(
      () => page.getByRole("alert").innerText(),
      expect.stringContaining("No room has the code AAAA AAAA AAAAA.")
    )
    await page.getByLabel("Driver").fill("lemon")
    await page.getByLabel("Navigator").fill("apple")
    await page.getByRole("button", { name: "Open the room" }).click()
    await eventually(() => page.url(), expect.not.stringContaining("AAAAAAAAAAAAA"))
    await isLive(page)
  })

  it("speaks the browser's language, until it is switched, in every tab and for good", async ({ service, visitor }) => {
    const korean = await visitor({ locale: "ko-KR" })
    const room = await korean.room(await service.create())
    const home = await korean.tab("/")
    const languageOf = (page: typeof home) => page.locator("html").getAttribute("lang")
    expect([await languageOf(room), await languageOf(home)]).toEqual(["ko", "ko"])
    expect(await room.locator("[data-command=start]").innerText()).toMatch(/시작/)
    await home.getByRole("button", { name: "Show in English" }).click()
    await eventually(() => room.locator("[data-command=start]").innerText(), "Start")
    await room.reload()
    await eventually(() => room.locator("[data-command=start]").innerText(), "Start")
    expect(await languageOf(room)).toBe("en")
  })
})
