import { DevkError } from '../base/errors.ts'
import type { Blame } from './faults.ts'
import type { KeyPath } from './sources.ts'

/** What a place of the file says, or nothing where that is wrong: it is told there. */
export function parsed<T>(parse: () => T, path: KeyPath, blame: Blame): T[] {
  try {
    return [parse()]
  } catch (error) {
    if (!(error instanceof DevkError)) throw error
    blame(path, `is wrong: ${error.message}`)
    return []
  }
}
