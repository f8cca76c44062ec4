/**
 * Reads Server-Sent Events, as in the HTML standard, section 9.2.6.
 */

export interface SseEvent {
  readonly event: string
  readonly data: string
}

export interface SseReceiver {
  readonly event: (event: SseEvent) => void
  /** The id of everything that was sent so far. The last event had it. */
  readonly id: (id: string) => void
  /** The delay of a reconnect, in milliseconds. */
  readonly retry: (delay: number) => void
}

/** Returns a function that reads the chunks of one stream. A chunk may end anywhere. */
export const sseParser = (receiver: SseReceiver): ((chunk: Uint8Array) => void) => {
  const decoder = new TextDecoder()
  let rest = ""
  let event = ""
  let data = ""
  let id: string | undefined
  /** Did the last chunk end in a carriage return, of which the line feed is still to come? */
  let isHalfEnded = false

  const dispatch = () => {
    if (data !== "") receiver.event({ event: event || "message", data: data.slice(0, -1) })
    if (id !== undefined) receiver.id(id)
    event = data = ""
    id = undefined
  }

  const take = (line: string) => {
    if (line === "") return dispatch()
    const [, field, value = ""] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? []
    if (field === "event") event = value
    else if (field === "data") data += `${value}\n`
    else if (field === "id" && !value.includes("\0")) id = value
    else if (field === "retry" && /^[0-9]+$/.test(value)) receiver.retry(Number(value))
  }

  return (chunk) => {
    const text = decoder.decode(chunk, { stream: true })
    if (text === "") return
    const lines = (rest + (isHalfEnded ? text.replace(/^\n/, "") : text)).split(/\r\n|\n|\r/)
    isHalfEnded = text.endsWith("\r")
    rest = lines.pop() ?? ""
    lines.forEach(take)
  }
}
