import { Icon } from "../parts/Icon.tsx"
import { Switch } from "../parts/Switch.tsx"
import { awake, muted, notify, repeat, silent, tune, type Tune, volume, warning } from "../preferences.ts"
import { text } from "../text/index.ts"
import { allow, notifications, permission } from "./notification.ts"
import { play, TUNES } from "./sound.ts"
import { isAwake } from "./wakeLock.ts"

/** Null for none. What is chosen is heard. */
const choose = (name: Tune | null) => {
  silent.value = name === null
  if (name === null) return
  tune.value = name
  void play(TUNES[name])
}

/** What this browser does when the time is up, and while it runs. */
export const DeviceSettings = () => {
  const { awake: stays, awakeOn, forMe, hear, notify: notice, notifyAsk, notifyBlocked, notifyMissing } = text.value
  const { none, repeat: again, sound, tunes, volume: loudness, warning: before } = text.value
  const chosen = muted.value ? null : tune.value
  return (
    <div class="group">
      <h3>{forMe}</h3>
      <fieldset class="choice">
        <legend>{sound}</legend>
        {([...(Object.keys(TUNES) as Array<Tune>), null] as const).map((name) => (
          <label key={name ?? "none"}>
            <input
              type="radio"
              name="tune"
              value={name ?? "none"}
              checked={chosen === name}
              onChange={() => choose(name)}
            />
            <span>{name === null ? none : tunes[name]}</span>
          </label>
        ))}
      </fieldset>
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
        <button
          type="button"
          data-command="hear"
          disabled={volume.value === 0 || chosen === null}
          onClick={() => void play(TUNES[tune.value])}
        >
          <Icon name="play" />
          {hear}
        </button>
      </div>
      <div>
        <Switch label={again} kept={repeat} />
        <Switch label={before} kept={warning} />
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
          <span>{notice}</span>
        </label>
        {permission.value === "denied" && <p class="hint">{notifyBlocked}</p>}
        {permission.value === "missing" && <p class="hint">{notifyMissing}</p>}
        {permission.value === "default" && <p class="hint">{notifyAsk}</p>}
        {isAwake.value !== undefined && (
          <Switch label={stays} kept={awake}>
            {isAwake.value && <span class="hint">{awakeOn}</span>}
          </Switch>
        )}
      </div>
    </div>
  )
}
