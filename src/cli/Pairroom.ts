/**
 * The command `pairroom`.
 */
import { Command } from "effect/cli"
import { health } from "./Health.ts"
import { newRoom } from "./New.ts"
import { people } from "./People.ts"
import * as RoomCommands from "./RoomCommands.ts"
import { serve } from "./Serve.ts"
import { status, turns } from "./Show.ts"
import { watch } from "./Watch.ts"

export const pairroom = Command.make("pairroom").pipe(
  Command.withDescription(
    "Keeps the timer of a pair-programming room in step for everyone in it.\n" +
      "  A command that changes a room prints nothing when all is well; `pairroom status` shows the room.\n" +
      "  Variables: PAIRROOM_URL, the address of the service; PAIRROOM_ROOM, the room; PAIRROOM_NAME, your name.\n" +
      "  Exit codes: 0 when all is well, 1 when it was refused or cannot be done, 2 when the call is wrong."
  ),
  Command.withSubcommands([serve, newRoom, watch, status, ...RoomCommands.all, people, turns, health])
)
