// What a trace is: rows of numbers in one Float64Array, so that it crosses to the page by transfer and costs no objects.
// The layout outlives a run: change it only together with TRACE_VERSION.

export const TRACE_VERSION = 2

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
/**
 * A record has its event time now: at its source, or where the stream's timestamps are assigned. Only of watched runs, and
 * of many only every so many-th. a = timestamp in ms, b = its number in the task × EVENT_TURN + its place in the turn.
 */
export const TRACE_EVENT = 13
/** A source, or where timestamps are assigned, emitted a watermark; only of watched runs: a = timestamp in ms. */
export const TRACE_EMITTED = 14
/**
 * A record came too late; only of watched runs, and of many only every so many-th. a = its timestamp, b = the watermark
 * it lost against. The next entry is TRACE_LATE_RULE.
 */
export const TRACE_LATE = 15
/** Of the late record before: a = by which rule (LATE_RULES), b = 1 if a side output got it, 0 if it was dropped. */
export const TRACE_LATE_RULE = 16
/** Of the late record before, at windows: a = last ms of the last window it belonged to, b = allowed lateness in ms. */
export const TRACE_LATE_WINDOW = 17
/** A window fired; only of watched runs. a = its start, b = its end. The next entry is TRACE_PANE_SIZE. */
export const TRACE_PANE = 18
/** Of the window before: a = keys, b = records, NaN where only what they were folded into was kept. */
export const TRACE_PANE_SIZE = 19

/** Places that a turn may have, in TRACE_EVENT. */
export const EVENT_TURN = 65_536

/** By which rule a record is too late. The order stands in traces: never change it. */
export const LATE_RULES = ['window', 'interval-join', 'pattern'] as const
