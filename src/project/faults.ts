import type { z } from 'zod'
import { DevkError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { knownKeys } from './known-keys.ts'
import { projectSchema } from './schema.ts'
import { type KeyPath, type Source, whereIs } from './sources.ts'

/** Says what is wrong at a place of the file. */
export type Blame = (path: KeyPath, words: string, value?: unknown) => void

/** A fault as `file:line:column: what is wrong: the value`, with the nearest right name where one is near. */
export function describeIssue(issue: z.core.$ZodIssue, data: unknown, sources: readonly Source[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => {
      const path = [...issue.path, key]
      return `${whereIs(sources, path)}: ${path.join('.')} is not known${didYouMean(key, knownKeys(projectSchema, issue.path))}`
    })
  }
  if (issue.code === 'invalid_union') {
    // The alternative that was meant is the one that the value fits furthest.
    const deepest = issue.errors.flat().toSorted((one, other) => depth(other) - depth(one))[0]
    if (deepest) return describeIssue({ ...deepest, path: [...issue.path, ...deepest.path] }, data, sources)
  }
  const value = valueAt(data, issue.path)
  const near = issue.code === 'invalid_value' ? didYouMean(String(value), issue.values.map(String)) : ''
  return [fault(sources, issue.path, `${plain(issue.message)}${near}`, value)]
}

export function fault(sources: readonly Source[], path: KeyPath, words: string, value?: unknown): string {
  const shown = value === undefined || typeof value === 'object' ? '' : `: ${JSON.stringify(value)}`
  return `${whereIs(sources, path)}: ${path.join('.') || 'the file'} ${words}${shown}`
}

export function invalidProject(file: string, faults: readonly string[]): DevkError {
  return new DevkError({
    code: 'PROJECT_INVALID',
    message: `${file} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}. Nothing was changed.`,
    detail: faults.join('\n'),
    hint: 'Correct what is named, then run this again.',
  })
}

function depth({ code, path }: z.core.$ZodIssue): number {
  return path.length + (code === 'unrecognized_keys' ? 1.5 : code === 'invalid_type' ? 0 : 0.5)
}

function plain(message: string): string {
  return message.replace(/^Invalid (input|option|key)[^:]*: /, 'is wrong: ')
}

function valueAt(data: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null
      ? (value as Record<PropertyKey, unknown>)[key]
      : undefined
  }, data)
}
