import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { DevkError } from '../../src/base/errors.ts'
import { paths } from '../../src/base/paths.ts'
import type { Run } from '../../src/exec/run.ts'
import { required } from '../airgap/build.ts'
import { catalogue } from '../airgap/builds/catalogue.ts'
import { buildStep, type Factory, make } from '../airgap/make.ts'
import { download } from './download.ts'
import { downloadFor, platformOf } from './downloads.ts'
import type { EngineFacts } from './engine.ts'
import { configureEngine, startEngine } from './engine-start.ts'
import { airgapStore, type Facts } from './facts.ts'
import { inotifyNeeds, raiseInotifyLimits } from './kernel.ts'
import { type Plan, toolBuilds } from './plan.ts'
import type { Action } from './plan-item.ts'
import type { Step, StepContext } from './steps.ts'
import type { Tool } from './tool-versions.ts'

/** What a plan's steps share while they run. */
interface Site {
  run: Run
  /** Known better once the engine was started. */
  engine: EngineFacts
  factory: Factory
}

const PACKAGES = 'packages'
const RUNTIME = 'runtime'
const ENGINE = 'engine'

/** The plan as steps, the builds among them. */
export function planSteps(plan: Plan, facts: Facts, run: Run): Step[] {
  const site: Site = { run, engine: facts.engine, factory: factoryFor(facts, run, () => site.engine) }
  const packages = plan.items.flatMap(({ action }) => (action?.do === 'install-packages' ? action.names : []))
  const actions = plan.items.flatMap(({ action }) =>
    action && action.do !== 'install-packages' ? [action] : [],
  )
  return [
    ...(packages.length > 0 ? [installPackages(packages, site)] : []),
    ...actions.flatMap(action => actionStep(action, site)),
    ...plan.builds.map(build => buildStep(build, site.factory, machineNeeds(build.programs))),
  ]
}

/** What of the machine a build waits for. A compile waits for nothing: it starts while packages are installed. */
function machineNeeds(programs: readonly string[]): string[] {
  return [
    ...(programs.includes('mmdebstrap') ? [PACKAGES] : []),
    ...(programs.includes('docker') ? [ENGINE] : []),
  ]
}

function actionStep(action: Exclude<Action, { do: 'install-packages' }>, site: Site): Step[] {
  switch (action.do) {
    case 'raise-inotify':
      return [
        step('inotify', 'inotify limits', [], async ({ say }) => {
          await raiseInotifyLimits(action.limits)
          say(
            action.limits
              .map(limit => `${limit} is ${inotifyNeeds[limit]} now, until the next boot`)
              .join(', '),
          )
        }),
      ]
    case 'configure-engine':
      return [
        step(RUNTIME, 'container runtime', [], context => configureEngine(site.run, site.engine, context)),
        ...(site.engine.server ? [startStep(site)] : []),
      ]
    case 'start-engine':
      return [startStep(site)]
    case 'get-tool':
      return [toolStep(action.tool, action.ways[0] === 'download', site)]
    case 'pull':
      return [
        step(`pull ${action.image}`, action.image, [ENGINE], async ({ signal, say }) => {
          await site.run(
            { file: dockerOf(site.engine), args: ['pull', action.image] },
            { signal, onLine: say },
          )
        }),
      ]
    case 'build':
      // Stands among the plan's builds, before what it is built on.
      return []
  }
}

const startStep = (site: Site): Step =>
  step(ENGINE, 'Docker engine', [PACKAGES, RUNTIME], async context => {
    site.engine = await startEngine(site.run, context)
  })

function installPackages(names: readonly string[], { run }: Site): Step {
  // The engine is started by its package on some machines: its configuration has to be there first.
  return step(PACKAGES, `Debian packages ${names.join(', ')}`, [RUNTIME], async ({ signal, say }) => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    const waiting = ['-o', 'DPkg::Lock::Timeout=120']
    for (const args of [['update'], ['install', '--yes', ...names]]) {
      await run({ file: 'apt-get', args: [...waiting, ...args], env }, { signal, onLine: say })
    }
  })
}

function toolStep(tool: Tool, offered: boolean, site: Site): Step {
  const target = join(paths().bin, tool)
  const { build } = toolBuilds[tool]
  return step(`tool ${tool}`, `${tool} in ${paths().bin}`, offered ? [] : [build], async context => {
    if (offered && (await downloaded(tool, target, site, context))) return
    await installBuilt(tool, target, site, context)
  })
}

async function downloaded(tool: Tool, target: string, { run }: Site, context: StepContext): Promise<boolean> {
  const offer = downloadFor(tool, platformOf(platform(), arch()))
  if (!offer) return false
  try {
    await download(offer, target, { run, signal: context.signal, say: context.say })
    return true
  } catch (error) {
    // What came broken is told; what did not come is built.
    if (!(error instanceof DevkError) || error.code !== 'DOWNLOAD_FAILED') throw error
    context.say(`${error.message} Building it instead.`)
    return false
  }
}

/** A hard link where the cache is on the same disk, for one of these binaries has 150 MB. */
async function installBuilt(
  tool: Tool,
  target: string,
  { factory }: Site,
  context: StepContext,
): Promise<void> {
  const { build: id, file } = toolBuilds[tool]
  const hash = required(factory.hashes, id)
  if (!(await factory.store.has(id, hash))) {
    const build = catalogue.find(candidate => candidate.id === id)
    if (build) await make(build, factory, context)
  }
  const built = join(factory.store.folder(id, hash), file)
  const draft = `${target}.${process.pid}.part`
  await mkdir(dirname(target), { recursive: true })
  await rm(draft, { force: true })
  await link(built, draft).catch(() => copyFile(built, draft))
  await rename(draft, target)
}

function factoryFor(facts: Facts, run: Run, engine: () => EngineFacts): Factory {
  return {
    run,
    store: airgapStore(),
    hashes: facts.hashes,
    docker: () => dockerOf(engine()),
  }
}

function dockerOf({ docker }: EngineFacts): string {
  return docker ?? 'docker'
}

function step(id: string, title: string, needs: readonly string[], run: Step['run']): Step {
  return { id, title, needs, weight: 'io', run }
}
