/** A room without Effect, in Node or a browser: it reconnects by itself, and knows the server's clock. */
import { createRoom, openRoom, type RoomClient } from "pairroom/client"

/** Makes a room, starts it, and says what happens. Call `close` of what it returns at the end. */
export const follow = async (api: string, say: (line: string) => void): Promise<RoomClient> => {
  const made = await createRoom({ people: ["Mina", "Jun"], timerDuration: 600_000 }, { api })
  if (!made.ok) throw new Error(made.message)
  const room = openRoom(made.code, { api, me: () => "Mina" })
  room.on((event) => {
    if (event.type === "timer") say(`${event.change}: ${Math.ceil(room.remaining() / 1_000)} s left`)
    if (event.type === "finish") say("the time is up")
    if (event.type === "connection" && event.connection.state === "live") {
      // A command is refused at once while there is no connection; its result is a value.
      if (room.room?.running === false) void room.start().then((result) => result.ok || say(result.message))
    }
  })
  return room
}

if (import.meta.main) await follow("http://localhost:3000/api", console.log)
