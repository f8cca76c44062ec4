import type { Look } from "../room/people.ts"
import { initialOf } from "../room/people.ts"

/** A disc in the colour of a person, with the first letter of the name. */
export const Avatar = ({ name, look }: { readonly name: string; readonly look: Look | undefined }) => (
  <span class={look?.again ? "avatar again" : "avatar"} aria-hidden="true" data-moves={`${name} avatar`}>
    {initialOf(name)}
  </span>
)
