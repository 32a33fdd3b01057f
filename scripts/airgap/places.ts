import { join } from 'node:path'

/** A file or folder of scripts/airgap. */
export const source = (...names: string[]): string => join(import.meta.dirname, ...names)
