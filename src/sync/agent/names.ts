import { DevkError } from '../../base/errors.ts'

/** Refuses what the agent's requests have no way to say, or what would lead elsewhere. */
export function checkName(to: string, path: string): void {
  const parts = path.split('/')
  if (!to.startsWith('/')) throw refused(to, path, 'the folder it is to be in is not an absolute path')
  if (/[\n\0]/.test(to + path)) throw refused(to, path, 'its name holds a line break')
  if (parts.some(part => part === '' || part === '.' || part === '..'))
    throw refused(to, path, 'its path does not lead down from there')
}

export function checkTarget(to: string, path: string, target: string): void {
  if (target === '' || /[\n\0]/.test(target))
    throw refused(to, path, 'it is a link to a name with a line break, or none')
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0))
}

export function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function refused(to: string, path: string, why: string): DevkError {
  return new DevkError({
    code: 'SYNC_REFUSED',
    message: `${JSON.stringify(`${to}/${path}`)} can't be written: ${why}.`,
    hint: "Leave it out, by an entry in its rule's ignore.",
  })
}
