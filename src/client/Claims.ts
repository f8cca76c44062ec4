/**
 * Lets exactly one tab of a browser do something, even after a reload: all tabs claim it, and one of them gets it. That tab may be
 * frozen by the browser, or die, before it does anything. So it proves that it begins, or loses its claim.
 */
import type { Environment } from "./Environment.ts"

/** How many claims are remembered for each room. */
const KEPT = 16

/** How long a tab waits for a better tab to claim first, in milliseconds. */
const COURTESY = 300

/** The tab that has a claim proves in this time, in milliseconds, that it does what it claimed. Else another one takes it over. */
const PROOF_MOST = 1_000

/** Marks a claim that is proved. */
const PROVED = "!"

/** Without locks: a claim counts when no other tab has overwritten it for this time, in milliseconds. */
const STANDING = 50

export class Claims {
  readonly #environment: Environment
  readonly #name: string
  /** Used if nothing can be stored. */
  readonly #own = new Map<string, string>()
  /** What this tab calls itself in each claim that it has. */
  readonly #mine = new Map<string, string>()

  /** `name` names the room among the tabs. */
  constructor(environment: Environment, name: string) {
    this.#environment = environment
    this.#name = `${name}:claims`
  }

  /**
   * True in exactly one tab for each key, as long as that tab proves it. A tab that is not `ready`, because it cannot make a sound for
   * example, lets those that are go first.
   */
  async claim(key: string, ready = true): Promise<boolean> {
    const { random } = this.#environment
    if (!ready) await sleep(COURTESY)
    const tab = String(random())
    for (let holder: string | undefined; ;) {
      if (await this.#tryTake(key, tab, holder)) return true
      holder = this.#read().get(key)
      if (holder === undefined || isProved(holder)) return false
      await sleep(PROOF_MOST)
      if (isProved(this.#read().get(key))) return false
    }
  }

  /** To be called when this tab begins to do what it claimed. False if another tab has taken the claim over meanwhile. */
  prove(key: string): boolean {
    const tab = this.#mine.get(key)
    if (tab === undefined || this.#read().get(key) !== tab) return false
    this.#write(key, tab + PROVED)
    return true
  }

  async #tryTake(key: string, tab: string, from: string | undefined): Promise<boolean> {
    const { locks } = this.#environment
    const take = () => {
      if (this.#read().get(key) !== from) return false
      this.#mine.set(key, tab)
      this.#write(key, tab)
      return true
    }
    if (locks !== undefined) return locks.request(this.#name, take).catch(take)
    if (!take()) return false
    await sleep(STANDING)
    return this.#read().get(key) === tab
  }

  #write(key: string, value: string): void {
    const claims = this.#read()
    // The last one that was written is kept for longest.
    claims.delete(key)
    claims.set(key, value)
    this.#own.set(key, value)
    try {
      this.#environment.storage?.setItem(this.#name, JSON.stringify([...claims].slice(-KEPT)))
    } catch {
      // The storage is full, so other tabs cannot learn of this claim.
    }
  }

  #read(): Map<string, string> {
    try {
      return new Map(JSON.parse(this.#environment.storage?.getItem(this.#name) ?? "null") ?? this.#own)
    } catch {
      return new Map(this.#own)
    }
  }
}

const isProved = (claim: string | undefined): boolean => claim?.endsWith(PROVED) === true

const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
