/** The page at a room's address: the room, or the overlay of it. */
import { addressOf } from "./address.ts"
import { api } from "./api.ts"
import { Overlay } from "./room/Overlay.tsx"
import { Room } from "./room/Room.tsx"
import { openSession } from "./room/session.ts"
import { start } from "./start.tsx"

const { code, view } = addressOf(location)
document.documentElement.dataset["view"] = view

const session = openSession(code, api)
start(view === "overlay" ? <Overlay session={session} /> : <Room session={session} />)
