import type { ContainerState } from './objects.ts'
import { runtimeWords } from './runtime-words.ts'
import type { Found } from './trouble-model.ts'

/** Another service, or the next file, may be about to bring what is missing. */
export const MISSING_GRACE_MS = 4_000

/** Why a container that has its image can't be made: a Secret, ConfigMap or key that is not there, mostly. */
export function configTrouble(
  { reason = '', message = '' }: NonNullable<ContainerState['waiting']>,
  who: string,
): Omit<Found, 'container'> | undefined {
  if (reason === 'CreateContainerConfigError') {
    const missing = missingConfig(message)
    return { reason, message: missing ?? message, fatal: true, graceMs: MISSING_GRACE_MS }
  }
  if (
    !['CreateContainerError', 'RunContainerError', 'PreCreateHookError', 'PostStartHookError'].includes(
      reason,
    )
  ) {
    return undefined
  }
  return {
    reason,
    message: `${who} can't be started: ${runtimeWords(message) || reason}`,
    fatal: true,
    graceMs: reason === 'RunContainerError' ? 0 : MISSING_GRACE_MS,
  }
}

/** `Secret db-login is missing`, `ConfigMap settings has no key PORT`; undefined where the text tells of neither. */
export function missingConfig(text: string): string | undefined {
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (?:\S+\/)?([^\s/]+)/.exec(text)
  if (key) return `${key[2]} ${key[3]} has no key ${key[1]}`
  const reference = /references non-existent (secret|config) key: (\S+)/.exec(text)
  if (reference) {
    return `a volume names key ${reference[2]}, which its ${reference[1] === 'secret' ? 'Secret' : 'ConfigMap'} does not have`
  }
  const object = /(secret|configmap|persistentvolumeclaim)s? "([^"]+)" not found/i.exec(text)
  return object ? `${kinds[object[1]?.toLowerCase() ?? '']} ${object[2]} is missing` : undefined
}

const kinds: Record<string, string> = {
  secret: 'Secret',
  configmap: 'ConfigMap',
  persistentvolumeclaim: 'PersistentVolumeClaim',
}
