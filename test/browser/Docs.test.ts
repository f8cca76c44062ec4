import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { it } from "./harness.ts"

describe.skipIf(Chromium.skips)("/docs", () => {
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
