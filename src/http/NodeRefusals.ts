/**
 * Refusals by Node's own HTTP parser, as the same JSON that the API sends. Node alone would answer with an empty body.
 */
import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import { BadRequest, HeadersTooLarge, PayloadTooLarge } from "../domain/errors.ts"
import { shown } from "../domain/RoomInput.ts"

interface ParserError {
  readonly code?: string
  readonly reason?: string
}

/** Returns the status and the body for an error of the parser. */
const parserRefusal = ({ code, reason }: ParserError): readonly [number, { _tag: string; message: string }] => {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [431, new HeadersTooLarge({ message: "headers: expected at most 16 KiB" })]
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return [413, new PayloadTooLarge({ message: "body: expected chunk extensions of at most 16 KiB" })]
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, { _tag: "RequestTimeout", message: "request: it did not arrive in time" }]
    default:
      return [400, new BadRequest({ message: `request: it is not HTTP${reason === undefined ? "" : ` (${reason})`}` })]
  }
}

/** Answers in JSON where Node's own server would answer with an empty body. */
export const onClientError = (error: ParserError, socket: Connection): void => {
  const current = socket._httpMessage
  if (current === undefined || current === null) return refuse(error, socket)
  // If another answer has begun, nothing may follow its bytes. If it has not begun, it is sent first.
  if (current.headersSent) socket.destroy()
  else current.once("finish", () => refuse(error, socket))
}

/** A connection and the answer that is being sent on it: undefined before the first answer, null after each. */
type Connection = Duplex & { readonly _httpMessage?: ServerResponse | null }

const refuse = (error: ParserError, socket: Duplex): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const [status, { _tag, message }] = parserRefusal(error)
  end(socket, status, JSON.stringify({ _tag, message }))
}

const end = (socket: Duplex, status: number, body: string): void => {
  const head = Object.entries({ ...headersOf(body), connection: "close" }).map((header) => header.join(": "))
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join("\r\n")}\r\n\r\n${body}`)
}

/** Refuses `CONNECT`, which asks for a tunnel. Node passes only the socket. */
export const onConnect = (_request: IncomingMessage, socket: Duplex): void => {
  // Node has removed its own listener, and an error without a listener would end the process.
  socket.on("error", () => socket.destroy())
  end(socket, 400, JSON.stringify({ _tag: "BadRequest", message: "method: CONNECT is for proxies, and this is none" }))
}

/** Refuses an `Expect` that cannot be met. */
export const onExpectation: RequestListener = ({ headers }, response) => {
  const message = `expect: expected 100-continue, got ${shown(headers.expect)}`
  const body = JSON.stringify({ _tag: "ExpectationFailed", message })
  response.writeHead(417, headersOf(body)).end(body)
}

const headersOf = (body: string) => ({
  "content-type": "application/json",
  "cache-control": "no-store",
  "content-length": Buffer.byteLength(body)
})
