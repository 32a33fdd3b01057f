const SHAPES = [
  /^(\d{4})-(\d{1,2})-(\d{1,2})[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d{2}:\d{2})$/,
  /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?()$/,
  /^(\d{4})-(\d{1,2})-(\d{1,2})()()()()()$/,
]

/** A timestamp as Go's yaml knows one, printed as Go does (RFC 3339, nanoseconds); undefined where it is none. */
export function timestamp(text: string): string | undefined {
  const found = SHAPES.map(shape => shape.exec(text)).find(match => match !== null)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  const [fraction = '', offset = ''] = [found[7], found[8]]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const zone = printedZone(offset)
  if (zone === undefined) return undefined
  const date = `${year.toString().padStart(4, '0')}-${two(month)}-${two(day)}`
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${printedFraction(fraction)}${zone}`
}

/** RFC 3339 without fractions, as sops prints when a file was last modified. */
export function wholeSeconds(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text)) return undefined
  return timestamp(text)?.replace(/\.\d+/, '')
}

function printedFraction(digits: string): string {
  const kept = digits.slice(0, 9).replace(/0+$/, '')
  return kept ? `.${kept}` : ''
}

function printedZone(offset: string): string | undefined {
  if (offset === '' || offset === 'Z') return 'Z'
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number)
  if (hours > 23 || minutes > 59) return undefined
  return hours === 0 && minutes === 0 ? 'Z' : offset
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

function two(value: number): string {
  return value.toString().padStart(2, '0')
}
