// Shrinking: the smallest input that still shows the mistake. Delta debugging (Zeller's ddmin) over the records: leave
// out ever smaller stretches, keep whatever still fails, until no single record can go.

/**
 * The shortest list found on which `fails` still holds; the list itself holds to begin with. Asks at most `attempts`
 * times.
 */
export async function shrink<T>(
  whole: readonly T[],
  fails: (records: readonly T[]) => Promise<boolean>,
  attempts: number,
): Promise<readonly T[]> {
  let smallest = whole
  let parts = 2
  let left = attempts
  while (smallest.length > 1 && left > 0) {
    const size = Math.ceil(smallest.length / parts)
    let isSmaller = false
    for (let start = 0; start < smallest.length && left > 0; start += size) {
      const candidate = [...smallest.slice(0, start), ...smallest.slice(start + size)]
      if (candidate.length === 0) continue
      left--
      if (!(await fails(candidate))) continue
      smallest = candidate
      isSmaller = true
      break
    }
    if (isSmaller) parts = Math.max(parts - 1, 2)
    else if (size <= 1) break
    else parts = Math.min(parts * 2, smallest.length)
  }
  return smallest
}
