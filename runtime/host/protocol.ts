// The only door between the page and the engine: types, and what reads columns. Everything here crosses a MessagePort by
// structured clone, so it is plain data. The engine side is host/worker.ts, the page's side ui/kernel/engine.ts.
import type { TableView } from '../connectors/database/database.ts'
import type { LogView } from '../connectors/log/log-view.ts'
import type { LateRecords } from '../cluster/late-records.ts'
import type { ComingHandle, ComingRecord } from './look-ahead.ts'
import type { TracedRecord } from '../cluster/time-tracer.ts'
import type { SavepointStop } from '../cluster/savepoint-request.ts'
import type { SavepointView } from '../cluster/savepoint-view.ts'
import type { SqliteFiles } from './load-sqlite.ts'
import type { RowKind } from '../record/row-kind.ts'
import type { RecoveryClaimMode } from '../graph/options.ts'
import type { Foreseen } from '../cluster/foresight.ts'
import type { ClusterAction } from '../cluster/cluster-action.ts'
import type { CompiledJob } from '../sandbox/compile.ts'
import type { Diagnostic, Span } from '../base/diagnostic.ts'
import type { CheckFailure, CheckReport, CheckResult, ExerciseJobs } from './check-report.ts'
import type { Destination, StepUnit } from '../travel/destination.ts'
import type { RunComparison } from '../travel/compare/comparison.ts'
import type {
  CallMoment,
  ChannelView,
  CheckpointDetail,
  CheckpointMoment,
  CheckpointsMoment,
  EdgeView,
  Hand,
  KeyedMoment,
  KeyMoment,
  Moment,
  NodeView,
  OpenedKey,
  OperatorStateMoment,
  StateContents,
  StateDetail,
  StateMoment,
  TaskMoment,
  TaskView,
  TimerMoment,
  Topology,
  VertexView,
  WindowsView,
} from '../cluster/moment.ts'
import type { Explanation, Question } from '../travel/why/explanation.ts'
import type { ChannelColumns, ElementMoment } from '../cluster/channel-columns.ts'
import type {
  JobMoment,
  MachinesMoment,
  SlotMoment,
  SlotRequestMoment,
  SlotUse,
  TaskManagerMoment,
} from '../cluster/task-manager-moment.ts'

export type * from '../cluster/savepoint-view.ts'
export type { ClusterAction, ComingHandle, ComingRecord, Destination, Foreseen, SqliteFiles, StepUnit, TracedRecord }
export type * from '../travel/why/explanation.ts'
export type { ComparedItem, ComparedKind, RunComparison, RunDifference } from '../travel/compare/comparison.ts'
export type { PrintProbe } from '../sandbox/print-probe.ts'
export type { CheckInput, CheckRun } from '../check/exercise-check.ts'
export type { CheckFailure, CheckReport, CheckResult, CompiledJob, Diagnostic, ExerciseJobs, Span }
export { elementsIn, kindAt, textAt } from '../cluster/channel-columns.ts'
export {
  EVENT_TURN,
  LATE_RULES,
  TRACE_CHECKPOINT,
  TRACE_EMITTED,
  TRACE_EVENT,
  TRACE_FAILURE,
  TRACE_LATE,
  TRACE_LATE_RULE,
  TRACE_LATE_WINDOW,
  TRACE_PANE,
  TRACE_PANE_SIZE,
  TRACE_RESTART,
  TRACE_STRIDE,
  TRACE_TIMER,
  TRACE_WATERMARK,
} from '../trace/trace-layout.ts'
export type { JobMoment, MachinesMoment, SlotMoment, SlotRequestMoment, SlotUse, TaskManagerMoment }
export type {
  CallMoment,
  ChannelColumns,
  ChannelView,
  CheckpointDetail,
  CheckpointMoment,
  CheckpointsMoment,
  EdgeView,
  ElementMoment,
  Hand,
  KeyedMoment,
  KeyMoment,
  Moment,
  NodeView,
  OpenedKey,
  OperatorStateMoment,
  StateContents,
  StateDetail,
  StateMoment,
  TaskMoment,
  TaskView,
  TimerMoment,
  Topology,
  VertexView,
  WindowsView,
}

