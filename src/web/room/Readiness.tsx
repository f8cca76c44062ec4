import { useState } from "preact/hooks"
import { Icon } from "../parts/Icon.tsx"
import { volume } from "../preferences.ts"
import { text } from "../text/index.ts"
import { AlarmDialog } from "./dialogs.ts"
import { notifications } from "./notification.ts"
import { sound } from "./sound.ts"

/** Whether sound and notifications are ready, before they are needed. */
export const Readiness = () => {
  const { notificationsBlocked, notificationsMissing, notificationsOff, notificationsOn } = text.value
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
      {isOpen && <AlarmDialog onClose={() => setOpen(false)} />}
    </>
  )
}
