import { resolve } from 'node:path'
import { DevkError } from '../base/errors.ts'

export interface Mount {
  /** An absolute path of the host. */
  from: string
  /** An absolute path in every node. */
  to: string
  readOnly: boolean
}

/** `./data:/data` or `./data:/data:ro`; the host's path is relative to the folder given. */
export function parseMount(text: string, folder: string): Mount {
  const [from, to, mode, ...rest] = text.split(':')
  if (!from || !to?.startsWith('/') || rest.length > 0 || (mode !== undefined && mode !== 'ro')) {
    throw new DevkError({
      code: 'USAGE',
      message: `"${text}" is not a mount.`,
      hint: 'Write HOST-PATH:NODE-PATH or HOST-PATH:NODE-PATH:ro, with an absolute path in the node.',
    })
  }
  return { from: resolve(folder, from), to, readOnly: mode === 'ro' }
}

export function formatMount({ from, to, readOnly }: Mount): string {
  return `${from}:${to}${readOnly ? ':ro' : ''}`
}