/** What fixes a run beside the code: the same job and settings give the same rows and the same trace hash. */
export interface RunSettings {
  /** Default parallelism of the job, where the job itself doesn't set one. At least 1. */
  readonly parallelism?: number
  /** Seed of every random stream in the simulation. A safe integer. Default 1. */
  readonly seed?: number
  /** Virtual time in ms after which an endless job is ended; null runs on until stopped. */
  readonly untilMs?: number | null
  /** Virtual ms per real ms, null for as fast as possible. Decides when things are shown, never what happens. */
  readonly speed?: number | null
  /** How the simulated cluster is made, where it should differ from the default. Part of what fixes a run. */
  readonly cluster?: ClusterOptions
  /** By name of a source: what it reads instead of its own data. Part of what fixes a run. */
  readonly inputs?: Readonly<Record<string, readonly InputRecord[]>>
  /** Files of the run's virtual file system, by path from the root on. Part of what fixes a run. */
  readonly files?: Readonly<Record<string, string>>
  /** Further jobs on the same cluster, with the same clock. Part of what fixes a run. */
  readonly jobs?: readonly SubmittedJob[]
  /** Jobs that are cancelled at virtual times, from 1 in the order of submission. Part of what fixes a run. */
  readonly cancelsAt?: readonly { readonly atMs: number; readonly job: number }[]
  /** What it starts from; otherwise with nothing, unless the job's configuration names a file. Part of what fixes a run. */
  readonly savepoint?: RunSavepoint
  /** What it finds outside of the cluster; otherwise nothing. Part of what fixes a run. */
  readonly outside?: RunOutside
  /** Savepoints taken at virtual times. Part of what fixes a run. */
  readonly savepointsAt?: readonly { readonly atMs: number; readonly stop: SavepointStop }[]
  /** What is done to the cluster, and before which event. Part of what fixes a run. */
  readonly interventions?: readonly RunIntervention[]
  /** Changes of the parallelism at virtual times, of all operators that have none of their own. Part of what fixes a run. */
  readonly rescalesAt?: readonly { readonly atMs: number; readonly parallelism: number }[]
  /** Frames carry moments, and the transport (pause, play, step) is heard. Watching never changes a run. */
  readonly isWatched?: boolean
  /** A watched run waits before its first event. */
  readonly startsPaused?: boolean
  /** A watched run is first shown here, paused. */
  readonly startsAt?: Destination
}

/** A job that is submitted to the cluster of another. */
export interface SubmittedJob {
  readonly job: CompiledJob
  /** Virtual ms; at once unless given. */
  readonly atMs?: number
  /** That of the run unless given. */
  readonly parallelism?: number
  /** By name of a source, as those of the run's first job. */
  readonly inputs?: Readonly<Record<string, readonly InputRecord[]>>
}

/** What became of one of several jobs; files and changes of parallelism of the first are in the run's outcome. */
export interface JobOutcome extends Pick<RunOutcome, 'checkpoints' | 'savepoints' | 'rescales'> {
  /** From 1, in the order of submission. */
  readonly id: number
  readonly name: string
  /** Flink's JobStatus. RUNNING or RESTARTING where the run ended first. */
  readonly state: 'RUNNING' | 'RESTARTING' | 'FINISHED' | 'FAILED' | 'CANCELED'
  /** Why it failed; of the first job that is in the run's outcome. */
  readonly diagnostics: readonly Diagnostic[]
}

/** What an earlier run has left outside of the cluster: log, database and written files, as `Engine.outside` gives it. */
export interface RunOutside {
  /** Its name, for messages. */
  readonly file: string
  readonly text: string
}

/** What a run starts from: a savepoint, or a checkpoint that was kept. Virtual time goes on from where it was taken. */
export interface RunSavepoint {
  /** Its name, for messages. */
  readonly file: string
  /** The text of a SavepointFile. */
  readonly text: string
  /** State that no operator claims is left behind. Unless set, as the job's configuration says; else it's refused. */
  readonly allowNonRestoredState?: boolean
  /** CLAIM: the job takes the file over. Unless set, as the job's configuration says; else it stays its owner's. */
  readonly claimMode?: RecoveryClaimMode
}

/** Whether a job goes on after a savepoint. */
export type { SavepointStop }

/** Two courses of one run: what is done to its cluster in each, and up to which virtual ms they are looked at. */
export interface ComparedCourses {
  readonly here: readonly RunIntervention[]
  readonly there: readonly RunIntervention[]
  readonly untilMs: number
}

/** Something done to the cluster before the event with this index: events are counted 0, 1, 2, … */
export interface RunIntervention {
  readonly event: number
  readonly action: ClusterAction
}

