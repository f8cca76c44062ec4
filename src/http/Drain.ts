/**
 * The end of the process as clients see it: their streams end cleanly, each with its own time to come back.
 */
import { Context, Duration, Effect, Layer } from "effect"

const NOTICE = Duration.seconds(1)

export class Drain extends Context.Service<
  Drain,
  {
    readonly isDraining: Effect.Effect<boolean>
    /** Over how many milliseconds clients are told to come back. */
    readonly spread: number
    /** How many milliseconds new connections are taken still, so that a load balancer that asks sees it. */
    readonly notice: number
    /** Calls `end` when draining begins, or now if it has begun; gives what takes that back. */
    readonly onBegin: (end: () => void) => () => void
    readonly begin: Effect.Effect<void>
  }
>()("pairroom/http/Drain") {
  static readonly layerWith = (options: {
    readonly spread: Duration.Duration
    readonly notice?: Duration.Duration
  }): Layer.Layer<Drain> =>
    Layer.sync(this, () => {
      const streams = new Set<() => void>()
      let draining = false
      return Drain.of({
        isDraining: Effect.sync(() => draining),
        spread: Duration.toMillis(options.spread),
        notice: Duration.toMillis(options.notice ?? NOTICE),
        onBegin: (end) => {
          if (draining) end()
          streams.add(end)
          return () => streams.delete(end)
        },
        begin: Effect.sync(() => {
          draining = true
          for (const end of streams) end()
        })
      })
    })

  static readonly layer: Layer.Layer<Drain> = this.layerWith({ spread: Duration.seconds(10) })

  /** Begins to drain when it is closed: to be built last, on top of the server, and so closed first. */
  static readonly onClose: Layer.Layer<never, never, Drain> = Layer.effectDiscard(
    Effect.flatMap(Drain, (drain) => Effect.addFinalizer(() => drain.begin))
  )
}
