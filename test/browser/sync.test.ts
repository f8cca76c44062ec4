/**
 * Two browsers through one turn, with all that happens to browsers and that people do. Bounds are generous, for machines that do much else
 * at the time; `STRICT=1` takes a longer turn, and holds the two to what a person could see.
 */
import type { Page } from "playwright-core"
import { describe, expect } from "vitest"
import * as Chromium from "./chromium.ts"
import { connectionOf, driverOf, eventually, isLive, it, phaseOf, press, timeOf, type Visitor } from "./harness.ts"

const isStrict = Boolean(process.env["STRICT"])
const TURN = isStrict ? 60 : 13
const CUT = isStrict ? 10 : 2
const SLEEP = isStrict ? 10 : 2
/** How long nothing is pressed after a command. */
const REST = isStrict ? 6 : 2
const HOUR = 3_600_000
const motion = { reducedMotion: isStrict ? "no-preference" : "reduce" } as const

/**
 * The most that two screens may be apart, in milliseconds, at so many of the seconds. On a machine that does much else a
 * screen is late now and then, and not because of the page.
 */
const APART_MOST = isStrict ? 50 : 250
const OF_ALL = isStrict ? 1 : 0.75

/** A screen that changed: when, by the clock that all of this machine share, and to how many seconds. */
interface Change {
  readonly at: number
  readonly seconds: number
}

/** A part of the turn in which nothing was pressed: what was left at its beginning and at its end. */
interface Stretch {
  readonly endsAt: number
  readonly from: number
  readonly to: number
}

// To hold them to what a person could see, they need the machine for themselves.
describe.skipIf(Chromium.skips)("two browsers in one room", { concurrent: !isStrict }, () => {
  it("show the same second through a whole turn", async ({ service, visitor }) => {
    const code = await service.create({ timerDuration: TURN * 1_000 })
    const [right, wrong] = [await visitor(motion), await visitor({ ...motion, clockOff: HOUR, mayComplain: /ERR_/ })]
    const [rights, wrongs] = [await changesOf(right), await changesOf(wrong)]
    const [lemon, apple] = [await right.room(code), await wrong.room(code)]
    const stretches: Array<Stretch> = []
    const absences: Array<readonly [number, number]> = []
    let from = TURN * 1_000
    const begin = async (page: Page) => {
      await press(page, "start")
      await bothAre(lemon, apple, /running|last/)
      return (await service.room(code)).endsAt ?? 0
    }
    const until = (page: Page, seconds: number) =>
      eventually(async () => (await secondsOf(page)) <= seconds, true, TURN * 1_000)

    let endsAt = await begin(lemon)
    await until(apple, TURN - 1)
    await press(apple, "pause")
    await bothAre(lemon, apple, /paused/)
    expect(await timeOf(lemon)).toBe(await timeOf(apple))
    const { remainingTime } = await service.room(code)
    stretches.push({ endsAt, from, to: remainingTime })
    from = remainingTime
    await press(lemon, "swap")
    for (const page of [lemon, apple]) await eventually(() => driverOf(page), "apple")
    endsAt = await begin(apple)

    await until(apple, TURN - 3)
    const reloadedAt = Date.now()
    await lemon.reload()
    await isLive(lemon)
    absences.push([reloadedAt, Date.now()])
    await until(lemon, TURN - 5)

    await wrong.context.setOffline(true)
    await eventually(() => connectionOf(apple), "offline")
    await until(lemon, TURN - 5 - CUT)
    expect(await connectionOf(apple)).toBe("offline")
    await wrong.context.setOffline(false)
    await isLive(apple)

    const session = await right.context.newCDPSession(lemon)
    const frozenAt = Date.now()
    await session.send("Page.setWebLifecycleState", { state: "frozen" })
    await until(apple, TURN - 5 - CUT - SLEEP)
    await session.send("Page.setWebLifecycleState", { state: "active" })
    absences.push([frozenAt, Date.now()])
    // What it shows is right the moment it is seen again.
    expect(Math.abs((await secondsOf(lemon)) - (await secondsOf(apple)))).toBeLessThanOrEqual(1)

    await bothAre(lemon, apple, /up/)
    for (const page of [lemon, apple]) expect(await driverOf(page)).toBe("lemon")
    stretches.push({ endsAt, from, to: 1_000 })

    expectSameSeconds({ stretches, absences, rights, wrongs })
  })

  it("show the same second after a hand-over, a minute more and a break, and both ring over a cut at the finish", async ({
    service,
    visitor
  }) => {
    const code = await service.create({ timerDuration: TURN * 1_000 })
    const [right, wrong] = [await visitor(motion), await visitor({ ...motion, clockOff: HOUR, mayComplain: /ERR_/ })]
    const [rights, wrongs] = [await changesOf(right), await changesOf(wrong)]
    const [lemon, apple] = [await right.room(code), await wrong.room(code)]
    const stretches: Array<Stretch> = []
    /** Lets some seconds pass, to be compared. */
    const rest = async () => {
      const { endsAt, remainingTime: from } = await service.room(code)
      const left = async () => (await service.room(code)).remainingTime
      await eventually(async () => (await left()) <= from - REST * 1_000, true)
      stretches.push({ endsAt: endsAt ?? 0, from, to: await left() })
    }
    const changed = async (kind: string) => eventually(async () => (await service.room(code)).lastChange.kind, kind)
    await press(lemon, "start")
    await bothAre(lemon, apple, /running/)
    await rest()
    await press(apple, "next")
    for (const page of [lemon, apple]) await eventually(() => driverOf(page), "apple")
    await rest()
    await press(lemon, "add-minute")
    await changed("extend")
    await rest()
    await press(apple, "break")
    await changed("break")
    await rest()
    await press(lemon, "next")
    await changed("next")
    await service.set(code, { duration: TURN * 1_000, remainingTime: (CUT / 2 + REST) * 1_000 })
    await rest()

    await wrong.context.setOffline(true)
    await bothAre(lemon, apple, /up/)
    expect([await confirmedOn(lemon), await confirmedOn(apple)]).toEqual(["true", "false"])
    const { finishedAt } = await service.room(code)
    for (const page of [lemon, apple]) await eventually(() => rangFor(page), String(finishedAt))
    await eventually(() => [right.sounds(), wrong.sounds()], [1, 1])
    await eventually(async () => (await service.room(code)).serverTime > (finishedAt ?? 0) + CUT * 500, true)
    await wrong.context.setOffline(false)
    await isLive(apple)
    await eventually(() => confirmedOn(apple), "true")
    expect([right.sounds(), wrong.sounds()]).toEqual([1, 1])
    expectSameSeconds({ stretches, absences: [], rights, wrongs })
  })
})