/** What of the cluster can be set. Times in virtual µs, unless the name says ms. */
export interface ClusterOptions {
  /** Records in a buffer. */
  readonly bufferRecords?: number
  /** Most records a source reads in a turn. */
  readonly sourceRecords?: number
  /** Buffers a channel may have on the way or waiting. */
  readonly credits?: number
  readonly latencyUs?: number
  readonly bufferTimeoutUs?: number
  /** TaskManagers in the beginning, and slots of each; 0 slots stand for as many as the job asks for. */
  readonly taskManagers?: number
  readonly slotsPerTaskManager?: number
  readonly heartbeatIntervalMs?: number
  readonly heartbeatTimeoutMs?: number
  readonly slotRequestTimeoutMs?: number
}

/** A record of a replaced input. */
export interface InputRecord {
  /** Plain JSON. */
  readonly value: unknown
  /** Virtual ms since the job's start at which it can be read; in ascending order. Default: at once. */
  readonly atMs?: number
  /** Event timestamp in ms that the source gives it, if any. */
  readonly timestamp?: number
  /** Its split, if the source has several: subtasks share them, and each has watermarks of its own. */
  readonly split?: string
}

export type { RowKind, TableView }

/** A row as a sink got it. */
export interface SinkRow {
  /** Number of the job; absent for the first. */
  readonly job?: number
  readonly sink: string
  /** What it means to the table that the sink writes; `+I` wherever rows only ever come. */
  readonly kind: RowKind
  /** 0-based index of the sink's subtask. */
  readonly subtask: number
  /** Event timestamp in ms, null where the record has none. */
  readonly timestamp: number | null
  /** The value as JSON with tags for what JSON can't hold: `{"$bigint":"1"}`, `{"$number":"NaN"}`, `{"$map":[[k,v]]}`, `{"$set":[v]}`, `{"$date":"…"}`. */
  readonly value: string
  /** What Flink's print would show, without the `n> ` prefix. */
  readonly text: string
  /** Virtual time in ms at which the sink got the row. */
  readonly at: number
}

/** A line the learner's code wrote with `console`, or the cluster. */
export interface LogLine {
  /** Number of the job; absent for the first. */
  readonly job?: number
  readonly level: 'log' | 'info' | 'warn' | 'error' | 'debug'
  readonly text: string
  /** Why that happened of which the text tells: said behind it, after a colon, in the reader's language. */
  readonly cause?: Diagnostic
  readonly subtask: number
  readonly at: number
}

/** Where the run stands: in virtual ms since its start, in events, in rows. */
export interface RunPosition {
  readonly virtualMs: number
  readonly event: number
  /** Records of the turn under way that were processed; 0 between turns. */
  readonly record: number
  readonly rows: number
}

/** A batch from the running job: at most 60 a second, the next only after this one was taken. */
export interface Frame {
  readonly position: RunPosition
  readonly rows: readonly SinkRow[]
  /**
   * Number of the first of them in the run, from 0: how many before them count, wherever the run has gone. What was told
   * once needn't be told again, so remember all of it, or the last 100,000.
   */
  readonly rowsFirst: number
  readonly logs: readonly LogLine[]
  /** The same of the lines. */
  readonly logsFirst: number
  /** Trace entries since the last frame in the layout of trace/trace-layout.ts; its buffer is transferred. */
  readonly trace: Float64Array
  /** Number of the first of them in the run, from 0: a run that is executed again gives the same entries again. */
  readonly traceFirst: number
  /** Of a watched run: the records that entries of event time tell of. */
  readonly traced: readonly TracedRecord[]
  /** Trace entries that no longer fitted into the ring since the last frame. */
  readonly traceLost: number
  /** Of a watched run: what runs where. In its first frame, and once more after every change of the parallelism. */
  readonly topology: Topology | null
  /** Of a watched run: how everything stands now. */
  readonly moment: Moment | null
  readonly isPaused: boolean
  /**
   * Of a watched run: all that is done to its cluster, before and after this, by event: with it the run can be had again.
   * Null where that is what the last frame said.
   */
  readonly interventions: readonly RunIntervention[] | null
  /** The same with times: what was done to the run so far, and what is to be done to it again further on, in order. */
  readonly deeds: readonly Deed[]
  /** Virtual ms passed over since the last frame because nothing was moving and nothing due. */
  readonly skippedMs: number
  /** The run was executed again from its start: rows and logs are those from there on. */
  readonly isAnew: boolean
  /** Something was done in the past: what was known of the run after this is another run's. */
  readonly isFork: boolean
  /** On the way to another place: more follows at once, `moment` is null. */
  readonly isPassing: boolean
  /** The run was another one when it went on from a keyframe: the job remembers something where nobody sees it. */
  readonly isImpure: boolean
}

