import type { SopsFormat } from '../document.ts'

// Numbers as Go reads and prints them: sops has its MAC over one form and prints another.

const DECIMAL = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/
const SPECIAL: Record<string, number> = {
  '+Inf': Number.POSITIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
}

/** Undefined where it is no number, or one that no float64 holds. */
export function parseFloat64(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** What the MAC's form of a float says. */
export function parseMacFloat(text: string): number | undefined {
  return Object.hasOwn(SPECIAL, text) ? SPECIAL[text] : parseFloat64(text)
}

/** All digits, no exponent. */
export function macFloat(value: number): string {
  const special = Object.entries(SPECIAL).find(([, known]) => Object.is(known, value))
  if (special) return special[0]
  const { sign, digits, point } = shortest(value)
  if (point <= 0) return digits === '0' ? `${sign}0` : `${sign}0.${'0'.repeat(-point)}${digits}`
  const whole = digits.slice(0, point).padEnd(point, '0')
  return digits.length > point ? `${sign}${whole}.${digits.slice(point)}` : `${sign}${whole}`
}

/** As the format's own printer in sops does it. */
export function printedFloat(value: number, format: SopsFormat): string {
  if (format === 'yaml') return yamlSpecial(value) ?? shortForm(value, 'e')
  if (format === 'json') return Object.is(value, -0) ? '-0' : String(value)
  if (!Number.isFinite(value)) return macFloat(value)
  const short = shortForm(value, 'E')
  return /[.E]/.test(short) ? short : `${short}.0`
}

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/** Undefined where an int64 doesn't hold it. */
export function int64(value: bigint): string | undefined {
  return value >= INT64.min && value <= INT64.max ? value.toString() : undefined
}

export function parseInt64(text: string): string | undefined {
  return /^[-+]?\d+$/.test(text) ? int64(BigInt(text.replace(/^\+/, ''))) : undefined
}

function yamlSpecial(value: number): string | undefined {
  if (Number.isNaN(value)) return '.nan'
  if (Number.isFinite(value)) return undefined
  return value > 0 ? '.inf' : '-.inf'
}

/** Go's %g: the shortest digits, with an exponent of two figures at least where it is below -4 or above 5. */
function shortForm(value: number, mark: 'e' | 'E'): string {
  const { sign, digits, point } = shortest(value)
  const exponent = point - 1
  if (exponent >= -4 && exponent < LONGEST_WHOLE) return macFloat(value)
  const [first, rest] = [digits.slice(0, 1), digits.slice(1)]
  const figures = Math.abs(exponent).toString().padStart(2, '0')
  return `${sign}${first}${rest ? `.${rest}` : ''}${mark}${exponent < 0 ? '-' : '+'}${figures}`
}

const LONGEST_WHOLE = 6

/** The shortest digits that name the number, and where the point stands among them. */
function shortest(value: number): { sign: string; digits: string; point: number } {
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return { sign, digits: '0', point: 1 }
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e')
  return { sign, digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}
