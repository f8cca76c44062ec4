import type { ComponentChildren } from "preact"
import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { DialogIcon, type DialogIconName } from "../parts/DialogIcon.tsx"
import { Named } from "../parts/Named.tsx"
import { THEMES, theme } from "../preferences.ts"
import { grouped } from "../../domain/TypedCode.ts"
import { language, switchLanguage, text } from "../text/index.ts"
import { toggleFullScreen } from "./keyboard.ts"
import { type DialogName, opens } from "./open.ts"
import { popOut } from "./popOut.tsx"
import type { Session } from "./session.ts"

type Props = DialogProps & { readonly session: Session }

interface ItemProps {
  readonly icon: DialogIconName
  readonly name: string
  readonly note?: string | undefined
  readonly lang?: string | undefined
  readonly onPress: () => void
  readonly children: ComponentChildren
}

const Item = ({ children, icon, lang, name, note, onPress }: ItemProps) => (
  <button type="button" class="quiet" lang={lang} data-item={name} onClick={onPress}>
    <DialogIcon name={icon} />
    <span>{children}</span>
    <span class="note">{note}</span>
  </button>
)

/** Opens another dialog in the place of this one. */
const Way = ({ to, ...item }: Omit<ItemProps, "name" | "onPress"> & { readonly to: DialogName }) => (
  <Item {...item} name={to} onPress={opens(to)} />
)

/** What is rarely needed: of the screen, of the page, of the connection. */
export const MenuDialog = ({ session, onClose }: Props) => {
  const { connection, connectionOf, delay, fullScreen, history, language: other, menu, more } = text.value
  const { popOut: out, reset, share, shortcuts, theme: colours, themes } = text.value
  const { client, press, room } = session
  const { state, delay: millis } = session.connection.value
  const live = [connection[state], millis === null ? undefined : delay(millis)].filter(Boolean).join(", ")
  return (
    <Dialog title={menu} place="corner" onClose={onClose}>
      <div class="menu">
        <Item
          icon="out"
          name="pop-out"
          onPress={() => {
            onClose()
            void popOut(session)
          }}
        >
          {out}
        </Item>
        {room.value?.status === "IN_PROGRESS" && (
          <Item
            icon="reset"
            name="reset"
            onPress={() => {
              onClose()
              press(() => client.reset())
            }}
          >
            {reset}
          </Item>
        )}
        <Way icon="more" to="more">
          {more}
        </Way>
        <Item icon="full" name="full" note="F" onPress={toggleFullScreen}>
          {fullScreen}
        </Item>
        <Way icon="history" to="history" note="H">
          {history}
        </Way>
        <Way icon="keys" to="shortcuts" note="?">
          {shortcuts}
        </Way>
        <Item
          icon={theme.value === "light" ? "sun" : theme.value === "dark" ? "moon" : "auto"}
          name="theme"
          note={themes[theme.value]}
          onPress={() => {
            theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "auto"
          }}
        >
          {colours}
        </Item>
        <Item icon="globe" name="language" lang={language.value === "en" ? "ko" : "en"} onPress={switchLanguage}>
          {other}
        </Item>
        <Way icon="share" to="share" note={grouped(session.code)}>
          {share}
        </Way>
        <p class="hint" data-delay={millis}>
          {connectionOf}: {live}
        </p>
      </div>
    </Dialog>
  )
}

/** What a narrow screen has no room for. */
export const MoreDialog = ({ session, onClose }: Props) => {
  const { addMinute, breakDo, editGoal, history, isAway, more, people, popOut: out } = text.value
  const { settings, swap, thisTurn } = text.value
  const { canAddMinute, client, phase, press, room } = session
  const doing = (command: () => void) => () => {
    onClose()
    command()
  }
  return (
    <Dialog title={more} place="drawer" onClose={onClose}>
      <div class="menu">
        {canAddMinute.value && phase.value !== "up" && (
          <Item icon="plus" name="add-minute" note={thisTurn} onPress={doing(session.addMinute)}>
            {addMinute}
          </Item>
        )}
        {room.value?.period === "turn" && (
          <Item icon="cup" name="break" onPress={doing(() => press(() => client.takeBreak()))}>
            {breakDo}
          </Item>
        )}
        {phase.value === "up" && room.value !== null && room.value.people.length > 2 && (
          <Item
            icon="next"
            name="skip"
            onPress={doing(() => press(() => client.changePerson(room.value?.driver ?? "", { away: true })))}
          >
            <Named text={isAway} name={room.value.driver} />
          </Item>
        )}
        <Item icon="swap" name="swap" onPress={doing(() => press(() => client.swap()))}>
          {swap}
        </Item>
        <Way icon="people" to="people">
          {people}
        </Way>
        <Way icon="pen" to="goal" note={room.value?.goal}>
          {editGoal}
        </Way>
        <Way icon="history" to="history">
          {history}
        </Way>
        <Item icon="out" name="pop-out" onPress={doing(() => void popOut(session))}>
          {out}
        </Item>
        <Way icon="settings" to="settings">
          {settings}
        </Way>
      </div>
    </Dialog>
  )
}

export const ShortcutsDialog = ({ onClose }: Props) => {
  const { addMinute, fullScreen, handOver, history, shortcuts, startOrPause, swap, undo } = text.value
  const keys = {
    Space: startOrPause,
    N: handOver,
    S: swap,
    "+": `+${addMinute}`,
    H: history,
    F: fullScreen,
    U: undo,
    "?": shortcuts
  }
  return (
    <Dialog title={shortcuts} onClose={onClose}>
      <dl class="keys">
        {Object.entries(keys).map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
