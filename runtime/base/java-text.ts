// How Java writes what JavaScript writes otherwise. A float: in the fewest digits that name it among all floats; held as
// a JavaScript number it would show digits it never had, 40.88664 as 40.88663864135742. An instant: without a fraction
// where there's none.

/** Java's Float.toString of the number as a float: `33.0`, `-73.76764`, `1.0E10`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(Math.fround(value))
  if (size === Infinity) return `${sign}Infinity`
  if (size === 0) return `${sign}0.0`
  const [digits, exponent] = shortestDigits(size)
  if (size < 1e-3 || size >= 1e7) return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}

/** The digits without trailing zeros, and the power of ten of the first. */
function shortestDigits(size: number): readonly [digits: string, exponent: number] {
  for (let precision = 2; ; precision++) {
    const [mantissa = '', exponent = ''] = rounded(size, precision).split('e')
    if (Math.fround(Number(`${mantissa}e${exponent}`)) !== size && precision < 10) continue
    return [mantissa.replace('.', '').replace(/0+$/, ''), Number(exponent)]
  }
}

/** To so many digits, and from the middle between two to the even one: JavaScript would take the higher. */
function rounded(size: number, precision: number): string {
  const text = size.toExponential(precision - 1)
  const [exact = ''] = size.toExponential(precision + 30).split('e')
  const isMiddle = /^50*$/.test(exact.replace('.', '').slice(precision))
  if (!isMiddle) return text
  const [mantissa = '', exponent = ''] = text.split('e')
  const lower = exact.slice(0, mantissa.length)
  return Number(lower.at(-1)) % 2 === 0 ? `${lower}e${exponent}` : text
}

/** Java's Instant.toString of ms since 1970: `2020-01-01T12:00:00Z`. */
export function instantText(timestampMs: number): string {
  return new Date(timestampMs).toISOString().replace('.000Z', 'Z')
}
