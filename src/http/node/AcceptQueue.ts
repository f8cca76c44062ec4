/**
 * What the server knows of the connections that wait in the kernel until they are accepted. Node accepts one in each turn of its event
 * loop, so where it has accepted one in each of many turns, probably more are waiting.
 */
import { MutableRef } from "effect"
import type { Server } from "node:net"

/** Returns how to read in how many turns of the event loop in a row, up to now, this server has accepted a connection. */
export const turnsAccepting = (server: Server): (() => number) => {
  const turns = MutableRef.make(0)
  const hasAccepted = MutableRef.make(false)
  const endTurn = () => {
    if (!MutableRef.getAndSet(hasAccepted, false)) return void MutableRef.set(turns, 0)
    MutableRef.increment(turns)
    setImmediate(endTurn)
  }
  server.on("connection", () => {
    // Node runs this once in each turn, after all that it has accepted and read.
    if (!MutableRef.getAndSet(hasAccepted, true) && MutableRef.get(turns) === 0) setImmediate(endTurn)
  })
  return () => MutableRef.get(turns)
}
