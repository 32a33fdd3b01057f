import { DevkError } from '../base/errors.ts'

const UNITS = { KB: 1e3, MB: 1e6, GB: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 } as const

/** `200MB`, `1.5 GB` or `512MiB`, in bytes. Throws USAGE. */
export function parseSize(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*([KMG]i?B)$/i.exec(text.trim()) ?? []
  const bytes = Number(count) * (UNITS[(unit ?? '').toUpperCase() as keyof typeof UNITS] ?? Number.NaN)
  if (bytes >= SMALLEST) return Math.round(bytes)
  throw new DevkError({
    code: 'USAGE',
    message: `"${text}" is no size of at least 1MB.`,
    hint: 'Write it as 200MB or 1.5GB.',
  })
}

const SMALLEST = 1e6

/** How much of what its containers print is kept of a project that does not say. */
export const KEPT_LOG_BYTES = 200e6
