import type { Around } from "../text/names.ts"

/** A text with a name in it, which cannot turn round the words beside it. */
export const Named = ({ text, name }: { readonly text: Around; readonly name: string }) => (
  <span>
    {text.before}
    <bdi>{name}</bdi>
    {text.after}
  </span>
)
