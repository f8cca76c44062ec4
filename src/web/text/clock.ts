/** Returns a time of day by the clock of this machine, from milliseconds: `14:20`. It is the same in every language, and short enough for the dial. */
export const clockTime = (millis: number): string => new Date(millis).toTimeString().slice(0, 5)
