import { broughtUp, withProject } from '../asked-project.ts'
import { lookAtCluster } from '../session/project-status.ts'
import type { Operation } from './operation.ts'

export const sync: Operation<'sync'> = async ({ change }, context) => {
  return await withProject(context, async session => {
    const summary = await broughtUp(session)
    await lookAtCluster(session, summary, context)
    if (change === 'pause') await session.sync.pause()
    if (change === 'resume') await session.sync.resume()
    const services = summary.services.flatMap(name => {
      const status = session.sync.status(name)
      return status ? [{ name, sync: status }] : []
    })
    return { paused: session.sync.paused, services }
  })
}
