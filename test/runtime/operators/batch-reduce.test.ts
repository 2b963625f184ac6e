// reduce in batch mode, in the notation: one result per key, when all its records are in.

import { test } from 'vitest'
import { BatchReduceOperator } from '../../../runtime/operators/batch-reduce.ts'
import { check } from '../../harness/notation.ts'
import type { OperatorUnderTest } from '../../harness/operator-harness.ts'

type Pair = readonly [key: string, n: number]

const subject: OperatorUnderTest = {
  create: () => new BatchReduceOperator(null),
  functions: () => ({ reduce: (a: Pair, b: Pair): Pair => [a[0], a[1] * 10 + b[1]] }),
  key: { select: (value) => (value as Pair)[0], type: null },
}

// That a key's state goes at its end is the task's part: OperatorChain.endKey.
test('every key once, at the end, stamped with MAX', () => {
  const options = { leaves: { state: 2 }, isOrdered: false }
  check(subject, 'a=1@1 b=5@2 W2 a=2@3 a=3@- WMAX', 'W2 a=123@MAX b=5@MAX WMAX', options)
})
