/** Notifications of the system: whether they are allowed, and showing one. */
import { computed, signal } from "@preact/signals"
import { notify } from "../preferences.ts"

type Permission = NotificationPermission | "missing"

/** Browsers show them only of pages that are secure. */
const current = (): Permission => {
  try {
    return isSecureContext ? Notification.permission : "missing"
  } catch {
    return "missing"
  }
}

export const permission = signal(current())

/** What will happen when the time is up. */
export const notifications = computed<"on" | "off" | "blocked" | "missing">(() => {
  if (permission.value === "missing") return "missing"
  if (permission.value === "denied") return "blocked"
  return permission.value === "granted" && notify.value ? "on" : "off"
})

const look = () => {
  permission.value = current()
}

/** Hears what a person sets in the browser. */
export const watchPermission = async (): Promise<void> => {
  addEventListener("focus", look)
  try {
    const status = await navigator.permissions.query({ name: "notifications" })
    status.addEventListener("change", look)
  } catch {
    // It is looked at when the page has the focus again.
  }
}

/** Turns them on, and asks the person where that is needed. */
export const allow = async (): Promise<void> => {
  notify.value = true
  if (permission.value === "default") permission.value = await Notification.requestPermission()
}

/** Shows one; a later one of the same room takes its place. */
export const show = async (title: string, body: string, tag: string): Promise<void> => {
  if (notifications.value !== "on") return
  const options = { body, tag, icon: "/icon-192.png" }
  try {
    const notification = new Notification(title, options)
    notification.addEventListener("click", () => {
      window.focus()
      notification.close()
    })
  } catch {
    // Chrome on Android shows those of service workers alone.
    const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined)
    await worker?.showNotification(title, options).catch(() => {})
  }
}
