/** Every run, by its name: what it is to show, and what it needs beside Redis. */
import * as Clocks from "./clocks.ts"
import * as Nginx from "../nginx.ts"
import { rolling, stock } from "./proxied.ts"
import * as Redis from "../redis.ts"
import * as Instances from "./instances.ts"
import * as Outages from "./redis.ts"
import type { Run } from "./underLoad.ts"

interface Entry {
  readonly title: string
  readonly run: Run
  /** What to do where it cannot run; undefined where it can. */
  readonly missing: string | undefined
}

const { missing } = Redis

export const runs: Readonly<Record<string, Entry>> = {
  streams: {
    title: "every stream shows its room's states in their order, and all end on the same one",
    run: Instances.streams,
    missing
  },
  kill: {
    title: "the death of an instance costs its clients a reconnect, and nobody a change",
    run: Instances.kill,
    missing
  },
  freeze: {
    title: "an instance that stood still catches up, and nothing is lost or doubled",
    run: Instances.freeze,
    missing
  },
  "redis-killed": {
    title: "while Redis is gone commands change nothing, and streams stay and say that they are not sure",
    run: Outages.killed,
    missing
  },
  "redis-frozen": {
    title: "while Redis hangs commands change nothing, not later either",
    run: Outages.frozen,
    missing
  },
  "redis-unheard": {
    title: "what was published while a subscription was cut is heard of all the same",
    run: Outages.unheard,
    missing
  },
  "redis-lossy": {
    title: "what a lost message did not tell is read again",
    run: Outages.losing,
    missing
  },
  clocks: {
    title: "instances whose clocks are wrong show the same time",
    run: Clocks.clocks,
    missing: missing ?? Clocks.missing
  },
  stock: {
    title: "behind an nginx as it comes no stream of a paused room is cut",
    run: stock,
    missing: Nginx.missing
  },
  rolling: {
    title: "a rolling restart costs each client one reconnect for each instance at most, and nobody a change",
    run: rolling,
    missing: missing ?? Nginx.missing
  }
}
