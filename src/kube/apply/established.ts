import { DevkError } from '../../base/errors.ts'
import { formatDuration, poll } from '../../base/time.ts'
import type { KubeApi } from '../api.ts'
import type { KubeObject } from '../object.ts'
import type { Resource } from './discovery.ts'
import { pathOf } from './resources.ts'

interface Crd {
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] }
}

const PATIENCE_MS = 30_000

/** Waits until the API serves what a CRD defines. Throws CRD_REFUSED with its own reason. */
export async function waitEstablished(
  api: KubeApi,
  crd: KubeObject,
  resource: Resource,
  { signal, say }: { signal: AbortSignal; say: (waits: string) => void },
): Promise<void> {
  const started = Date.now()
  const { name } = crd.metadata
  await poll(
    async () => {
      const { status } = await api.get<Crd>(pathOf(resource, crd.metadata), { signal })
      const conditions = status?.conditions ?? []
      if (conditions.some(({ type, status }) => type === 'Established' && status === 'True')) return true
      const conflict = conditions.find(({ type, status }) => type === 'NamesAccepted' && status === 'False')
      if (conflict) throw refused(name, conflict.message ?? conflict.reason ?? 'its names are taken')
      if (Date.now() - started > PATIENCE_MS)
        throw refused(name, `nothing came of it in ${formatDuration(PATIENCE_MS)}`)
      say(`CustomResourceDefinition ${name}: waiting until the API serves it`)
      return undefined
    },
    { every: 30, signal },
  )
}

function refused(name: string, why: string): DevkError {
  return new DevkError({
    code: 'CRD_REFUSED',
    message: `The API does not serve what CustomResourceDefinition ${name} defines: ${why}. What follows it was not applied.`,
    hint: `Look at it: kubectl describe crd ${name}`,
  })
}
