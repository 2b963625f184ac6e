// Answers as sentences: of a row the steps that led to it, of what hasn't happened who holds it back. Pure, of plain data.
import type { Cause, Holder, StepView, WaitingExplanation, WaitingTarget } from '../../../runtime/host/protocol.ts'
import type { WhyWords } from '../../i18n/why-words.ts'
import { clockText, timestampText, watermarkText } from '../time-text.ts'
import { shortName } from '../views/node-name.ts'

const LONGEST = 160

/** A step as it's listed. */
export interface ListedStep {
  readonly step: StepView
  /** From 1 on, in order. */
  readonly number: number
  readonly clock: string
  readonly text: string
  /** What its code did, and what is to be known besides. */
  readonly details: readonly string[]
  readonly causes: readonly ListedCause[]
}

export interface ListedCause {
  readonly kind: Cause['kind']
  /** What it read, of state. */
  readonly name: string
  /** Numbers in the list. */
  readonly steps: readonly number[]
}

/** The steps in order, each with the numbers of those that led to it. */
export function listSteps(steps: readonly StepView[], t: WhyWords): ListedStep[] {
  const numbers = new Map(steps.map((step, i) => [step.number, i + 1]))
  return steps.map((step, i) => ({
    ...{ step, number: i + 1, clock: clockText(step.atMs), text: stepText(step, t) },
    details: detailsOf(step, t),
    causes: groupCauses(step.causes, numbers),
  }))
}

function groupCauses(causes: readonly Cause[], numbers: ReadonlyMap<number, number>): ListedCause[] {
  const groups = new Map<string, { kind: Cause['kind']; name: string; steps: number[] }>()
  for (const { kind, name, step } of causes) {
    const number = numbers.get(step)
    if (number === undefined) continue
    const group = groups.get(`${kind} ${name}`) ?? { kind, name, steps: [] }
    groups.set(`${kind} ${name}`, group)
    group.steps.push(number)
  }
  return Array.from(groups.values(), (group) => ({ ...group, steps: group.steps.sort((a, b) => a - b) }))
}

/** What happened in a step, as a sentence without its stop. */
export function stepText(step: StepView, t: WhyWords): string {
  const { vertex, subtask, parallelism, key, window } = step
  const name = shortName(vertex.split(' -> ')[0] ?? vertex)
  const who = t.who(name, subtask + 1, parallelism)
  const whom = t.whom(name, subtask + 1, parallelism)
  const time = step.timestamp === null ? '' : timeText(step.timestamp, step.isEventTime)
  switch (step.kind) {
    case 'record': {
      const said = step.isSource ? t.read(who, cut(step.text)) : t.took(who, cut(step.text))
      const split = step.split === null ? '' : t.split(step.split)
      return said + (key === null ? '' : t.ofKey(key)) + (time === '' ? '' : t.at(time)) + split
    }
    case 'timer':
      return window === null ? t.firedTimer(who, time, key ?? '') : t.firedWindow(who, windowText(window), key ?? '')
    case 'watermark': {
      const mark = step.timestamp === null ? '' : watermarkText(step.timestamp)
      if (step.isSource) return t.says(who, mark) + (step.split === null ? '' : t.split(step.split))
      return t.reached(whom, mark) + (step.watermark === null ? t.wasNone : t.was(watermarkText(step.watermark)))
    }
    case 'idle':
      return t.idle(who)
    case 'alarm':
      return t.alarm(who)
  }
}

function detailsOf(step: StepView, t: WhyWords): string[] {
  const calls = step.calls.flatMap(({ kind, name, text }) => {
    if (kind === 'result') return []
    const isTimer = kind === 'register' || kind === 'delete'
    const said = isTimer
      ? timeText(Number(text), name === 'event time')
      : kind === 'read' && text === 'null'
        ? t.nothing
        : text
    return [t.calls[kind](name, cut(said))]
  })
  return [
    ...calls,
    ...(step.rows.length === 0 ? [] : [t.gaveRows(step.rows.map((row) => row + 1))]),
    ...(step.isLate ? [t.late] : step.isSilent ? [t.silent] : []),
    ...(step.left > 0 ? [t.left(step.left)] : []),
    ...(step.isStart === null ? [] : [t.start[step.isStart]]),
  ]
}

