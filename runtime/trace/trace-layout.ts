// What a trace is: rows of numbers in one Float64Array, so that it crosses to the page by transfer and costs no objects.
// The layout outlives a run: change it only together with TRACE_VERSION.

export const TRACE_VERSION = 1

/** Numbers in an entry: event index, virtual time in µs, kind, task id (-1 for the job), and two that depend on the kind. */
export const TRACE_STRIDE = 6

/** A task became ready to run (a = 1) or ended (a = 0). */
export const TRACE_TASK = 1
/** A turn: a = records consumed, b = its duration in µs. */
export const TRACE_TURN = 2
/** A buffer was sealed and sent: a = channel id, b = records. */
export const TRACE_SEND = 3
/** A buffer arrived: a = channel id, b = records. */
export const TRACE_DELIVER = 4
/** A watermark reached the head of a task: a = timestamp in ms. */
export const TRACE_WATERMARK = 5
/** The input of a task became idle (a = 1) or active again (a = 0). */
export const TRACE_STATUS = 6
/** A timer fired: a = its timestamp, b = 1 for event time, 0 for processing time. */
export const TRACE_TIMER = 7
/** A sink got a row: a = number of the row, b = its timestamp or NaN. */
export const TRACE_ROW = 8
/** The task failed: a = index of the record in its turn, -1 where it wasn't at a record. */
export const TRACE_FAILURE = 9
/** A checkpoint (task -1): a = its number, b = 0 begun, 1 completed, 2 given up. */
export const TRACE_CHECKPOINT = 10
/** The job was deployed anew after a failure (task -1): a = which attempt, b = the checkpoint it starts from, 0 for none. */
export const TRACE_RESTART = 11
/** A task is in another state: a = its place in TASK_STATES. */
export const TRACE_STATE = 12
