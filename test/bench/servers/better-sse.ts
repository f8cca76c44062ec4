/** The same on better-sse: a channel for each room. */
import { type Channel, createChannel, createSession } from "better-sse"
import { createServer } from "node:http"
import { Clocks } from "./rooms.ts"

const clocks = new Clocks<Channel>((channels, remaining) => {
  for (const channel of channels) channel.broadcast(remaining, "remaining-time")
})

const server = createServer(async (request, response) => {
  const { endsAt, streams } = clocks.room(request.url)
  const [channel = createChannel()] = streams
  streams.add(channel)
  const session = await createSession(request, response)
  session.push({ endsAt }, "room")
  channel.register(session)
})

server.listen(Number(process.env["PORT"]), "127.0.0.1")
