/** Real time, which is what these tests are about. */
export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

/** Waits until something is so, or for so many milliseconds. */
export const until = async (isSo: () => boolean, most: number): Promise<void> => {
  const end = performance.now() + most
  while (!isSo() && performance.now() < end) await sleep(50)
}
