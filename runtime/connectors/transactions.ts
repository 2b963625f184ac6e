// The walkthrough's source: 50 card transactions of five accounts, round robin, six minutes apart in event time, handed
// out ten a second, over and over. The numbers are those of Flink's own fraud-detection tutorial.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/getting-started/datastream/

/** A card transaction. */
export interface Transaction {
  /** 1 to 5. */
  accountId: number
  /** Event time in ms. */
  timestamp: number
  amount: number
}

/** An alert about an account. */
export class Alert {
  /** The account. */
  id: number

  constructor(id = 0) {
    this.id = id
  }

  getId(): number {
    return this.id
  }

  setId(id: number): void {
    this.id = id
  }

  toString(): string {
    return `Alert{id=${this.id}}`
  }
}

export const TRANSACTION_COUNT = 50
export const TRANSACTIONS_PER_SECOND = 10

const ACCOUNTS = 5
/** 2019-01-01T00:00:00Z. Flink's begins at midnight of the machine's zone; ours is pinned to UTC. */
const FIRST_TIMESTAMP_MS = 1_546_300_800_000
const SIX_MINUTES_MS = 6 * 60 * 1000

// By account, in order: reference/flink-semantics.md §1.2.
const AMOUNTS: readonly (readonly number[])[] = [
  [188.23, 379.64, 267.25, 419.62, 375.44, 483.91, 56.12, 274.73, 211.9, 373.26],
  [374.79, 351.44, 397.15, 412.91, 230.18, 228.22, 256.48, 473.54, 280.93, 479.83],
  [112.15, 320.75, 0.219, 0.77, 0.8, 871.15, 148.16, 119.92, 347.89, 454.25],
  [478.75, 259.42, 231.94, 22.1, 350.89, 64.19, 199.95, 323.59, 459.86, 83.64],
  [208.85, 273.44, 384.73, 377.54, 127.55, 79.43, 252.37, 353.16, 82.31, 292.44],
]

/** The transaction with this index, the list repeating; time goes on through the repetitions. */
export function transactionAt(index: number): Transaction {
  const inCycle = index % TRANSACTION_COUNT
  const account = inCycle % ACCOUNTS
  const amount = (AMOUNTS[account] as readonly number[])[Math.floor(inCycle / ACCOUNTS)] as number
  return { accountId: account + 1, timestamp: FIRST_TIMESTAMP_MS + index * SIX_MINUTES_MS, amount }
}

/** The ten transactions of the tutorial's Python tab, as tuples: account, time, amount. */
export const PYTHON_TRANSACTIONS: readonly (readonly [accountId: number, timestamp: number, amount: number])[] = [
  [1, 1000, 188.23],
  [2, 1001, 0.5],
  [2, 1002, 600],
  [3, 1003, 42],
  [1, 1004, 0.89],
  [1, 1005, 300],
  [4, 1006, 0.1],
  [4, 1007, 520],
  [3, 1008, 0.75],
  [3, 1009, 800],
]
