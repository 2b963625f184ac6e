// Rows invented field by field, as SQL's datagen connector does: counting through a sequence, or at random. A field's
// value depends on seed, field and the row's index alone, so that a reader has no state but its index, and a row is the
// same after a recovery, at any parallelism. Differs from Flink: there values change with every run and attempt.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/table/datagen/

import { RandomStream } from '../base/random.ts'

/** How a field's values are made: data only, so that the plan can hold it. */
export type FieldGenerator =
  | { readonly kind: 'sequence'; readonly start: number; readonly end: number }
  | { readonly kind: 'int' | 'double'; readonly min: number; readonly max: number; readonly nullRate: number }
  | { readonly kind: 'boolean'; readonly nullRate: number }
  | { readonly kind: 'string'; readonly length: number; readonly nullRate: number }

const HEX = '0123456789abcdef'

/** The row with this index, from 0. */
export function rowAt(
  fields: Readonly<Record<string, FieldGenerator>>,
  seed: number,
  index: number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, generator]) => [name, valueAt(generator, name, seed, index)]),
  )
}

/** How many rows there are before the shortest sequence ends; Infinity without one. */
export function rowsOfSequences(fields: Readonly<Record<string, FieldGenerator>>): number {
  const counts = Object.values(fields).map((field) =>
    field.kind === 'sequence' ? field.end - field.start + 1 : Infinity,
  )
  return Math.min(Infinity, ...counts)
}

function valueAt(generator: FieldGenerator, name: string, seed: number, index: number): unknown {
  if (generator.kind === 'sequence') return generator.start + index
  const random = new RandomStream(seed, `datagen ${name} ${index}`)
  if (random.nextDouble() < generator.nullRate) return null
  switch (generator.kind) {
    case 'int':
      return generator.min + Math.floor(random.nextDouble() * (generator.max - generator.min + 1))
    case 'double':
      return generator.min + random.nextDouble() * (generator.max - generator.min)
    case 'boolean':
      return random.nextDouble() < 0.5
    case 'string':
      return Array.from({ length: generator.length }, () => HEX[random.nextBelow(HEX.length)]).join('')
  }
}
