/** The languages that the page speaks. */
import { en, type Text } from "./en.ts"
import { ko } from "./ko.ts"

export const LANGUAGES = { en, ko } satisfies Record<string, Text>
export type Language = keyof typeof LANGUAGES

export const isLanguage = (value: unknown): value is Language =>
  typeof value === "string" && Object.hasOwn(LANGUAGES, value)

/** The first language that the browser asks for and the page speaks. */
export const languageOf = (wanted: ReadonlyArray<string>): Language =>
  wanted.map((tag) => tag.toLowerCase().split("-")[0]).find(isLanguage) ?? "en"
