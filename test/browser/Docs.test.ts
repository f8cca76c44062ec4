import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { it } from "./harness.ts"

describe.skipIf(Chromium.skips)("/docs", () => {
  it("comes up under its own policy, asks no other host, and can send a request", async ({ visitor }) => {
    // A library in it tries whether it may make functions of text, and does without. The request below is a bad one.
    const { tab } = await visitor({ mayComplain: /^script-src eval$|status of 40[04]/ })
    const page = await tab("/docs")
    await page.getByRole("heading", { name: "Pairroom" }).waitFor()
    await page.getByRole("heading", { name: "Create a room" }).first().waitFor()
    await page
      .getByRole("button", { name: /Test Request/ })
      .first()
      .click()
    const answer = page.waitForResponse((response) => response.url().endsWith("/api/pair-room"))
    await page.getByRole("button", { name: /^Send/ }).first().click()
    expect((await answer).status()).toBe(400)
    await page.getByText("BadRequest").first().waitFor()
  })
})
