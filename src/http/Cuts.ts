/**
 * Why the server has cut connections. A stream asks for it when it has ended, and its connection is gone by then.
 */
import type { HttpServerRequest } from "effect/http"

/** Its client read too slowly, or vanished without a word. */
export type Cut = "slow" | "vanished"

/** By the request of the platform. */
const cuts = new WeakMap<object, Cut>()

/** Notes why the connection of a request is cut. */
export const note = (source: object, why: Cut): void => void cuts.set(source, why)

/** Returns why the connection of a request was cut, if it was. */
export const of = ({ source }: HttpServerRequest.HttpServerRequest): Cut | undefined => cuts.get(source)
