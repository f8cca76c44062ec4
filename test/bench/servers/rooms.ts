/** What the servers that Pairroom is held against share: rooms that run to a deadline, those of one deadline together. */
export class Clocks<Stream> {
  readonly #rooms = new Map<string, Set<Stream>>()
  readonly #phases = new Map<number, Array<Set<Stream>>>()
  readonly #send: (streams: Set<Stream>, remaining: number) => void

  constructor(send: (streams: Set<Stream>, remaining: number) => void) {
    this.#send = send
  }

  /** The streams of the room in a path such as `/room/1795445972000`, the second part its deadline. */
  room(path = ""): { readonly endsAt: number; readonly streams: Set<Stream> } {
    const [, name = "", deadline = ""] = path.split("/")
    const endsAt = Number(deadline)
    const streams = this.#rooms.get(name) ?? new Set()
    if (!this.#rooms.has(name)) {
      this.#rooms.set(name, streams)
      const phase = this.#phases.get(endsAt)
      if (phase === undefined) this.#run(endsAt, [streams])
      else phase.push(streams)
    }
    return { endsAt, streams }
  }

  #run(endsAt: number, phase: Array<Set<Stream>>): void {
    this.#phases.set(endsAt, phase)
    const next = (remaining: number) => {
      setTimeout(
        () => {
          for (const streams of phase) this.#send(streams, remaining)
          // Not from the time: timers of Node may be a millisecond early, and a second would be sent twice.
          next(remaining - 1_000)
        },
        endsAt - remaining - Date.now()
      )
    }
    next(Math.ceil((endsAt - Date.now()) / 1_000) * 1_000 - 1_000)
  }
}
