/** The version of Pairroom, and of its API. A test compares it with `package.json`. */
export const VERSION = "0.1.0"
