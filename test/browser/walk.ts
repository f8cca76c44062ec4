/** A walk through all that the page can look like. */
import type { Page } from "playwright-core"
import { eventually, isLive, phaseOf, press, pressAllTheSame, timeOf, type Visitor } from "./harness.ts"
import type { Service } from "./service.ts"

/** Goes through all that the page can look like: the front door, a room in each of its phases, its sheets, the overlay. */
export const walk = async (visitor: Visitor, service: Service, look: (page: Page, view: string) => Promise<void>) => {
  const page = await visitor.tab("/")
  await look(page, "home")
  const code = await service.create()
  await page.goto(`/room/${code}`)
  await isLive(page)
  await look(page, "idle")
  const lookAtDialog = async (name: string) => {
    await page.getByRole("dialog").waitFor()
    await look(page, name)
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
  }
  for (const dialog of ["share", "settings", "people", "menu", "goal", "history"]) {
    await page.locator(`[data-command=${dialog}]`).first().click()
    await lookAtDialog(dialog)
  }
  for (const dialog of ["more", "shortcuts"]) {
    await press(page, "menu")
    await page.locator(`[data-item=${dialog}]`).click()
    await lookAtDialog(dialog)
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
  await page.locator("summary").click()
  await look(page, "the table of turns")
  await page.goto(`/room/${code}?view=overlay`)
  await eventually(() => timeOf(page), "10:00")
  await look(page, "overlay")
  await page.goto("/room/AAAAAAAAAAAAA")
  await page.getByRole("alert").waitFor()
  await look(page, "missing")
}

/** The console tells of the network that was cut, and of the room that is not there. */
export const WALKED = /ERR_|404/
