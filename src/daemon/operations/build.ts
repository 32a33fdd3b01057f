import { explainChange } from '../../docker/build/explain-change.ts'
import { readBuildInputs } from '../../docker/build/inputs.ts'
import { connectDocker } from '../../docker/connect.ts'
import { changes } from '../../engine/changes.ts'
import { checkServices } from '../../model/check-services.ts'
import type { Project } from '../../model/project.ts'
import type { BuildInput, BuildOutput } from '../../protocol/operations.ts'
import { imageId } from '../../resources/outputs.ts'
import { imageNodes } from '../../resources/project-nodes.ts'
import { askedProject, withProject } from '../asked-project.ts'
import { bringUp } from '../session/bring-up.ts'
import { emptyReport } from '../session/observe.ts'
import type { Session } from '../session/session.ts'
import { shareFresh } from '../session/share-fresh.ts'
import type { Operation } from './operation.ts'

export const build: Operation<'build'> = async (input, context) => {
  const project = await askedProject(input.profiles, context)
  const built = project.services.filter(service => service.build).map(({ name }) => name)
  checkServices(input.services, built)
  const names = new Set(input.services.length > 0 ? input.services : built)
  return await withProject(context, session =>
    input.explain
      ? explain(session, project, names, context.signal)
      : make(session, { project, names, input }, context),
  )
}

async function make(
  session: Session,
  { project, names, input }: { project: Project; names: ReadonlySet<string>; input: BuildInput },
  { report, signal }: Parameters<Operation<'build'>>[1],
): Promise<BuildOutput> {
  const asked = {
    key: JSON.stringify(['build', project, input]),
    definition: JSON.stringify(project),
    title: `build ${[...names].join(', ')}`,
    report,
    cancel: signal,
  }
  return await shareFresh(session.runs, asked, async (steps, running) => {
    const run = await bringUp(
      session,
      {
        project,
        pruneVolumes: false,
        tidy: false,
        nodes: (context, counts) => imageNodes(context, names, counts),
      },
      { steps, signal: running },
    )
    const records = await Promise.all([...names].map(name => session.store.read(imageId(name))))
    const images = [...names].flatMap((service, index) => {
      const record = records[index]
      return record?.phase === 'done' ? [{ service, reference: String(record.output['reference']) }] : []
    })
    return { run, images }
  })
}

/** Why each image would be built anew; builds nothing. */
async function explain(
  session: Session,
  project: Project,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<BuildOutput> {
  const { docker } = await connectDocker(signal)
  const run = emptyReport()
  const images: BuildOutput['images'] = []
  for (const { name, build: spec } of project.services) {
    if (!spec || !names.has(name)) continue
    const record = await session.store.read(imageId(name))
    const { hash, entries } = await readBuildInputs(docker, spec, { signal, cache: session.stats })
    const after = { ...entries, hash, registry: record?.fingerprint['registry'] ?? '' }
    const why = changes(record, after, {
      explain: (before, now) => explainChange(before, now).filter(line => !/^hash /.test(line)),
    })
    run.done.push({ what: `image ${name}`, why })
    if (record?.phase === 'done' && why.length === 0) {
      images.push({ service: name, reference: String(record.output['reference']) })
    }
  }
  return { run, images }
}
