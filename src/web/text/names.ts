/** Names in the middle of a text. */

/** What stands before and after a name. */
export interface Around {
  readonly before: string
  readonly after: string
}

/**
 * A name that cannot turn round what stands beside it, whatever its script (Unicode's first strong isolate). For texts outside of
 * the page: titles, notices, labels. In the page `<bdi>` does the same.
 */
export const isolated = (name: string): string => `\u2068${name}\u2069`