/** Something done to the run. */
export interface Deed extends RunIntervention {
  /** When, in virtual ms; null where the run hasn't been there yet. */
  readonly atMs: number | null
  /** It lies behind the place that is shown. */
  readonly isDone: boolean
}

/** How a run ended. `until`: virtual time was up; `stopped`: somebody stopped it. */
export interface RunOutcome {
  readonly state: 'finished' | 'until' | 'stopped' | 'failed'
  readonly position: RunPosition
  /** Hash of the whole run: 16 hex digits, the same in Node and in the browser. */
  readonly hash: string
  /** Why it failed, or what should be known all the same. */
  readonly diagnostics: readonly Diagnostic[]
  /** Operators that dropped records because they came too late. */
  readonly lateRecords: readonly LateRecords[]
  /** All that was done to the cluster, with its events: with these the same settings give the same run again. */
  readonly interventions: readonly RunIntervention[]
  /** The plan document as JSON text, null if the job didn't get that far. */
  readonly plan: string | null
  /** All jobs that were submitted, the first one too. */
  readonly jobs: readonly JobOutcome[]
  /** Changes of the parallelism, in order; those that came to nothing say why. */
  readonly rescales: readonly {
    readonly parallelism: number
    readonly atMs: number
    readonly diagnostic: Diagnostic | null
  }[]
  /** Checkpoints that outlive the job, as its configuration says, oldest first. A run can start from each. */
  readonly checkpoints: readonly SavepointFile[]
  /** What the run started from was claimed by the job, and is needed no more: its file may be deleted. */
  readonly isSavepointGone: boolean
  /** Savepoints that were taken or came to nothing, in order. */
  readonly savepoints: readonly SavepointOutcome[]
  /** What file sinks have written. */
  readonly files: readonly FileOutput[]
  /** What the log holds. */
  readonly topics: readonly TopicOutput[]
  /** Tables of the database. */
  readonly tables: readonly TableView[]
}

/** A savepoint as a file, to be kept, looked into, and started from. */
export interface SavepointFile {
  /** `savepoint-3`, in the folder that the job's configuration says. */
  readonly path: string
  readonly kind: 'savepoint' | 'checkpoint'
  /** Savepoints and checkpoints of a run are numbered together. */
  readonly checkpointId: number
  /** Virtual ms at which it was complete. */
  readonly atMs: number
  readonly text: string
  /** Of one that was asked for: all that had been done to the run by then, itself included. With that the same run gives it again. */
  readonly madeBy?: readonly RunIntervention[]
}

/** How a savepoint came out. */
export type SavepointOutcome =
  { readonly file: SavepointFile; readonly diagnostic: null } | { readonly file: null; readonly diagnostic: Diagnostic }

/** A look into a savepoint, or why there's none. */
export type InspectedSavepoint =
  { readonly view: SavepointView; readonly diagnostic: null } | { readonly view: null; readonly diagnostic: Diagnostic }

/** A part file as a sink has left it. Only finished ones are for readers. */
export interface FileOutput {
  readonly path: string
  readonly state: 'in-progress' | 'pending' | 'finished'
  readonly text: string
}

/** A topic of the log, by partition. */
export interface TopicOutput {
  readonly topic: string
  readonly partitions: readonly (readonly {
    readonly offset: number
    /** As in SinkRow; null for none. */
    readonly key: string | null
    readonly value: string
    readonly timestamp: number | null
    readonly at: number
    /** What became of the transaction it was written in; outside of one it's committed. */
    readonly state: 'committed' | 'open' | 'aborted'
  }[])[]
}

