import { THEMES, theme } from "../preferences.ts"
import { language, switchLanguage, text } from "../text/index.ts"
import { Icon } from "./Icon.tsx"

const ICONS = { auto: "auto", light: "sun", dark: "moon" } as const

const SHORT = { en: "EN", ko: "한" } as const

/** The switches of language and colours. */
export const Settings = () => {
  const { switchLanguage: label, themes } = text.value
  const other = language.value === "en" ? "ko" : "en"
  return (
    <>
      <button type="button" class="quiet" lang={other} onClick={switchLanguage}>
        <span class="long">{label}</span>
        <span class="short" aria-hidden="true">
          {SHORT[other]}
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
