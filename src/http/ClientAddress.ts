/**
 * The address of a client, as limits count it: that of its peer, or the one that a trusted proxy has forwarded.
 */
import { Effect, Option, Result } from "effect"
import { HttpMiddleware, HttpRouter, HttpServerRequest } from "effect/http"
import { IpNetwork, NetAddress } from "effect/net"

/** One customer of a provider has a whole network of this length (RFC 6177). */
const IPV6_PREFIX = 64

/**
 * Lets a request have the address that a trusted proxy has forwarded. Where all forwarded addresses are those of trusted proxies, the
 * peer counts: the library would take the first one, which a client may have written itself.
 */
export const forwarded = (trustedProxies: ReadonlyArray<IpNetwork.IpNetwork>) => {
  const believe = HttpMiddleware.xForwardedHeaders({ trustedProxies })
  const isTrusted = (address: string) =>
    Result.match(NetAddress.ipFromString(address), {
      onFailure: () => false,
      onSuccess: (ip) => trustedProxies.some((network) => IpNetwork.contains(network, NetAddress.toCanonical(ip)))
    })
  const withClient = (request: HttpServerRequest.HttpServerRequest) =>
    Option.exists(request.remoteAddress, isTrusted)
      ? request.modify({ remoteAddress: request.peerAddress, peerAddress: request.peerAddress })
      : request
  return HttpRouter.middleware(
    (httpEffect) => {
      const believed = believe(Effect.updateService(httpEffect, HttpServerRequest.HttpServerRequest, withClient))
      // Addresses are read only where there is something to believe.
      return Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) =>
        headers["x-forwarded-for"] === undefined ? httpEffect : believed
      )
    },
    { global: true }
  )
}

/** Returns what a limit is counted for: the IPv4 address, or the /64 of an IPv6 address. */
export const networkOf = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "")
  return plain.includes(":")
    ? Result.match(NetAddress.ipv6FromString(plain), {
        onFailure: () => plain,
        onSuccess: (ip) => IpNetwork.format(IpNetwork.fromAddressUnsafe(ip, IPV6_PREFIX))
      })
    : plain
}

/** The network of the client that has sent this request. */
export const current: Effect.Effect<string, never, HttpServerRequest.HttpServerRequest> = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ remoteAddress }) => networkOf(Option.getOrElse(remoteAddress, () => "unknown"))
)
