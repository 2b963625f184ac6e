// What a lesson is once its Markdown has been read: plain data that components draw. The reading happens when the page is
// built (ui/build/lesson/); a page never sees Markdown. The closed list of directives is the list of block kinds here.

import type { ExerciseJobs } from '../../runtime/host/protocol.ts'

export type Bilingual = Readonly<Record<'en' | 'zh', string>>

/** All lessons and exercises there are, in order: small enough to be in the page from the start. */
export interface Catalogue {
  readonly chapters: readonly {
    readonly id: string
    readonly title: Bilingual
    readonly lessons: readonly LessonEntry[]
  }[]
  readonly exercises: readonly ExerciseEntry[]
}

/** An exercise is a page of its own, made like a lesson. */
export interface ExerciseEntry {
  /** The folder's name, `01-fraud-flag`: what lessons and the command line call it. */
  readonly name: string
  /** `exercise/fraud-flag`: its address. */
  readonly id: string
  readonly title: Bilingual
  readonly minutes: number
}

export interface LessonEntry {
  /** `fraud-detection/remember`: the folders without their number prefixes; also the lesson's address. */
  readonly id: string
  readonly title: Bilingual
  readonly minutes: number
  /** How many runs it has. */
  readonly runs: number
  /** Names of the exercises it contains. */
  readonly exercises: readonly string[]
}

/** A lesson with everything it needs, in both languages. */
export interface LessonBundle {
  readonly id: string
  readonly texts: Readonly<Record<'en' | 'zh', LessonText>>
  /** The files of start/, by name. Jobs are entries among them with whatever they import. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly inputs: readonly LessonInput[]
  /** Null in a lesson. */
  readonly exercise: ExercisePart | null
}

/** What an exercise has beside its task. */
export interface ExercisePart {
  readonly name: string
  /** The job's entry file. */
  readonly job: string
  readonly jobs: ExerciseJobs
  /** The model solution's files, shown once the exercise is passed. */
  readonly solution: readonly { readonly name: string; readonly text: string }[]
  /** By name of a wrong answer: what is wrong with it. */
  readonly explanations: Readonly<Record<string, Readonly<Record<'en' | 'zh', Explanation>>>>
}

export interface Explanation {
  readonly title: readonly Inline[]
  readonly blocks: readonly Block[]
}

/** `inputs/<name>.jsonl`: data of our own that a run can read in place of a source's. */
export interface LessonInput {
  readonly name: string
  /** Name of the source it replaces. */
  readonly source: string
  readonly title: Bilingual
  readonly records: readonly { readonly value: unknown; readonly atMs?: number; readonly timestamp?: number }[]
}

export interface LessonText {
  readonly title: string
  readonly goal: string
  readonly needs: readonly string[]
  readonly minutes: number
  /** The page of Flink's documentation it mirrors. */
  readonly source: string
  readonly blocks: readonly Block[]
  /** A translation of an older original. */
  readonly isStale: boolean
}

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'emphasis' | 'strong'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  /** `:term[keyed state]{name=keyed-state}`: an entry of the glossary. */
  | { readonly kind: 'term'; readonly name: string; readonly children: readonly Inline[] }
  /** `:stage[look at the state]{view=state}`: the one stage action: opens a view, and shows an operator where one is named. */
  | {
      readonly kind: 'stage'
      readonly view: StageView | null
      readonly node: string | null
      readonly children: readonly Inline[]
    }

/** The views of the stage, in the order of their tabs. */
export const STAGE_VIEWS = ['dataflow', 'time', 'state', 'checkpoints', 'results', 'log'] as const
export type StageView = (typeof STAGE_VIEWS)[number]

export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly id: string; readonly children: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly (readonly Block[])[] }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  /** Code that isn't run. */
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  /** `::cell{file=FraudDetector.ts}`: an editable file of start/. Several cells, one job. */
  | { readonly kind: 'cell'; readonly file: string }
  /** `::view{name=state}`: opens this view of the stage when a run is started below it. */
  | { readonly kind: 'view'; readonly name: StageView }
  /** `::run[Run it]{job=FraudDetectionJob.ts input=two-accounts parallelism=2 until=5500 view=dataflow id=first}` */
  | RunBlock
  /** A `:::predict` container: the question, then a list of choices, each a number of rows. */
  | PredictBlock
  /** A `:::quiz` container: the question, then a task list; what follows a choice's ` — ` says why. */
  | {
      readonly kind: 'quiz'
      readonly id: string
      readonly question: readonly Block[]
      readonly choices: readonly {
        readonly isRight: boolean
        readonly text: readonly Inline[]
        readonly why: readonly Inline[]
      }[]
    }
  /** `:::hint[Title]`: folded until asked for. */
  | { readonly kind: 'hint'; readonly title: readonly Inline[]; readonly blocks: readonly Block[] }
  /** `:::note[Title]` */
  | { readonly kind: 'note'; readonly title: readonly Inline[]; readonly blocks: readonly Block[] }
  /** `::exercise{name=01-fraud-flag}`: the exercise of that folder. */
  | { readonly kind: 'exercise'; readonly name: string }
  /** `::compare{left=MemberDetector.ts right=FraudDetector.ts}`: two files of start/ side by side. */
  | { readonly kind: 'compare'; readonly left: string; readonly right: string }

/** A button that runs a job with settings of its own. */
export interface RunBlock {
  readonly kind: 'run'
  /** Unique in the lesson; predictions name it. */
  readonly id: string
  readonly label: readonly Inline[]
  /** The entry file. */
  readonly job: string
  /** Names of inputs, each for another source: `input=four-rides,four-fares`. None for the job's own data. */
  readonly inputs: readonly string[]
  readonly parallelism: number
  /** Virtual ms after which it ends; null for a job that ends by itself. */
  readonly untilMs: number | null
  readonly view: StageView | null
}

/** A prediction about a run: how many rows a sink will get. */
export interface PredictBlock {
  readonly kind: 'predict'
  readonly id: string
  /** Id of the run that decides it. */
  readonly run: string
  readonly sink: string
  /** Only rows with this text are counted (`Alert{id=3}`); null for all. */
  readonly row: string | null
  readonly question: readonly Block[]
  /** Each choice is a number of rows; its text begins with it. */
  readonly choices: readonly { readonly count: number; readonly text: readonly Inline[] }[]
}
