import { useState } from "preact/hooks"
import { Dialog } from "../parts/Dialog.tsx"
import { Icon } from "../parts/Icon.tsx"
import { autoStart, notify, volume, warning } from "../preferences.ts"
import { text } from "../text/index.ts"
import { allow, notifications, permission, show } from "./notification.ts"
import { ALARM, play, sound } from "./sound.ts"

/** Whether sound and notifications are ready, before they are needed, and how this browser is set. */
export const Readiness = () => {
  const { alarm, notificationsBlocked, notificationsMissing, notificationsOff, notificationsOn } = text.value
  const { soundLocked, soundMissing, soundOff, soundReady } = text.value
  const [isOpen, setOpen] = useState(false)
  const heard = sound.value === "ready" && volume.value === 0 ? "off" : sound.value
  const sounds = { ready: soundReady, locked: soundLocked, missing: soundMissing, off: soundOff }
  const told = {
    on: notificationsOn,
    off: notificationsOff,
    blocked: notificationsBlocked,
    missing: notificationsMissing
  }
  return (
    <>
      <div class="readiness">
        <button type="button" class="quiet" aria-haspopup="dialog" data-sound={heard} onClick={() => setOpen(true)}>
          <Icon name={heard === "ready" ? "sound" : "silent"} />
          {sounds[heard]}
        </button>
        <button
          type="button"
          class="quiet"
          aria-haspopup="dialog"
          data-notifications={notifications.value}
          onClick={() => setOpen(true)}
        >
          <Icon name="bell" />
          {told[notifications.value]}
        </button>
      </div>
      {isOpen && (
        <Dialog title={alarm} onClose={() => setOpen(false)}>
          <AlarmSettings />
        </Dialog>
      )}
    </>
  )
}

const AlarmSettings = () => {
  const { autoStart: byItself, notify: label, notifyBlocked, notifyMissing, test, testNotification } = text.value
  const { timeUp, volume: loudness, warning: before } = text.value
  return (
    <div class="settings">
      <div class="row">
        <label class="field">
          <span>{loudness}</span>
          <input
            type="range"
            min="0"
            max="100"
            step="5"
            value={volume}
            onInput={({ currentTarget }) => {
              volume.value = Number(currentTarget.value)
            }}
          />
        </label>
        <button type="button" data-command="test-sound" disabled={volume.value === 0} onClick={() => void play(ALARM)}>
          {test}
        </button>
      </div>
      <Switch label={before} kept={warning} />
      <div class="row">
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={notifications.value === "on"}
            disabled={permission.value === "missing" || permission.value === "denied"}
            onChange={({ currentTarget }) => {
              if (currentTarget.checked) void allow()
              else notify.value = false
            }}
          />
          <span>{label}</span>
        </label>
        <button
          type="button"
          data-command="test-notification"
          disabled={notifications.value !== "on"}
          onClick={() => show(timeUp, testNotification, "test")}
        >
          {test}
        </button>
      </div>
      {permission.value === "denied" && <p class="hint">{notifyBlocked}</p>}
      {permission.value === "missing" && <p class="hint">{notifyMissing}</p>}
      <Switch label={byItself} kept={autoStart} />
    </div>
  )
}

const Switch = ({ label, kept }: { readonly label: string; readonly kept: { value: boolean } }) => (
  <label class="switch">
    <input
      type="checkbox"
      role="switch"
      checked={kept.value}
      onChange={({ currentTarget }) => {
        kept.value = currentTarget.checked
      }}
    />
    <span>{label}</span>
  </label>
)
