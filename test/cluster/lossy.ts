/** A connection to Redis on which some of the published messages get lost. */
import { Effect, type Scope } from "effect"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

export interface Lossy {
  readonly port: number
  /** How many messages it has left out. */
  readonly lost: () => number
}

/** Leaves out each `every`th message of a subscription. */
export const lossy = Effect.fnUntraced(function* (
  redis: number,
  every: number
): Effect.fn.Return<Lossy, never, Scope.Scope> {
  let messages = 0
  let lost = 0
  const isLost = (reply: string) => {
    if (!/^[*>]3\r\n\$7\r\nmessage\r\n/.test(reply) || ++messages % every > 0) return false
    lost++
    return true
  }
  const sockets = new Set<Socket>()
  const relay = (client: Socket) => {
    const server = connect(redis, "127.0.0.1")
    sockets.add(client).add(server)
    client.pipe(server)
    let rest = ""
    server.setEncoding("latin1").on("data", (text: string) => {
      rest += text
      let passed = ""
      for (let end = endOfReply(rest, 0); end > 0; end = endOfReply(rest, 0)) {
        const reply = rest.slice(0, end)
        rest = rest.slice(end)
        if (!isLost(reply)) passed += reply
      }
      client.write(passed, "latin1")
    })
    for (const [socket, other] of [
      [client, server],
      [server, client]
    ] as const) {
      socket
        .setNoDelay(true)
        .on("error", () => other.destroy())
        .on("close", () => {
          sockets.delete(socket)
          other.destroy()
        })
    }
  }
  const listener = yield* Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const listener = createServer(relay).listen(0, "127.0.0.1", () => resume(Effect.succeed(listener)))
    }),
    (listener) =>
      Effect.sync(() => {
        listener.close()
        for (const socket of sockets) socket.destroy()
      })
  )
  return { port: (listener.address() as AddressInfo).port, lost: () => lost }
})

/** Where the reply of Redis ends that begins at `begin`, or -1 where it is not complete. */
const endOfReply = (text: string, begin: number): number => {
  const line = text.indexOf("\r\n", begin)
  if (line < 0) return -1
  const count = Number(text.slice(begin + 1, line))
  switch (text[begin]) {
    case "$":
    case "=":
    case "!": {
      const end = count < 0 ? line + 2 : line + 2 + count + 2
      return end <= text.length ? end : -1
    }
    case "*":
    case ">":
    case "~":
    case "%": {
      let end = line + 2
      for (let left = text[begin] === "%" ? count * 2 : count; left > 0 && end > 0; left--) end = endOfReply(text, end)
      return end
    }
    default:
      return line + 2
  }
}
