import { type ComponentChildren, createContext } from "preact"

/** What there is to say in front of a dialog too: what lies behind it can be neither seen nor pressed. */
export const Notes = createContext<ComponentChildren>(null)
