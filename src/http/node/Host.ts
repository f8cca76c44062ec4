/**
 * Whether a request names its host. Of several `Host` headers the library has only the first, so this asks Node.
 */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type { HttpServerRequest } from "effect/http"

const HOST = /^[\w.~%!$&'()*+,;=-]*(?::\d*)?$|^\[[\da-fA-F:.]+\](?::\d*)?$/

/** Does the request have exactly one valid `Host`, or is it HTTP/1.0, which needs none (RFC 9112, section 3.2)? */
export const hasHost = (request: HttpServerRequest.HttpServerRequest): boolean => {
  const { httpVersion, rawHeaders } = NodeHttpServerRequest.toIncomingMessage(request)
  const hosts = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host")
  return hosts.length === 0 ? httpVersion !== "1.1" : hosts.length === 1 && HOST.test(hosts[0] ?? "")
}
