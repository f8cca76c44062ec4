/**
 * Who of a browser's tabs leads. By a lock, where the browser has locks that answer: the tab that has it leads. Else by an election
 * among the tabs that hear each other: of those that stand for it, the one with the smallest id leads.
 */
import type { Environment, Locks } from "./Environment.ts"

/** How long a tab that stands for the lead waits for a better one, or for one that leads already, in milliseconds. */
const ELECTION = 100

/** A lock that is stolen is granted at once. Locks that have not answered after this time never do, in milliseconds. */
const ANSWER_MOST = 1_000

/** A tab says that it stands for the lead. */
export interface Candidacy {
  readonly stands: string
}

export interface Lead {
  /** Waits for the lead. */
  readonly stand: () => void
  /** Takes the lead from a tab that gives no sign of life. */
  readonly takeOver: () => void
  /** Gives the lead back, or waits for it no longer. */
  readonly leave: () => void
  /** Another tab stands for the lead. */
  readonly hear: (candidacy: Candidacy) => void
  /** The tab that has led is gone. With locks the next one has the lock then. Without them this tab stands for the lead. */
  readonly onGone: () => void
  /**
   * Another tab leads, so this one stands for the lead no longer. Returns true if it must stop leading, too. With locks that is never
   * needed: only one tab holds the lock.
   */
  readonly onLed: () => boolean
}

/** What comes of it: `begin` when this tab is to lead, `end` when it is not to lead any more. */
export interface Elected {
  readonly begin: () => void
  readonly end: () => void
}

type Say = (candidacy: Candidacy) => void

/** Returns the lead of the tabs for a room with this name. `say` tells the other tabs of a candidacy. */
export const leadOf = (environment: Environment, name: string, say: Say, elected: Elected): Lead =>
  environment.locks === undefined
    ? byElection(environment.id, say, elected)
    : byLock(environment, environment.locks, name, say, elected)

const byLock = (environment: Environment, locks: Locks, name: string, say: Say, elected: Elected): Lead => {
  /** Our place in the queue for the lock, and what gives the lock back. */
  let place: AbortController | undefined
  let release: (() => void) | undefined
  /** Where locks are refused, or never answer, tabs elect. */
  let instead: Lead | undefined

  const elect = () => {
    instead = byElection(environment.id, say, elected)
    instead.stand()
  }
  const queue = (steal: boolean) => {
    const own = new AbortController()
    place = own
    const patience = steal
      ? setTimeout(() => {
          if (own.signal.aborted) return
          own.abort()
          elect()
        }, ANSWER_MOST)
      : undefined
    const held = () =>
      new Promise<void>((resolve) => {
        clearTimeout(patience)
        if (own.signal.aborted) return resolve()
        release = resolve
        elected.begin()
      })
    locks.request(name, steal ? { steal } : { signal: own.signal }, held).catch((error: unknown) => {
      if (own.signal.aborted) return
      // Another tab has taken the lock. Any other error means that there are no locks here.
      if (error instanceof Error && error.name === "AbortError") {
        release = undefined
        elected.end()
        queue(false)
      } else {
        own.abort()
        elect()
      }
    })
  }
  return {
    stand: () => queue(false),
    takeOver: () => {
      if (instead !== undefined) return instead.takeOver()
      place?.abort()
      queue(true)
    },
    leave: () => {
      instead?.leave()
      place?.abort()
      release?.()
      release = undefined
    },
    hear: (candidacy) => instead?.hear(candidacy),
    onGone: () => instead?.onGone(),
    onLed: () => instead?.onLed() ?? false
  }
}

const byElection = (id: string, say: Say, { begin }: Elected): Lead => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => {
    clearTimeout(timer)
    timer = undefined
  }
  const stand = () => {
    stop()
    timer = setTimeout(() => {
      timer = undefined
      begin()
    }, ELECTION)
    say({ stands: id })
  }
  return {
    stand,
    takeOver: stand,
    leave: stop,
    hear: ({ stands }) => {
      if (timer === undefined) return
      // The other one learns that a better one stands; or the better one leads soon, or is missed like any leader.
      if (id < stands) say({ stands: id })
      else stop()
    },
    onGone: stand,
    onLed: () => {
      stop()
      return true
    }
  }
}
