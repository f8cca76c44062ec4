/** The page: the front door, a room, or the overlay of one, by the address. */
import { effect } from "@preact/signals"
import { render } from "preact"
import { addressOf } from "./address.ts"
import { api } from "./api.ts"
import { Home } from "./home/Home.tsx"
import { theme } from "./preferences.ts"
import { Overlay } from "./room/Overlay.tsx"
import { Room } from "./room/Room.tsx"
import { openSession } from "./room/session.ts"
import { language } from "./text/index.ts"

const root = document.documentElement

effect(() => {
  root.lang = language.value
  root.dataset["theme"] = theme.value
})

const address = addressOf(location)
root.dataset["view"] = address.view

const view = () => {
  if (address.view === "home") return <Home />
  const session = openSession(address.code, api)
  return address.view === "overlay" ? <Overlay session={session} /> : <Room session={session} />
}

const page = document.querySelector("#page")
if (page !== null) render(view(), page)
