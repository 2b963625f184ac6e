// What is wrong with the settings of a run, as diagnostics; and the cluster that they ask for. Settings come from a page,
// a command line or a lesson, so nothing about them is taken for granted.

import type { Diagnostic } from '../base/diagnostic.ts'
import { actionDiagnostics } from '../cluster/action-check.ts'
import { DEFAULT_CLUSTER, type ClusterSettings } from '../cluster/cluster-settings.ts'
import type { Plan, PlanNode } from '../graph/plan.ts'
import type { Destination, InputRecord, RunIntervention, RunSettings, SavepointStop, StepUnit } from './protocol.ts'

const STOPS: ReadonlySet<unknown> = new Set<SavepointStop>(['none', 'suspend', 'drain'])
const STEP_UNITS: ReadonlySet<unknown> = new Set<StepUnit>(['record', 'turn', 'watermark', 'checkpoint'])
const MAY_BE_0 = new Set(['latencyUs', 'bufferTimeoutUs', 'slotsPerTaskManager'])

/** The default cluster with what the settings change in it. */
export function clusterOf({ cluster }: RunSettings): ClusterSettings {
  return { ...DEFAULT_CLUSTER, ...cluster }
}

/** What is wrong with what is to be done to the cluster. */
export function interventionDiagnostics(plans: readonly Plan[], settings: RunSettings): Diagnostic[] {
  let { taskManagers } = clusterOf(settings)
  const found: Diagnostic[] = []
  const interventions = byEvent(settings.interventions ?? [])
  const parallelismOf = (job: number, { parallelism, isParallelismChosen }: PlanNode): number => {
    return isParallelismChosen ? parallelism : Math.max(parallelism, ...rescales(settings, job))
  }
  for (const { event, action } of interventions) {
    if (!Number.isSafeInteger(event) || event < 0) {
      found.push({ code: 'INTERVENTION_EVENT', params: { event: String(event) }, span: null })
    }
    found.push(...actionDiagnostics(action, { plans, taskManagers, parallelismOf }))
    if (action?.kind === 'add-task-manager') taskManagers++
  }
  return found
}

/** What the job's parallelism is to be one after the other: which it is at an event isn't known before. */
function rescales({ interventions = [], rescalesAt = [] }: RunSettings, job: number): number[] {
  const done = interventions.flatMap(({ action }) => (action?.kind === 'rescale' ? action : []))
  const ofJob = done.filter((action) => (action.job ?? 1) === job)
  return [...ofJob, ...(job === 1 ? rescalesAt : [])].map(({ parallelism }) => parallelism)
}

function byEvent(interventions: readonly RunIntervention[]): RunIntervention[] {
  return interventions.slice().sort((a, b) => a.event - b.event)
}

export function settingsDiagnostics(settings: RunSettings): Diagnostic[] {
  const { parallelism, seed, untilMs, speed, cluster, inputs, files, startsAt } = settings
  const wrong = (setting: string, value: unknown): Diagnostic => ({
    code: 'SETTING',
    params: { setting, value: String(value) },
    span: null,
  })
  const found: Diagnostic[] = []
  if (parallelism !== undefined && !isParallelism(parallelism)) found.push(wrong('parallelism', parallelism))
  if (seed !== undefined && !Number.isSafeInteger(seed)) found.push(wrong('seed', seed))
  if (untilMs !== undefined && untilMs !== null && !(untilMs >= 0)) found.push(wrong('until', untilMs))
  if (speed !== undefined && speed !== null && !(speed > 0)) found.push(wrong('speed', speed))
  if (startsAt !== undefined && !isDestination(startsAt)) found.push(wrong('startsAt', JSON.stringify(startsAt)))
  for (const [name, value] of Object.entries(cluster ?? {})) {
    const least = MAY_BE_0.has(name) ? 0 : 1
    if (!(name in DEFAULT_CLUSTER) || !Number.isSafeInteger(value) || value < least) found.push(wrong(name, value))
  }
  for (const { atMs, stop } of settings.savepointsAt ?? []) {
    if (!(Number.isFinite(atMs) && atMs >= 0)) found.push(wrong('savepointsAt', atMs))
    if (!STOPS.has(stop)) found.push(wrong('savepointsAt', stop))
  }
  for (const { atMs, parallelism: scale } of settings.rescalesAt ?? []) {
    if (!(Number.isFinite(atMs) && atMs >= 0)) found.push(wrong('rescalesAt', atMs))
    if (!isParallelism(scale)) found.push(wrong('rescalesAt', scale))
  }
  for (const { atMs = 0, parallelism: own = 1, inputs: records = {} } of settings.jobs ?? []) {
    if (!(Number.isFinite(atMs) && atMs >= 0)) found.push(wrong('jobs', atMs))
    if (!isParallelism(own)) found.push(wrong('jobs', own))
    for (const [source, list] of Object.entries(records)) found.push(...inputDiagnostics(source, list))
  }
  const count = 1 + (settings.jobs?.length ?? 0)
  for (const { atMs, job } of settings.cancelsAt ?? []) {
    if (!(Number.isFinite(atMs) && atMs >= 0)) found.push(wrong('cancelsAt', atMs))
    if (!(Number.isInteger(job) && job >= 1 && job <= count)) found.push(wrong('cancelsAt', job))
  }
  if (settings.savepoint !== undefined && typeof settings.savepoint.text !== 'string') {
    found.push(wrong('savepoint', settings.savepoint.file))
  }
  if (settings.outside !== undefined && typeof settings.outside.text !== 'string') {
    found.push(wrong('outside', settings.outside.file))
  }
  for (const [source, records] of Object.entries(inputs ?? {})) found.push(...inputDiagnostics(source, records))
  for (const [path, text] of Object.entries(files ?? {})) {
    if (!/^\/.*[^/]$/.test(path) || typeof text !== 'string')
      found.push({ code: 'RUN_FILE', params: { path }, span: null })
  }
  return found
}

function isDestination(destination: Destination): boolean {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
  switch (destination.kind) {
    case 'time':
      return destination.atMs >= 0
    case 'place':
      return isCount(destination.event) && isCount(destination.record)
    case 'back':
      return STEP_UNITS.has(destination.unit)
    default:
      return destination.kind === 'end'
  }
}

function isParallelism(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 128
}

/** Inputs for sources that the job doesn't have. */
export function inputsWithoutSource(plan: Plan, { inputs = {} }: RunSettings): Diagnostic[] {
  const names = plan.nodes.filter(({ kind }) => kind === 'source').map(({ name }) => name)
  return Object.keys(inputs)
    .filter((source) => !names.includes(source))
    .map((source) => ({ code: 'INPUT_SOURCE_UNKNOWN', params: { source, names: names.join(', ') }, span: null }))
}

function inputDiagnostics(source: string, records: readonly InputRecord[]): Diagnostic[] {
  let lastMs = 0
  for (const [index, record] of records.entries()) {
    const { atMs = lastMs, timestamp, split } = record
    const isInOrder = Number.isFinite(atMs) && atMs >= lastMs
    const isStamped = timestamp === undefined || Number.isSafeInteger(timestamp)
    const isPlaced = split === undefined || typeof split === 'string'
    if (!('value' in record) || !isInOrder || !isStamped || !isPlaced) {
      const params = { source, index: index + 1, record: JSON.stringify(record) }
      return [{ code: 'INPUT_RECORD', params, span: null }]
    }
    lastMs = atMs
  }
  return []
}
