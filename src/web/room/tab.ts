/** What shows outside of what is drawn: the colours of the whole page, and the tab's title and icon. */
import { computed, effect, signal } from "@preact/signals"
import { text } from "../text/index.ts"
import { stateOf, timeText, wholeSeconds } from "./phase.ts"
import type { Session } from "./session.ts"

/** In so many steps the ring of the icon empties. */
const STEPS = 24

const COLOURS = { ground: "#10171a", track: "#33454b", left: "#3fc6c0", still: "#9db0ac", up: "#ffb52e" }

/** A ring with a part of it left, as an image in an address. */
const iconOf = (part: number, left: string, ground: string): string => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="${ground}"/>${ring(COLOURS.track, "100")}${ring(left, `${part * 100} 100`)}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

const ring = (colour: string, dash: string): string =>
  `<circle cx="32" cy="32" r="20" fill="none" stroke="${colour}" stroke-width="12" pathLength="100" stroke-dasharray="${dash}" transform="rotate(-90 32 32)"/>`

/** Tells the style sheet what the room is like, for the whole page: its state, whose turn it is, and whether it is yours. */
export const paint = ({ looks, me, phase, room }: Session): void => {
  const { dataset } = document.documentElement
  effect(() => {
    const now = room.value
    dataset["phase"] = phase.value
    dataset["state"] = stateOf(phase.value, now?.period)
    if (now === null) return
    const isBreak = now.period === "break"
    dataset["p"] = isBreak ? "0" : String(looks.value.get(now.driver)?.colour ?? 0)
    if (now.driver === me.value && !isBreak) dataset["you"] = ""
    else delete dataset["you"]
  })
}

/** The colours of people for dark grounds, `--p1` to `--p8` of the style sheet. */
const PEOPLE = ["#ea9eee", "#64d3ca", "#91c1fe", "#fe9fa6", "#8cd293", "#efad85", "#b9b3ff", "#c3c37a"]

export const drawTab = ({ looks, overtime, phase, room, seconds }: Session): void => {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  const isHidden = signal(false)
  const look = () => {
    isHidden.value = document.visibilityState === "hidden"
  }
  document.addEventListener("visibilitychange", look)
  look()
  effect(() => {
    const { onBreak, timeUp, title } = text.value
    const now = room.value
    if (now === null) return
    const drives = now.period === "break" ? onBreak : title.drives(now.driver)
    // A new title each second costs the browser more than all of the page; who sees the page sees the time there.
    const time = isHidden.value ? timeText(seconds.value) : "Pairroom"
    const late = isHidden.value ? ` +${timeText(overtime.value)}` : ""
    document.title = `${phase.value === "up" ? `⏰ ${timeUp}${late}` : time} · ${drives}`
  })
  const part = computed(
    () => Math.ceil((seconds.value / wholeSeconds(room.value?.periodDuration ?? 1)) * STEPS) / STEPS
  )
  let drawn = ""
  effect(() => {
    const now = room.value
    if (now === null || link === null) return
    const up = phase.value === "up"
    const icon = up
      ? iconOf(1, COLOURS.ground, COLOURS.up)
      : iconOf(
          part.value,
          now.running ? (PEOPLE[(looks.value.get(now.driver)?.colour ?? 0) - 1] ?? COLOURS.left) : COLOURS.still,
          COLOURS.ground
        )
    if (icon !== drawn) link.href = drawn = icon
  })
}