const confirmedOn = (page: Page) => page.locator("[data-finish]").getAttribute("data-confirmed")

/** The finish that it has rung for. */
const rangFor = (page: Page) => page.locator("html").getAttribute("data-rang")

interface Watched {
  readonly stretches: ReadonlyArray<Stretch>
  /** From when to when one of the two was away. */
  readonly absences: ReadonlyArray<readonly [number, number]>
  readonly rights: ReadonlyArray<Change>
  readonly wrongs: ReadonlyArray<Change>
}

const expectSameSeconds = ({ absences, rights, stretches, wrongs }: Watched) => {
  const isSeen = ({ at }: Change) => absences.every(([from, to]) => at < from || at > to)
  const seconds = stretches.flatMap(instantsOf).filter(isSeen)
  const shownAt = (changes: ReadonlyArray<Change>) =>
    seconds.map(({ at, seconds }) => {
      const shown = changes.find((change) => change.seconds === seconds && Math.abs(change.at - at) < 900)
      return shown?.at ?? Number.NaN
    })
  const [ones, others] = [shownAt(rights), shownAt(wrongs)]
  const apart = ones.map((at, index) => Math.abs(at - (others[index] ?? Number.NaN)))
  const late = [ones, others].flatMap((shown) => shown.map((at, index) => at - (seconds[index]?.at ?? Number.NaN)))
  console.info(`two screens apart: ${figures(apart)}; later than the server's second: ${figures(late)}`)
  expect(apart.length).toBeGreaterThan(TURN / 3)
  expect(apart.filter((millis) => millis < APART_MOST).length).toBeGreaterThanOrEqual(apart.length * OF_ALL)
}

const secondsOf = async (page: Page) => {
  const [minutes = 0, seconds = 0] = (await timeOf(page)).split(":").map(Number)
  return minutes * 60 + seconds
}

const bothAre = async (lemon: Page, apple: Page, phase: RegExp) => {
  for (const page of [lemon, apple]) await eventually(() => phaseOf(page), expect.stringMatching(phase), TURN * 1_000)
}

/** Every second that the browser's tab shows from now on. */
const changesOf = async ({ context }: Visitor): Promise<ReadonlyArray<Change>> => {
  const changes: Array<Change> = []
  await context.exposeFunction("shown", (at: number, seconds: number) => changes.push({ at, seconds }))
  await context.addInitScript(() => {
    let last = ""
    const look = () => {
      const text = document.querySelector("[data-time]")?.textContent ?? ""
      if (text === last) return
      last = text
      const [minutes = 0, seconds = 0] = text.split(":").map(Number)
      const { shown } = globalThis as unknown as { readonly shown: (at: number, seconds: number) => void }
      shown(performance.timeOrigin + performance.now(), minutes * 60 + seconds)
    }
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true })
  })
  return changes
}

/** When each whole second of a stretch begins to be shown, by the server's clock. */
const instantsOf = ({ endsAt, from, to }: Stretch): ReadonlyArray<Change> =>
  Array.from({ length: Math.floor(from / 1_000) + 1 }, (_, seconds) => ({ at: endsAt - seconds * 1_000, seconds }))
    .filter(({ seconds }) => seconds * 1_000 < from && seconds * 1_000 >= to)
    .toReversed()

const figures = (values: ReadonlyArray<number>) => {
  const sorted = values.toSorted((a, b) => a - b)
  const [median = 0, most = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
  return `${median.toFixed(1)} ms in the middle, ${most.toFixed(1)} ms at most, of ${sorted.length}`
}
