import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { it } from "./harness.ts"

/** Where the links of a page lead that leave this service. */
const outside = (page: Page) =>
  page
    .locator("a[href]")
    .evaluateAll((links) =>
      links
        .map((link) => new URL((link as HTMLAnchorElement).href).origin)
        .filter((origin) => origin !== location.origin)
    )

describe.skipIf(Chromium.skips)("/docs", () => {
  it("offers nothing that leads elsewhere, but the name of its makers", async ({ visitor }) => {
    const { tab } = await visitor({ mayComplain: /^script-src eval$|status of 404/ })
    const page = await tab("/docs")
    await page.getByRole("heading", { name: "Create a room" }).first().waitFor()
    await page
      .getByRole("button", { name: /Test Request/ })
      .first()
      .click()
    await page.getByRole("button", { name: /^Send/ }).first().waitFor()
    expect(new Set(await outside(page))).toEqual(new Set(["https://www.scalar.com"]))
    for (const name of ["Developer Tools", "Share", "Generate SDKs", "Open API Client"]) {
      expect(await page.getByText(name, { exact: true }).count(), name).toBe(0)
    }
  })

  it("comes up under its own policy, asks no other host, and sends an example that creates a room", async ({
    visitor
  }) => {
    // A library in it tries whether it may make functions of text, and does without.
    const { tab } = await visitor({ mayComplain: /^script-src eval$|status of 404/ })
    const page = await tab("/docs")
    await page.getByRole("heading", { name: "Pairroom" }).waitFor()
    await page.getByRole("heading", { name: "Create a room" }).first().waitFor()
    await page
      .getByRole("button", { name: /Test Request/ })
      .first()
      .click()
    const answered = page.waitForResponse((response) => new URL(response.url()).pathname === "/api/pair-room")
    await page.getByRole("button", { name: /^Send/ }).first().click()
    const answer = await answered
    expect(answer.status()).toBe(201)
    await page
      .getByText((await answer.json()).accessCode)
      .first()
      .waitFor()
  })
})
