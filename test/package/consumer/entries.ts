/** Every entry, as a program for Node imports it. */
export { MemoryRoomStore, Rooms } from "pairroom"
export { Api } from "pairroom/api"
export { openRoom } from "pairroom/client"
export { RemoteRooms } from "pairroom/client/effect"
export { routes } from "pairroom/http"
export { RedisRoomStore } from "pairroom/redis"
export { SqliteRoomStore } from "pairroom/sqlite"
