/** A room without Effect, in Node or a browser: it reconnects by itself, and knows the server's clock. */
import { createRoom, openRoom, type RoomClient } from "pairroom/client"

/** Resolves when the room is connected, and `room.room` is there. Rejects if there is no such room, or it has ended. */
export const live = (room: RoomClient): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = () => {
      const { state } = room.connection
      if (state !== "live" && state !== "ended" && state !== "missing") return
      end()
      if (state === "live") resolve()
      else reject(new Error(`The room ${room.code} is ${state}`))
    }
    const end = room.on(look)
    look()
  })

/** Makes a room, starts it, and says what happens. Call `close` of what it returns at the end. */
export const follow = async (api: string, say: (line: string) => void): Promise<RoomClient> => {
  const made = await createRoom({ people: ["Mina", "Jun"], timerDuration: 600_000 }, { api })
  if (!made.ok) throw new Error(made.message)
  const room = openRoom(made.code, { api, me: () => "Mina" })
  room.on((event) => {
    if (event.type === "timer") say(`${event.change}: ${Math.ceil(room.remaining() / 1_000)} s left`)
    if (event.type === "finish") say("the time is up")
  })
  // Before that, a command is refused at once: nothing is sent while there is no connection.
  await live(room)
  const started = await room.start()
  if (!started.ok) say(started.message)
  return room
}

if (import.meta.main) await follow("http://localhost:3000/api", console.log)
