/** `pairroom/redis`: rooms in Redis. It needs the package `redis`. */
export * as RedisRoomStore from "./RedisRoomStore.ts"
