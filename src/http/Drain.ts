/**
 * The shutdown as clients see it: every stream ends cleanly, and each client is told its own time to reconnect.
 */
import { Context, Deferred, Duration, Effect, Layer } from "effect"
import { WatchedRooms } from "../rooms/WatchedRooms.ts"

const SPREAD = Duration.seconds(10)
const NOTICE = Duration.seconds(1)

export interface DrainOptions {
  /** The time over which the reconnects are spread. */
  readonly spread?: Duration.Duration
  /** How long new connections are still accepted, so that a load balancer sees that the instance drains. */
  readonly notice?: Duration.Duration
}

export class Drain extends Context.Service<
  Drain,
  {
    /** Done when draining begins. */
    readonly begun: Deferred.Deferred<void>
    /** The time over which the reconnects are spread, in milliseconds. */
    readonly spread: number
    /** How long new connections are still accepted, in milliseconds. */
    readonly notice: number
  }
>()("pairroom/http/Drain") {
  static readonly layerWith = ({ spread = SPREAD, notice = NOTICE }: DrainOptions): Layer.Layer<Drain> =>
    Layer.effect(
      this,
      Effect.map(Deferred.make<void>(), (begun) =>
        Drain.of({ begun, spread: Duration.toMillis(spread), notice: Duration.toMillis(notice) })
      )
    )

  static readonly layer: Layer.Layer<Drain> = this.layerWith({})

  static readonly isDraining: Effect.Effect<boolean, never, Drain> = Effect.flatMap(this, ({ begun }) =>
    Deferred.isDone(begun)
  )

  /** Begins to drain: all streams end now, and new streams end at once. */
  static readonly begin: Effect.Effect<void, never, Drain | WatchedRooms> = Effect.gen(function* () {
    yield* Deferred.succeed((yield* Drain).begun, undefined)
    yield* (yield* WatchedRooms).end
  })

  /** Begins to drain when this layer is closed. Build it on top of the server, so that it is closed first. */
  static readonly onClose: Layer.Layer<never, never, Drain | WatchedRooms> = Layer.effectDiscard(
    Effect.flatMap(Effect.context<Drain | WatchedRooms>(), (context) =>
      Effect.addFinalizer(() => Effect.provideContext(Drain.begin, context))
    )
  )
}
