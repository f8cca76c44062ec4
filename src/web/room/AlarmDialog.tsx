import { Dialog, type DialogProps } from "../parts/Dialog.tsx"
import { autoStart, notify, volume, warning } from "../preferences.ts"
import { text } from "../text/index.ts"
import { allow, notifications, permission, show } from "./notification.ts"
import { ALARM, play } from "./sound.ts"

/** What this browser does when the time is up. */
export const AlarmDialog = ({ onClose }: DialogProps) => (
  <Dialog title={text.value.alarm} onClose={onClose}>
    <AlarmSettings />
  </Dialog>
)

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
