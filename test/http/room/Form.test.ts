import { assert, describe, it } from "@effect/vitest"
import { type Form, formFor } from "../../../src/http/room/Form.ts"

describe("formFor", () => {
  it("takes the form of the highest weight, and of several the one that the client names", () => {
    const cases: ReadonlyArray<readonly [string | undefined, Form]> = [
      // curl, and a client that sends nothing.
      [undefined, "line"],
      ["", "line"],
      ["*/*", "line"],
      ["text/*", "line"],
      // Browsers.
      ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "page"],
      ["text/html, */*", "page"],
      // Calendars.
      ["text/calendar", "calendar"],
      ["text/calendar, */*", "calendar"],
      ["text/calendar, text/plain", "calendar"],
      ["text/plain, text/calendar;q=0.9", "line"],
      ["*/*, text/calendar;q=0.9", "line"],
      // Weights.
      ["text/html;q=0.5, text/plain", "line"],
      ["text/plain;q=0.5, text/html", "page"],
      ["text/plain, text/html", "page"],
      ["text/html;q=0.5, */*", "line"],
      ["text/html;q=0, */*", "line"],
      ["text/plain;q=0, */*", "page"],
      ["text/plain;q=0, text/html;q=0, */*;q=0.1", "calendar"],
      ["text/*;q=0.1, text/calendar;q=0.2", "calendar"],
      ["text/*;q=0, */*", "page"],
      ["TEXT/CALENDAR; Charset=UTF-8 ; Q=1.0", "calendar"],
      ["text/plain; format=flowed; q=0.2, text/html; q=0.1", "line"],
      ["text/calendar;q=x, text/plain;q=0.1", "line"],
      ["text/calendar;q=-1, text/plain;q=0.1", "line"],
      // Nothing matches.
      ["application/json", "page"],
      ["image/*", "page"],
      ["*/*;q=0", "page"],
      ["text/html;q=0", "page"],
      [",;q=", "page"]
    ]
    for (const [header, form] of cases) assert.strictEqual(formFor(header), form, header)
  })
})
