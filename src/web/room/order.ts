/** The order of the people as it was asked for here, until the service has answered: each press counts from what is shown. */
import { computed, type ReadonlySignal, signal } from "@preact/signals"
import type { CommandResult } from "../../client/RoomClient.ts"
import type { Session } from "./session.ts"

type Names = ReadonlyArray<string>

export interface Order {
  readonly names: ReadonlySignal<Names>
  /** Shows the order at once, and asks for it. While a request is on its way, only the last order that is asked for follows it. */
  readonly ask: (names: Names) => void
  readonly close: () => void
}

export const openOrder = ({ client, press, room }: Pick<Session, "client" | "press" | "room">): Order => {
  const wanted = signal<Names | null>(null)
  const known = computed(() => (room.value?.people ?? []).map(({ name }) => name))
  const names = computed(() => {
    const asked = wanted.value
    // Where somebody has come, gone or is called otherwise meanwhile, the order asked for is none of theirs any more.
    return asked !== null && isSame(asked.toSorted(), known.value.toSorted()) ? asked : known.value
  })
  const id = computed(() => room.value?.id)
  let isBusy = false
  const send = async (): Promise<CommandResult> => {
    const [asked, before] = [names.peek(), id.peek()]
    const result = await client.reorder(asked)
    if (result.ok && !isSame(names.peek(), asked)) return send()
    isBusy = false
    if (!result.ok || id.peek() !== before) wanted.value = null
    return result
  }
  // What the service shows after its answer holds.
  const close = id.subscribe(() => {
    if (!isBusy) wanted.value = null
  })
  return {
    names,
    ask: (next) => {
      if (isSame(next, names.peek())) return
      wanted.value = next
      if (isBusy) return
      isBusy = true
      press(send)
    },
    close
  }
}

const isSame = (one: Names, other: Names): boolean => one.join("\n") === other.join("\n")
