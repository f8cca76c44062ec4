/** The bar: a bare Node loop of `res.write` over a `Set`, and nothing else. */
import { createServer, type ServerResponse } from "node:http"
import { Clocks } from "./rooms.ts"

const clocks = new Clocks<ServerResponse>((streams, remaining) => {
  const event = `event: remaining-time\ndata: ${remaining}\n\n`
  for (const stream of streams) stream.write(event)
})

const server = createServer((request, response) => {
  const { endsAt, streams } = clocks.room(request.url)
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache, no-transform" })
  response.write(`event: room\ndata: {"endsAt":${endsAt}}\n\n`)
  streams.add(response)
  response.on("close", () => streams.delete(response))
})

server.listen(Number(process.env["PORT"]), "127.0.0.1")
