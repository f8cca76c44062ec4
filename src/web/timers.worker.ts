/** The worker that keeps time for a tab that nobody sees. */

/** The message to send back, and after how many milliseconds. */
export interface Order {
  readonly id: number
  readonly millis: number
}

addEventListener("message", ({ data: { id, millis } }: MessageEvent<Order>) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that of a worker has none
  setTimeout(() => postMessage(id), millis)
})
