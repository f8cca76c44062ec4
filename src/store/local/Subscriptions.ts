/**
 * Who follows the rooms of a local store. A subscription is a queue and nothing more: there are thousands of them.
 */
import { Queue } from "effect"
import type { RoomChange, StoredRoom } from "../RoomStore.ts"

export type Subscription = Queue.Queue<RoomChange>

/** The subscriptions of each room, by its key. */
export type Subscriptions = Map<string, Set<Subscription>>

/** What a write has left under the key of a room: none if the room was deleted. */
export interface Written {
  readonly key: string
  readonly room: StoredRoom
}

/** Tells everyone who follows the room. */
export const publish = (subscriptions: Subscriptions, { key, room }: Written): void => {
  for (const subscription of subscriptions.get(key) ?? []) Queue.offerUnsafe(subscription, { room, certain: true })
}
