/** `pairroom/sqlite`: rooms in one SQLite file. It needs Node's own `node:sqlite`. */
export * as SqliteRoomStore from "../SqliteRoomStore.ts"
