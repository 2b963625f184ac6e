// The page's own pace: what it was told is on the screen before it's told more.

/** The engine waits for this before it sends more: never more frames than the page can show. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    // A hidden page isn't painted, but its run goes on.
    const timer = setTimeout(resolve, 250)
    requestAnimationFrame(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
