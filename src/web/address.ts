/** The addresses of the page: the front door, and a room's, whose code is the key to it. */
import { decoded } from "../domain/TypedCode.ts"

export interface RoomAddress {
  readonly code: string
  readonly view: "room" | "overlay" | "popout"
}

const VIEWS = ["overlay", "popout"] as const

/** A link, or an address, with the path of a room in it. */
const ROOM_PATH = /(?:^|\/)room\/([^/?#]+)/i

/** Which room a page is for, and how it shows it. */
export const addressOf = ({ pathname, search }: Pick<Location, "pathname" | "search">): RoomAddress => ({
  code: decoded(ROOM_PATH.exec(pathname)?.[1] ?? ""),
  view: VIEWS.find((view) => view === new URLSearchParams(search).get("view")) ?? "room"
})

export const pathOf = (code: string): string => `/room/${encodeURIComponent(code)}`
