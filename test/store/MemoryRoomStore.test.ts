import * as MemoryRoomStore from "../../src/store/MemoryRoomStore.ts"
import { conformance, conformanceInTime } from "./conformance.ts"

conformance("MemoryRoomStore", MemoryRoomStore.layer())
conformanceInTime("MemoryRoomStore", MemoryRoomStore.layer)