/** Rows of a table, or what is wrong with the query. */
export interface TableOutput {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | boolean | null)[])[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The log at a moment: keys and values as in SinkRow's `value`. */
export type LogOutput = LogView<string, number | null>

/** How much of the state moments carry: of each subtask so many keys, and always those at hand. */
export interface WatchDetail {
  readonly keys: number
  /** Number of the checkpoint that is carried in full, of the last ten; the newest unless given. */
  readonly checkpoint?: number | null
  /** What is wanted of state besides: key groups, a search, a key in full, operator state. Nothing unless given. */
  readonly state?: StateDetail | null
}

/** A question about the run, or what the same job prints, compiled with an expression in one of its lines. */
export type RunQuestion = Question | { readonly kind: 'print'; readonly job: CompiledJob }

/** The engine in its worker, wrapped by Comlink. One job at a time. */
export interface Engine {
  /** Answers when the engine is ready; names its version. */
  hello(): Promise<{ readonly version: string }>
  /** Runs the job to its end. `onFrame` is awaited: rows arrive in order and none after the outcome. */
  run(job: CompiledJob, settings: RunSettings, onFrame: (frame: Frame) => void | Promise<void>): Promise<RunOutcome>
  /**
   * Checks the job against the exercise. `onReport` gets the report so far as soon as a check has failed: the whole one,
   * with the mistake's name, takes a little longer.
   */
  check(job: CompiledJob, exercise: ExerciseJobs, onReport: (report: CheckReport) => void): Promise<CheckReport>
  /** Holds a watched run before its next record. */
  pause(): Promise<void>
  /** Goes on, at this speed: virtual ms per real ms, null for as fast as possible. */
  play(speed: number | null): Promise<void>
  /**
   * Executes two courses of a job that differ in what was done to it, and says where they part. Null where it can't run, or
   * somebody has asked anew meanwhile. Needs no run under way.
   */
  compare(job: CompiledJob, settings: RunSettings, courses: ComparedCourses): Promise<RunComparison | null>
  /** One step of a watched run, which is paused afterwards. */
  step(unit: StepUnit): Promise<void>
  /** Does this to the cluster of the running job, at the end of the turn under way. Says what is wrong with it, if anything. */
  intervene(action: ClusterAction): Promise<readonly Diagnostic[]>
  /** The records that the sources of a watched run will give next, in their order; at most so many. Empty if it takes too long. */
  lookAhead(records: number): Promise<readonly ComingRecord[]>
  /** What it would do, if it were done now; null where no job runs that is watched. */
  foresee(action: ClusterAction): Promise<Foreseen | null>
  /**
   * Makes the run anew without the deed of this number, counted from 0, and goes to where it is now. Later deeds are done
   * again at their times; what is wrong with those that can't be is the answer.
   */
  withdraw(deed: number): Promise<readonly Diagnostic[]>
  /** Goes to another place of a watched run, forward or back, and pauses there. The last one asked for counts. */
  seek(destination: Destination): Promise<void>
  /**
   * Answers a question about a watched run, by executing it once more up to where it's shown. Null where a newer question
   * came meanwhile, or something was done to the run, or none is under way.
   */
  explain(question: RunQuestion): Promise<Explanation | null>
  /** From now on moments carry so much; a paused run sends one at once. */
  watch(detail: WatchDetail): Promise<void>
  /**
   * Takes a savepoint of the running job, at the end of the turn under way. Answers when it's complete or has come to
   * nothing; a paused run must go on for that.
   */
  savepoint(stop: SavepointStop): Promise<SavepointOutcome>
  /**
   * Changes the parallelism of the running job, of all operators that have none of their own: it stops with a snapshot and
   * goes on from that. Answers with why it came to nothing, or null; a paused run must go on for that.
   */
  rescale(parallelism: number): Promise<Diagnostic | null>
  /** Operators, states, keys and values of a savepoint's file: of each operator at most so many rows of keyed state. */
  inspectSavepoint(file: RunSavepoint, rows: number): Promise<InspectedSavepoint>
  /** Where runs that use SQLite have it from: asked when the first of them begins. */
  provideSqlite(files: () => Promise<SqliteFiles>): Promise<void>
  /** Asks the database of the running job, or of the last one, with a SELECT. */
  query(sql: string): Promise<TableOutput>
  /**
   * The world outside of the running job, or of the last one, as a file's text: with it another run goes on with the same
   * topics, tables and files, at the time at which it was kept.
   */
  outside(): Promise<string>
  /** The tables of the running job, or of the last one. */
  viewTables(): Promise<readonly TableView[]>
  /** The log of the running job, or of the last one: of each partition the last so many records. */
  viewLog(records: number): Promise<LogOutput>
  /** Ends the running job at the next turn, or the check after the run under way; does nothing when none runs. A job stuck in the learner's code can't hear it: terminate the worker then. */
  stop(): Promise<void>
}
