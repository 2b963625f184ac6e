// Which lines of two texts the other hasn't, by their longest common subsequence: for files of a lesson's size.

export interface Differences {
  /** 0-based. */
  readonly left: ReadonlySet<number>
  readonly right: ReadonlySet<number>
}

export function differingLines(left: string, right: string): Differences {
  const [a, b] = [left.split('\n'), right.split('\n')]
  // lengths[i][j]: of what is common from line i and line j on.
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[]
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const [onlyLeft, onlyRight] = [new Set<number>(), new Set<number>()]
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++
      j++
    } else if (j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) onlyLeft.add(i++)
    else onlyRight.add(j++)
  }
  return { left: onlyLeft, right: onlyRight }
}
