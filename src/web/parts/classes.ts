/** The value of `class`: those names that are given, without those that do not hold now. */
export const classes = (...names: ReadonlyArray<string | false | undefined>): string => names.filter(Boolean).join(" ")
