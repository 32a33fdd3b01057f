import { openClusters } from '../../cluster/clusters.ts'
import { debugContainer } from '../../kube/exec/debug-container.ts'
import { mirrorLocalImage } from '../../resources/mirror-local-images.ts'
import { type RegistryOutput, registryId } from '../../resources/outputs.ts'
import { withProject } from '../asked-project.ts'
import { findPlace, type PlaceInPod } from '../exec/find-place.ts'
import { findShell } from '../exec/find-shell.ts'
import { runInPod } from '../exec/run-in-pod.ts'
import type { Session } from '../session/session.ts'
import type { Operation, OperationContext } from './operation.ts'

/** A shell in a container of a service, or in one beside it where its image has none. */
export const shell: Operation<'shell'> = async (input, context) => {
  return await withProject(context, async session => {
    const place = await findPlace(session, input, context)
    if (place.note) context.steps.note(place.note)
    const own = await findShell(place, context.signal)
    if (own !== undefined) return await runInPod(place, { ...input, command: [own] }, context)
    const beside = await placeBeside(place, input.image, session, context)
    const its = (await findShell(beside, context.signal)) ?? 'sh'
    return await runInPod(beside, { ...input, command: [its] }, context)
  })
}

async function placeBeside(
  place: PlaceInPod,
  image: string,
  session: Session,
  { steps, signal }: OperationContext,
): Promise<PlaceInPod> {
  const { access, pod, container, service } = place
  const title = `a shell beside ${service}, whose image has none`
  const { name, leftOut, firstProcess, ...seen } = await steps.during(title, async say => {
    const registry = await session.store.read(registryId)
    if (registry?.phase === 'done') {
      const { host } = registry.output as RegistryOutput
      await mirrorLocalImage(await openClusters({ steps, signal }), host, image, { signal, say })
    }
    const target = { pod: pod.metadata.name, target: container }
    return await debugContainer(access.api, access.live, target, { image, signal, say })
  })
  steps.note(
    `This shell is of ${image}. The processes of ${container} are its own, and the files of ${container} are under /proc/${firstProcess ?? 'PID'}/root.`,
  )
  if (leftOut.length > 0) {
    steps.note(
      `Only under there: ${leftOut.join(', ')}. Kubernetes mounts no subPath in a container that is added.`,
    )
  }
  return { ...place, pod: seen.pod, container: name }
}
