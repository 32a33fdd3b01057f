const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** `512 B`, `1.4 kB`, `2.0 GB`. */
export function sizeText(bytes: number): string {
  const power = powerOf(bytes)
  return `${inPower(bytes, power)} ${units[power]}`
}

/** `0.5 of 2.0 MB`: both in what the whole is told in. */
export function partText(bytes: number, whole: number): string {
  const power = powerOf(whole)
  return `${inPower(bytes, power)} of ${inPower(whole, power)} ${units[power]}`
}

function powerOf(bytes: number): number {
  return Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
}

function inPower(bytes: number, power: number): string {
  return power === 0 ? String(bytes) : (bytes / 1_000 ** power).toFixed(1)
}
