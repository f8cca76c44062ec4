/** The page at a room's address: the room, or the overlay of it. */
import { addressOf } from "./address.ts"
import { api } from "./api.ts"
import { later } from "./parts/later.tsx"
import { Room } from "./room/Room.tsx"
import { openSession } from "./room/session.ts"
import { start } from "./start.tsx"

const { code, view } = addressOf(location)
document.documentElement.dataset["view"] = view

const Overlay = later(() => import("./room/Overlay.tsx").then((module) => module.Overlay))
const PopOut = later(() => import("./room/Overlay.tsx").then((module) => module.PopOut))

const session = openSession(code, api)
const View = { overlay: Overlay, popout: PopOut, room: Room }[view]
start(<View session={session} />)
