/** The language of the page: the browser's, until the person switches. */
import { computed } from "@preact/signals"
import { kept } from "../kept.ts"
import type { Text } from "./en.ts"
import { isLanguage, type Language, LANGUAGES, languageOf } from "./languages.ts"

const chosen = kept<Language | null>(
  "language",
  null,
  (value): value is Language | null => value === null || isLanguage(value)
)

export const language = computed(() => chosen.value ?? languageOf(navigator.languages))

/** What the page says now. */
export const text = computed<Text>(() => LANGUAGES[language.value])

export const switchLanguage = (): void => {
  chosen.value = language.value === "en" ? "ko" : "en"
}
