// What a tab of the stage opens. Only the dataflow is there from the start: each other view is a part of its own that is
// fetched once, and all of them as soon as there is a run to look at.
import type { Component } from 'svelte'
import { STAGE_VIEWS, type StageView } from '../lesson/lesson-model.ts'
import type { Session } from '../session.svelte.ts'

type LazyView = Exclude<StageView, 'dataflow'>

/** What every view is given: the session. */
export type ViewComponent = Component<{ session: Session }>

const LOADERS: Readonly<Record<LazyView, () => Promise<{ readonly default: ViewComponent }>>> = {
  time: () => import('./views/TimeView.svelte'),
  state: () => import('./views/StateView.svelte'),
  checkpoints: () => import('./views/CheckpointsView.svelte'),
  results: () => import('./ResultsView.svelte'),
  log: () => import('./LogView.svelte'),
}

/** The palette of faults: the session, and whom to tell that it's wanted no longer. */
export type PaletteComponent = Component<{ session: Session; onClose: () => void }>

export function loadPalette(): Promise<PaletteComponent> {
  return import('./chaos/ChaosPanel.svelte').then((module) => module.default)
}

const loading = new Map<LazyView, Promise<ViewComponent>>()

/** The component of a view; a failed attempt may be repeated. */
export function loadView(view: LazyView): Promise<ViewComponent> {
  let found = loading.get(view)
  if (found === undefined) {
    found = LOADERS[view]().then((module) => module.default)
    found.catch(() => loading.delete(view))
    loading.set(view, found)
  }
  return found
}

/** Opening one of them waits for nothing then. */
export function loadAllViews(): void {
  for (const view of STAGE_VIEWS) if (view !== 'dataflow') loadView(view).catch(() => undefined)
}
