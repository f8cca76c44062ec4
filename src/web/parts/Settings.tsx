import { THEMES, theme } from "../preferences.ts"
import { switchLanguage, text } from "../text/index.ts"
import { Icon } from "./Icon.tsx"

const ICONS = { auto: "auto", light: "sun", dark: "moon" } as const

/** The switches of language and colours. */
export const Settings = () => {
  const { switchLanguage: label, themes } = text.value
  return (
    <>
      <button type="button" class="quiet" lang={label === "Show in English" ? "en" : "ko"} onClick={switchLanguage}>
        <span class="wide">{label}</span>
        <span class="narrow" aria-hidden="true">
          {label === "Show in English" ? "EN" : "한"}
        </span>
      </button>
      <button
        type="button"
        class="round"
        aria-label={themes[theme.value]}
        title={themes[theme.value]}
        onClick={() => {
          theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "auto"
        }}
      >
        <Icon name={ICONS[theme.value]} />
      </button>
    </>
  )
}
