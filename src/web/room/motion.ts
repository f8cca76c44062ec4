/** People who change places move there: rows, and the one who has driven into the row of the navigator. */
import { computed, effect } from "@preact/signals"
import type { Session } from "./session.ts"

const MOVE: KeyframeAnimationOptions = { duration: 300, easing: "cubic-bezier(0.2, 0, 0, 1)" }

/** The parts that move, by the person and what they are of the person. */
const placesOf = () =>
  new Map(
    [...document.querySelectorAll<HTMLElement>("[data-moves]")].map((part) => {
      const { left, top } = part.getBoundingClientRect()
      return [part.dataset["moves"], { part, left, top, size: Number.parseFloat(getComputedStyle(part).fontSize) }]
    })
  )

/** To be called before the page is drawn anew: each part moves from where it is now. Where motion is not wanted, nothing does. */
export const moveParts = (): void => {
  if (document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches) return
  const before = placesOf()
  // By then it is drawn, and not yet seen.
  requestAnimationFrame(() => {
    for (const [name, { part, left, size, top }] of placesOf()) {
      const from = before.get(name)
      if (from === undefined || (from.left === left && from.top === top)) continue
      const transform = `translate(${from.left - left}px, ${from.top - top}px) scale(${from.size / size})`
      part.animate([{ transformOrigin: "0 0", transform }, { transformOrigin: "0 0" }], MOVE)
    }
  })
}

export const followPlaces = ({ phase, room }: Session): void => {
  const places = computed(() => {
    const { driver, navigator, people, period } = room.value ?? {}
    return JSON.stringify([driver, navigator, period, phase.value === "up", people?.map(({ name }) => name)])
  })
  effect(() => {
    if (places.value !== "") moveParts()
  })
}
