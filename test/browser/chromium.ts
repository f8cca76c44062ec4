/** The Chromium that the tests of the page open it with. */
import { existsSync } from "node:fs"
import { type Browser, chromium } from "playwright-core"

const USUAL = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
]

const set = process.env["CHROMIUM"] ?? ""
const found = set === "" ? USUAL.find(existsSync) : existsSync(set) ? set : undefined

/** What to do where there is none; undefined where there is one. */
export const missing: string | undefined =
  found === undefined
    ? `${set || "Chromium"} is missing; the tests of the page need it: apt-get install chromium (or CHROMIUM=PATH)`
    : undefined

/** Is that a reason to leave these tests out? Where it is for certain that they can run, in CI, it is a failure. */
export const skips = missing !== undefined && !process.env["CI"]

if (skips) console.warn(missing)

/**
 * What the tests do not need, and what costs a third of their time: the suggestions of the address bar, which are pages of
 * their own in every window, and the process that is kept ready for the next page.
 */
const UNUSED = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"]

/** What Playwright switches off. Chromium takes the last list alone, so it is said again. */
const OFF_BY_PLAYWRIGHT = [
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning"
]

/** With these arguments besides. */
export const launch = (...more: ReadonlyArray<string>): Promise<Browser> => {
  if (found === undefined) throw new Error(missing)
  // A person has to touch the page before it may sound, as in the browsers that people have.
  const off = [...OFF_BY_PLAYWRIGHT, ...UNUSED].join()
  return chromium.launch({
    executablePath: found,
    args: ["--autoplay-policy=user-gesture-required", `--disable-features=${off}`, ...more]
  })
}
