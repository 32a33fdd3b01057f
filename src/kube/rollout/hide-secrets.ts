import type { Hidden } from '../../base/hidden/hidden.ts'
import type { KubeApi } from '../api.ts'
import { hideSecret } from '../hide-secret.ts'
import { PROJECT_LABEL } from '../labels.ts'
import { type WatchLimits, watchList } from '../watch.ts'

export interface SecretsKnown {
  /** Whether all is hidden that is to be, as far as the cluster tells it. */
  is(): boolean
  /** Why the cluster does not tell it. */
  refused(): string | undefined
  /** Since when it was asked in vain, and why, before it ever answered. */
  lost(): { since: number; why: string } | undefined
}

/** Hides what the Secrets of projects in a namespace hold, now and whenever they are changed, until the signal. */
export function hideSecrets(
  api: KubeApi,
  namespace: string,
  {
    hide,
    onChange,
    ...options
  }: { hide: Hidden['hide']; onChange: () => void; signal: AbortSignal; limits: Partial<WatchLimits> },
): SecretsKnown {
  let isKnown = false
  let refused: string | undefined
  let lost: { since: number; why: string } | undefined
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`
  void watchList<void>(api, `${path}?labelSelector=${encodeURIComponent(PROJECT_LABEL)}`, {
    ...options,
    // The items of a list do not say of what kind they are.
    slim: object => hideSecret({ ...object, kind: 'Secret' }, hide),
    onChange() {
      isKnown = true
      refused = undefined
      onChange()
    },
    onState(state) {
      if (state.is === 'lost' && state.status === 403) {
        isKnown = true
        refused = `The cluster lets nobody here list the Secrets of namespace ${namespace}: of what devk shows, only what devk itself applied is hidden.`
      }
      lost =
        state.is === 'lost'
          ? { since: state.since, why: `Nothing is shown before Secrets are known. ${state.why}` }
          : undefined
      onChange()
    },
  })
  return { is: () => isKnown, refused: () => refused, lost: () => (isKnown ? undefined : lost) }
}
