/** What every page begins with: its language, its colours, and something in it. */
import { effect } from "@preact/signals"
import { render, type VNode } from "preact"
import { theme } from "./preferences.ts"
import "./style/base.css"
import "./style/parts.css"
import { language } from "./text/index.ts"

const keepPages = async () => {
  await navigator.serviceWorker.register("/serviceWorker.js")
}

export const start = (view: VNode): void => {
  const root = document.documentElement
  effect(() => {
    root.lang = language.value
    root.dataset["theme"] = theme.value
  })
  // Where there is none, or it is not allowed, the page does without.
  addEventListener("load", () => void keepPages().catch(() => {}))
  // A button that is held by Enter is pressed once.
  addEventListener("keydown", (event) => {
    if (event.repeat && event.target instanceof HTMLButtonElement) event.preventDefault()
  })
  const page = document.querySelector("#page")
  if (page !== null) render(view, page)
}
