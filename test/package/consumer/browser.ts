/** A program for a browser, which has no types of Node. */
import { HttpApiClient } from "effect/http-api"
import { prefixed } from "pairroom/api"
import { createRoom, openRoom } from "pairroom/client"

export const client = HttpApiClient.make(prefixed("/api"), { baseUrl: "https://pairs.example" })

export const open = async (show: (milliseconds: number) => void) => {
  const made = await createRoom({ driver: "lemon", navigator: "apple", timerDuration: 600_000 }, { api: "/api" })
  if (!made.ok) throw new Error(made.message)
  const room = openRoom(made.code, { api: "/api" })
  room.on((event) => event.type === "room" && show(room.remaining()))
  return room
}
