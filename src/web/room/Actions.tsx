import type { ComponentChildren } from "preact"
import { classes } from "../parts/classes.ts"
import { Icon, type IconName } from "../parts/Icon.tsx"
import { Named } from "../parts/Named.tsx"
import { text } from "../text/index.ts"
import { type DialogName, opens } from "./open.ts"
import { stateOf } from "./phase.ts"
import type { Session } from "./session.ts"

/** What can be done now. */
export const Actions = ({ session }: { readonly session: Session }) => {
  const { canAddMinute, connection, phase, room } = session
  const { addMinute, breakDo, isAway, more, people, peopleCount, settings, swap, thisTurn } = text.value
  const now = room.value
  if (now === null) return null
  const state = stateOf(phase.value, now.period)
  const isOut = connection.value.state !== "live"
  const isUp = state === "up"
  const { client, press } = session
  const isTurn = now.period === "turn"
  const present = now.people.filter(({ away }) => !away).length
  return (
    <div class="acts">
      <div class="acts-main">
        <First session={session} />
        <Second session={session} />
        {isUp && isTurn && (
          <Command name="break" icon="cup" isOut={isOut} onPress={() => press(() => client.takeBreak())}>
            {breakDo}
          </Command>
        )}
      </div>
      <div class="acts-more">
        {isUp ? (
          isTurn &&
          present > 2 && (
            <Command
              name="skip"
              icon="next"
              isOut={isOut}
              isQuiet
              onPress={() => press(() => client.changePerson(now.driver, { away: true }))}
            >
              <Named text={isAway} name={now.driver} />
            </Command>
          )
        ) : (
          <>
            <Command
              name="add-minute"
              icon="plus"
              isOut={isOut}
              isQuiet
              isOff={!canAddMinute.value}
              title={`${thisTurn} (+)`}
              onPress={session.addMinute}
            >
              {addMinute}
            </Command>
            {isTurn && (
              <Command name="break" icon="cup" isOut={isOut} isQuiet onPress={() => press(() => client.takeBreak())}>
                {breakDo}
              </Command>
            )}
          </>
        )}
        {!isUp && isTurn && phase.value !== "idle" && now.people.length === 2 && (
          <Command name="swap" icon="swap" isOut={isOut} isQuiet title="S" onPress={() => press(() => client.swap())}>
            {swap}
          </Command>
        )}
        <Opener dialog="people" icon="people" keep>
          {now.people.length > 2 ? peopleCount(now.people.length) : people}
        </Opener>
        <Opener dialog="settings" icon="settings">
          {settings}
        </Opener>
        <Opener dialog="more" icon="more" keep handle>
          {more}
        </Opener>
      </div>
    </div>
  )
}

/** Starts, pauses or resumes; in a break it starts the turn after it. It is always in the same place. */
export const First = ({ session }: { readonly session: Session }) => {
  const { connection, looks, phase, room, startOrPause } = session
  const { endBreak, pause, resume, start, startBreak, startOf } = text.value
  const now = room.value
  if (now === null) return null
  const isOut = connection.value.state !== "live"
  const { driver, period, running } = now
  // A break that runs is ended here, by the one who drives after it.
  if (period === "break" && running) {
    return (
      <Command
        key="next"
        name="next"
        icon="play"
        isOut={isOut}
        isMain
        person={looks.value.get(driver)?.colour}
        title={endBreak}
        onPress={() => session.press(() => session.client.next())}
      >
        <Named text={startOf} name={driver} />
      </Command>
    )
  }
  return (
    <Command
      key={running ? "pause" : "start"}
      name={running ? "pause" : "start"}
      icon={running ? "pause" : "play"}
      isOut={isOut}
      isMain
      title="Space"
      onPress={startOrPause}
    >
      {running ? (
        pause
      ) : period === "break" ? (
        startBreak
      ) : phase.value === "up" ? (
        <Named text={startOf} name={driver} />
      ) : phase.value === "paused" ? (
        resume
      ) : (
        start
      )}
    </Command>
  )
}

/** What one does next most often: hand over, or, before the first turn, swap. */
export const Second = ({ session }: { readonly session: Session }) => {
  const { client, connection, phase, press, room, startsIn, twoMoreMinutes } = session
  const { endBreak, handOver, pause, swap, twoMore, wait } = text.value
  const now = room.value
  if (now === null) return null
  const isOut = connection.value.state !== "live"
  const isBreak = now.period === "break"
  if (phase.value === "up") {
    return startsIn.value === null ? (
      <Command key="two-more" name="two-more" icon="plus" isOut={isOut} onPress={twoMoreMinutes}>
        {twoMore}
      </Command>
    ) : (
      <Command key="wait" name="wait" icon="pause" isOut={isOut} onPress={() => press(() => client.pause())}>
        {wait}
      </Command>
    )
  }
  if (isBreak) {
    return now.running ? (
      <Command key="pause" name="pause" icon="pause" isOut={isOut} onPress={() => press(() => client.pause())}>
        {pause}
      </Command>
    ) : (
      <Command key="next" name="next" icon="next" isOut={isOut} onPress={() => press(() => client.next())}>
        {endBreak}
      </Command>
    )
  }
  // Before a turn has run there is nothing to hand over.
  return phase.value === "idle" ? (
    <Command key="swap" name="swap" icon="swap" isOut={isOut} title="S" onPress={() => press(() => client.swap())}>
      {swap}
    </Command>
  ) : (
    <Command key="next" name="next" icon="next" isOut={isOut} title="N" onPress={() => press(() => client.next())}>
      {handOver}
    </Command>
  )
}

interface CommandProps {
  readonly name: string
  readonly icon: IconName
  /** Is there no connection? It can be pressed all the same, and says why nothing happens. */
  readonly isOut: boolean
  readonly isOff?: boolean
  readonly isMain?: boolean
  readonly isQuiet?: boolean
  readonly person?: number | undefined
  readonly title?: string
  readonly onPress: () => void
  readonly children: ComponentChildren
}

const Command = ({ children, icon, isMain, isOff, isOut, isQuiet, name, onPress, person, title }: CommandProps) => (
  <button
    type="button"
    class={isMain ? "main" : isQuiet ? "quiet" : ""}
    disabled={isOff}
    aria-disabled={isOut}
    title={title}
    data-command={name}
    data-p={person}
    onClick={({ currentTarget, detail }) => {
      // Pressed by a pointer, it keeps no focus: the space bar starts and pauses.
      if (detail > 0) currentTarget.blur()
      onPress()
    }}
  >
    <Icon name={icon} />
    <span>{children}</span>
  </button>
)

interface OpenerProps {
  readonly dialog: DialogName
  readonly icon: IconName
  /** Is it there on narrow screens too? And on them alone? */
  readonly keep?: boolean
  readonly handle?: boolean
  readonly children: ComponentChildren
}

const Opener = ({ children, dialog, handle, icon, keep }: OpenerProps) => (
  <button
    type="button"
    class={classes("quiet", keep && "keep", handle && "sheet-handle")}
    aria-haspopup="dialog"
    data-command={dialog}
    onClick={opens(dialog)}
  >
    <Icon name={icon} />
    <span>{children}</span>
  </button>
)
