/** The language of the page: the browser's, until the person switches. */
import { computed } from "@preact/signals"
import { kept } from "../kept.ts"
import { en, type Text } from "./en.ts"
import { ko } from "./ko.ts"

const LANGUAGES = { en, ko } satisfies Record<string, Text>
export type Language = keyof typeof LANGUAGES

const isLanguage = (value: unknown): value is Language => typeof value === "string" && Object.hasOwn(LANGUAGES, value)

/** The first language that the browser asks for and the page speaks. */
export const languageOf = (wanted: ReadonlyArray<string>): Language =>
  wanted.map((tag) => tag.toLowerCase().split("-")[0]).find(isLanguage) ?? "en"

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

/** A time of day, as the language writes it. */
export const clockTime = (millis: number): string =>
  new Intl.DateTimeFormat(language.value, { hour: "numeric", minute: "2-digit" }).format(millis)
