// Checks on what learners pass in: caught where the job is built, at the learner's own line, rather than where it would
// first hurt. Each throws a LearnerError that says what was given.

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import { requireType, type TypeInformation, type TypeKind } from '../record/type-info.ts'

/** A function, or an object with the method. Null for `method`: a function only. */
export function requireFunction(value: unknown, method: string | null, call: string): void {
  if (typeof value === 'function') {
    // A class passed instead of an object of it: calling it later would throw something less helpful.
    if (!isClass(value)) return
    throw new LearnerError('CLASS_NOT_OBJECT', { call, name: value.name })
  }
  if (method !== null && typeof value === 'object' && value !== null) {
    if (typeof (value as Record<string, unknown>)[method] === 'function') return
  }
  throw new LearnerError('NOT_A_FUNCTION', { call, method: method ?? 'function', value: valueName(value) })
}

/** An object with the method; a plain function won't do. */
export function requireObject(value: unknown, method: string, call: string): void {
  if (typeof value === 'function' && isClass(value))
    throw new LearnerError('CLASS_NOT_OBJECT', { call, name: value.name })
  if (typeof value === 'object' && value !== null) {
    if (typeof (value as Record<string, unknown>)[method] === 'function') return
  }
  throw new LearnerError('NOT_A_FUNCTION', { call, method, value: valueName(value) })
}

/** A text that isn't empty; throws LearnerError otherwise. */
export function requireName(value: unknown, call: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new LearnerError('NAME_WANTED', { call, value: valueName(value) })
}

/** A type whose values have a hash code of their own in Java; throws LearnerError otherwise. */
export function requireKeyType(type: TypeInformation<unknown>): void {
  requireType(type, 'keyBy')
  if (KEYLESS.has(type.kind)) throw new LearnerError('KEY_TYPE', { type: `Types.${type.kind}` })
  for (const part of type.parts ?? []) requireKeyType(part)
}

// An object's hash code in Java is its identity unless its class says otherwise, which no class here can.
const KEYLESS = new Set<TypeKind>(['POJO', 'GENERIC', 'MAP', 'VOID'])

function isClass(value: object): value is { readonly name: string } {
  // Only a class's prototype is like that, or a built-in's: to look at its text costs more than all else a call does.
  if (Object.getOwnPropertyDescriptor(value, 'prototype')?.writable !== false) return false
  return /^class\b/.test(Function.prototype.toString.call(value))
}
