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

/** How long a tab keeps the locks of a claim, in milliseconds. By then every tab sees in the storage that it is done. */
const HELD = 60_000

/** Locks that are free, or not, say so at once. Those that have not answered after this time never do, in milliseconds. */
const ANSWER_MOST = 500

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
   * True in one tab for each key. If that tab has not proved within a second that it begins, it becomes true in another one. A tab
   * that is not `ready`, because it cannot make a sound for example, lets those that are go first.
   */
  async claim(key: string, ready = true): Promise<boolean> {
    if (!ready) await sleep(COURTESY)
    if (this.#isDone(key)) return false
    // Where there are no locks, each tab is on its own.
    if ((await this.#hold(`${this.#name} ${key}`, HELD)) !== false) return true
    await sleep(PROOF_MOST)
    return !this.#isDone(key) && (await this.#hold(this.#proofOf(key), 0)) !== false
  }

  /** To be called when this tab begins to do what it claimed. True in exactly one tab for each key: that one is to do it. */
  async prove(key: string): Promise<boolean> {
    if (this.#isDone(key)) return false
    // A lock, because what one tab stores another may see a second later.
    const isHeld = await this.#hold(this.#proofOf(key), HELD)
    if (isHeld === false || this.#isDone(key)) return false
    const tab = isHeld ? "" : String(this.#environment.random())
    this.#write(key, tab)
    if (isHeld) return true
    await sleep(STANDING)
    return this.#read().get(key) === tab
  }

  #proofOf(key: string): string {
    return `${this.#name} ${key} proof`
  }

  /** Takes a lock for so many milliseconds. False if another tab has it, undefined where locks are missing, refused or never answer. */
  #hold(name: string, millis: number): Promise<boolean | undefined> {
    return new Promise((resolve) => {
      const { locks } = this.#environment
      if (locks === undefined) return resolve(undefined)
      let [isLate, isMine] = [false, false]
      const patience = setTimeout(() => {
        isLate = true
        resolve(undefined)
      }, ANSWER_MOST)
      const held = (lock: Lock | null) => {
        clearTimeout(patience)
        isMine = lock !== null
        if (!isMine || millis === 0 || isLate) return undefined
        resolve(true)
        return sleep(millis)
      }
      // What is held for no time is free again by then.
      locks.request(name, { ifAvailable: true }, held).then(
        () => resolve(isMine),
        () => resolve(undefined)
      )
    })
  }

  #isDone(key: string): boolean {
    return this.#read().has(key)
  }

  #write(key: string, value: string): void {
    const claims = this.#read()
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

const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))
