// What a script's records become. Inputs are JSON, and JSON knows no classes: in the place of a ride, a fare or a click
// stands a plain object. So that a job finds the methods its types promise, such a record gets the class of what the
// replaced source would have read; its fields stay as they were given.

import { cloneValue } from '../base/clone.ts'
import type { SourceSpec } from './source.ts'
import { ClickEvent } from './training/click-event.ts'
import { TaxiFare } from './training/taxi-fare.ts'
import { TaxiRide } from './training/taxi-ride.ts'

/** Copies a record's value, as what a source of this kind reads; undefined for a script that replaces none. */
export function scriptValues(replaced: SourceSpec['kind'] | undefined): (value: unknown) => unknown {
  const prototype = replaced === undefined ? undefined : PROTOTYPES.get(replaced)
  if (prototype === undefined) return cloneValue
  return (value) => {
    const copy = cloneValue(value)
    if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return copy
    return Object.assign(Object.create(prototype) as object, copy)
  }
}

const PROTOTYPES: ReadonlyMap<SourceSpec['kind'], object> = new Map<SourceSpec['kind'], object>([
  ['rides', TaxiRide.prototype],
  ['fares', TaxiFare.prototype],
  ['clicks', ClickEvent.prototype],
])
