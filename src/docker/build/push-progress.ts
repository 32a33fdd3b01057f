import { partText } from '../../base/sizes.ts'

/** What Docker says while it pushes; errors come as events, too. */
export interface PushEvent {
  id?: string
  status?: string
  progressDetail?: { current?: number; total?: number }
  aux?: { Digest?: string }
  error?: string
}

export interface PushResult {
  failure: string | undefined
  digest: string | undefined
  pushed: number
  reused: number
}

/** Counts layers by what became of them, and says how much is on its way. */
export function pushProgress(say: (detail: string) => void): {
  event: (event: PushEvent) => void
  result: () => PushResult
} {
  const layers = new Map<string, 'sending' | 'pushed' | 'reused'>()
  const sizes = new Map<string, { current: number; total: number }>()
  let failure: string | undefined
  let digest: string | undefined
  const count = (fate: string): number => [...layers.values()].filter(is => is === fate).length
  return {
    event: ({ id, status = '', progressDetail, aux, error }) => {
      failure ??= error
      digest = aux?.Digest ?? /digest: (sha256:[0-9a-f]{64})/.exec(status)?.[1] ?? digest
      if (id === undefined) return
      if (status === 'Pushed') layers.set(id, 'pushed')
      else if (/^(Layer already exists|Already exists|Mounted from)/.test(status)) layers.set(id, 'reused')
      else if (status === 'Pushing' && progressDetail?.total) {
        layers.set(id, 'sending')
        const { current = 0, total } = progressDetail
        sizes.set(id, { current: Math.min(current, total), total })
        say(sent([...sizes.values()]))
      }
    },
    result: () => ({ failure, digest, pushed: count('pushed'), reused: count('reused') }),
  }
}

function sent(sizes: readonly { current: number; total: number }[]): string {
  const sum = (key: 'current' | 'total'): number => sizes.reduce((all, size) => all + size[key], 0)
  return partText(sum('current'), sum('total'))
}
