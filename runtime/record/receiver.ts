// The grammar inside a task: elements are pushed into a Receiver, in order. The next operator of a chain is one, and so
// is what writes to channels.

/** Takes the elements of a stream. */
export interface Receiver {
  /** Of the classes that most records pass through, which one it is: see Outlet. One class for each. */
  readonly place?: 'channel' | 'run' | 'sink'
  /** `timestamp` is in ms, NaN where the record has none. */
  processElement(value: unknown, timestamp: number): void
  /** Nothing at or below the timestamp is expected any more. */
  processWatermark(timestamp: number): void
  /** Whether downstream should wait for this stream's watermarks. */
  processStatus(isIdle: boolean): void
}

/** Swallows everything: the output of a stream that nobody reads. */
export const NOWHERE: Receiver = {
  processElement() {},
  processWatermark() {},
  processStatus() {},
}