/** Why a window or timer hasn't fired: what it waits for and how much is missing, then who holds it back. */
export function waitingText(answer: WaitingExplanation, t: WhyWords): string[] {
  const { target, reached, reason, atMs } = answer
  const whom = t.whom(
    shortName(answer.vertex.split(' -> ')[0] ?? answer.vertex),
    answer.subtask + 1,
    answer.parallelism,
  )
  if (target.count !== undefined) {
    return [t.waitsCount(whom, target.key, number(target.at)), t.hasCount(number(target.count))]
  }
  const due = timeText(target.at, target.isEventTime)
  if (!target.isEventTime) {
    const lacks = target.at - atMs
    const state = lacks <= 0 ? t.isDue : t.isClock(clockText(atMs), t.ms(number(lacks)))
    return [t.waitsClock(whom, target.key, due), state]
  }
  const waits =
    target.window === null
      ? t.waitsTimer(whom, target.key, due)
      : t.waitsWindow(whom, windowText(target.window), target.key, due)
  const lacks = reached === null ? Infinity : target.at - reached
  const state =
    reached === null ? t.isAtNone : lacks <= 0 ? t.isDue : t.isAt(watermarkText(reached), t.ms(number(lacks)))
  return [waits, state, ...(lacks <= 0 || reason === 'clock' || reason === 'count' ? [] : [t.reasons[reason]])]
}

/** Of somebody who holds a watermark back: why, and since when. `due`: the time that is waited for. */
export function holderText(holder: Holder, due: number, t: WhyWords): string[] {
  const { state, outOfOrdernessMs, highest, watermark, idlenessMs, last, silentMs, nextProbeMs, hasEnded } = holder
  const name = shortName(holder.vertex.split(' -> ')[0] ?? holder.vertex)
  const who = t.holderOf(name, holder.subtask + 1, holder.parallelism, holder.split)
  const where = watermark === null ? t.holder.noMark(who) : t.holder.isAt(who, watermarkText(watermark))
  const bound = outOfOrdernessMs === null || outOfOrdernessMs === 0 ? t.lessOne : t.bound(number(outOfOrdernessMs))
  const said = {
    none: () => t.holder.none(who),
    untimed: () => t.holder.untimed(who),
    behind: () =>
      t.holder.behind(where, timestampText(highest ?? 0), bound, timestampText(due + (outOfOrdernessMs ?? 0) + 1)),
    idle: () => t.holder.idle(who, holder.idleSince === null ? null : clockText(holder.idleSince.atMs)),
    probe: () => t.holder.probe(who, clockText(nextProbeMs ?? 0)),
    'on-its-way': () => t.holder['on-its-way'](who, watermarkText(watermark ?? 0)),
    alignment: () => t.holder.alignment(who),
    custom: () => t.holder.custom(where),
    starting: () => t.holder.starting(who),
  }[state]()
  const isSilent = state === 'behind' || state === 'untimed' || state === 'idle' || state === 'custom'
  if (!isSilent) return [said]
  const since = last === null ? t.silentAlways(number(silentMs)) : t.silentFor(number(silentMs), clockText(last.atMs))
  const idle = state === 'idle' ? '' : idlenessMs === null ? t.noIdleness : t.idleAfter(number(idlenessMs))
  return [said, since, ...(hasEnded ? [t.ended] : idle === '' ? [] : [idle])]
}

/** What waits, for a list to choose from. */
export function targetText({ key, window, at, isEventTime, count }: WaitingTarget, t: WhyWords): string {
  if (count !== undefined) return t.countOfKey(key, number(count), number(at))
  return window === null ? t.timerOfKey(key, timeText(at, isEventTime)) : t.windowOfKey(key, windowText(window))
}

export function windowText({ start, end }: { readonly start: number; readonly end: number }): string {
  return `[${timestampText(start)}, ${timestampText(end)})`
}

/** A time by its clock. */
export function timeText(at: number, isEventTime: boolean): string {
  return isEventTime ? timestampText(at) : clockText(at)
}

function number(value: number): string {
  return String(Math.round(value))
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}
