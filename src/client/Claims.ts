/**
 * Lets exactly one tab of a browser do something, even after a reload: all tabs claim it, and one of them gets it.
 */
import type { Environment } from "./Environment.ts"

/** How many claims are remembered for each room. */
const KEPT = 16

/** How long a tab waits for a better tab to claim first, in milliseconds. */
const COURTESY = 300

/** Without locks: a claim counts when no other tab has overwritten it for this time, in milliseconds. */
const STANDING = 50

export class Claims {
  readonly #environment: Environment
  readonly #name: string
  /** Used if nothing can be stored. */
  readonly #own = new Map<string, string>()

  /** `name` names the room among the tabs. */
  constructor(environment: Environment, name: string) {
    this.#environment = environment
    this.#name = `${name}:claims`
  }

  /**
   * True in exactly one tab for each key. A tab that is not `ready`, because it cannot make a sound for example, lets
   * those that are go first.
   */
  async claim(key: string, ready = true): Promise<boolean> {
    const { locks, random } = this.#environment
    if (!ready) await sleep(COURTESY)
    const tab = String(random())
    if (locks !== undefined) return locks.request(this.#name, () => this.#take(key, tab))
    if (!this.#take(key, tab)) return false
    await sleep(STANDING)
    return this.#read().get(key) === tab
  }

  #take(key: string, tab: string): boolean {
    const claims = this.#read()
    if (claims.has(key)) return false
    claims.set(key, tab)
    this.#own.set(key, tab)
    try {
      this.#environment.storage?.setItem(this.#name, JSON.stringify([...claims].slice(-KEPT)))
    } catch {
      // The storage is full, so other tabs cannot learn of this claim.
    }
    return true
  }

  #read(): Map<string, string> {
    try {
      return new Map(JSON.parse(this.#environment.storage?.getItem(this.#name) ?? "null") ?? this.#own)
    } catch {
      return new Map(this.#own)
    }
  }
}

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
