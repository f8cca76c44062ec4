/** Requests from the API's own description and by hand: no 500, no hanging answer, no forged event. */
import { Effect } from "effect"
import { exactly, some } from "../../cluster/figures.ts"
import { faultIn, type Generated, generate } from "../../http/generated.ts"
import { type Attack, scaled } from "../attack.ts"
import * as Bystander from "../bystander.ts"
import { ask, dial, each, openRoom } from "../clients.ts"
import { start } from "../service.ts"

const COUNT = 10_000
const AT_ONCE = 32
const DOOMED = 20

/** After how many milliseconds a request that has no answer hangs. */
const HANGS = 10_000

/** Sends a request, and returns what is wrong with its answer. */
export const send = async (port: number, request: Generated): Promise<string | undefined> => {
  const client = dial(port, Buffer.from(request.bytes, "latin1"))
  const begins = client.heard("event: remaining-time", HANGS)
  const how = await Promise.race([
    client.closed(HANGS),
    // A stream has no end.
    begins.then((isStream) => (isStream ? "stream" : client.closed(HANGS)))
  ])
  client.socket.destroy()
  return how === "open" ? "it hangs" : faultIn(request, client.text())
}

export const generated: Attack = Effect.fnUntraced(function* (size) {
  const { errors, isRunning, port } = yield* start()
  return yield* Effect.promise(async () => {
    const watched = await openRoom(port)
    const doomed = await Promise.all(Array.from({ length: DOOMED }, () => openRoom(port)))
    const { json: description } = await ask(port, "GET", "/openapi.json")
    const requests = generate(description, { watched, doomed }, size.seed, scaled(size, COUNT))
    const bystander = await Bystander.watch(port, watched)
    const faults: Array<string> = []
    let sent = 0
    await each(requests, AT_ONCE, async (request) => {
      const fault = await send(port, request)
      sent++
      if (fault !== undefined) faults.push(`${fault}: ${JSON.stringify(request.bytes.slice(0, 300))}`)
    })
    for (const fault of [...faults, ...bystander.wrong, ...errors].slice(0, 10)) console.error(fault)
    const hanging = faults.filter((fault) => fault.startsWith("it hangs"))
    return [
      some("requests", sent),
      exactly("that hang", hanging.length, 0),
      exactly("answers that are not as the contract has them", faults.length - hanging.length, 0),
      some("blocks of the stream that watched", bystander.blocks()),
      exactly("blocks that were forged or split", bystander.wrong.length, 0),
      exactly("errors in the log", errors.length, 0),
      exactly("services that died", isRunning() && bystander.isOpen() ? 0 : 1, 0)
    ]
  })
})
