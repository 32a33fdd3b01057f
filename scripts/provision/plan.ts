import { type Build, missingBuilds } from '../airgap/build.ts'
import { catalogue, imagesFor } from '../airgap/builds/catalogue.ts'
import { type Facts, isBuilt } from './facts.ts'
import type { InotifyLimit } from './kernel.ts'
import type { Goal } from './options.ts'
import { imagesToPull, listedName } from './pinned-images.ts'
import { planEngine } from './plan-engine.ts'
import { type Item, planPackages, type Way } from './plan-item.ts'
import { requirements, type Tool, text } from './tool-versions.ts'
import { describeTool, type ToolFacts } from './tools.ts'

export interface Plan {
  items: readonly Item[]
  /** What has to be built, for tools and images, in order. */
  builds: readonly Build[]
}

/** The build that a tool comes out of, and its file's name there. */
export const toolBuilds: Readonly<Record<Tool, { build: string; file: string }>> = {
  kind: { build: 'kind', file: 'kind' },
  k3d: { build: 'k3d', file: 'k3d' },
  // One binary for all of Kubernetes' commands: its own name tells it which to be.
  kubectl: { build: 'kubernetes', file: 'kubernetes' },
  helm: { build: 'helm', file: 'helm' },
  sops: { build: 'sops', file: 'sops' },
}

const OLDEST_GO = { major: 1, minor: 24 }

/** What is here, what is missing, and what would be done about it. Decides only; nothing is touched. */
export function makePlan(facts: Facts, goal: Goal): Plan {
  const tools = facts.tools.map(tool => planTool(tool, facts))
  const images =
    facts.registries.state === 'reachable' ? planPulls(facts, goal) : planImageBuilds(facts, goal)
  const builds = missingBuilds(catalogue, buildTargets([...tools, ...images]), build => isBuilt(build, facts))
  const items = [
    ...planEngine(facts),
    ...planInotify(facts),
    ...planPrograms(facts, builds),
    ...planTestPrograms(facts, goal),
    ...tools,
    registriesItem(facts),
    ...images,
  ]
  return { items, builds }
}

export function isComplete({ items }: Plan): boolean {
  return items.every(({ state }) => state === 'here' || state === 'advised')
}

function planTool({ tool, use, unfit }: ToolFacts, { offered }: Facts): Item {
  if (use) return { name: tool, state: 'here', found: describeTool(use), todo: '' }
  const ways: Way[] = offered.has(tool) ? ['download', 'build'] : ['build']
  return {
    name: tool,
    state: 'missing',
    found: unfit ? `${describeTool(unfit)}; ${requirements[tool].wanted} is needed` : 'not found',
    todo: ways[0] === 'download' ? 'download and verify' : 'build from its Go module',
    action: { do: 'get-tool', tool, ways },
  }
}

function planPulls({ images }: Facts, goal: Goal): Item[] {
  return imagesToPull(goal).map(image =>
    images.has(listedName(image))
      ? { name: image, state: 'here', found: 'pulled', todo: '' }
      : { name: image, state: 'missing', found: 'not here', todo: 'pull', action: { do: 'pull', image } },
  )
}

function planImageBuilds(facts: Facts, goal: Goal): Item[] {
  const targets = imagesFor[goal]
  return catalogue.filter(build => targets.includes(build.id)).map(build => planImageBuild(build, facts))
}

function planImageBuild(build: Build, facts: Facts): Item {
  const name = build.output.kind === 'images' ? build.output.tags.join(', ') : build.id
  const former = build.output.kind === 'images' ? facts.images.get(build.output.tags[0] ?? '') : undefined
  if (isBuilt(build, facts)) {
    return {
      name,
      state: 'here',
      found: former?.inputs ? 'built here' : 'not built here, left as it is',
      todo: '',
    }
  }
  const found = former ? 'built here from other inputs' : 'not here'
  if (facts.os !== 'linux') {
    return { name, state: 'blocked', found, todo: 'needs an image registry, or Linux to build it on' }
  }
  return { name, state: 'missing', found, todo: 'build', action: { do: 'build', build: build.id } }
}

function buildTargets(items: readonly Item[]): string[] {
  return items.flatMap(({ action }) => {
    if (action?.do === 'build') return [action.build]
    if (action?.do === 'get-tool' && action.ways[0] === 'build') return [toolBuilds[action.tool].build]
    return []
  })
}

function planInotify({ os, root, lowInotify }: Facts): Item[] {
  if (os !== 'linux') return []
  const limits = (Object.keys(lowInotify) as InotifyLimit[]).sort()
  const name = 'inotify limits'
  if (limits.length === 0) return [{ name, state: 'here', found: 'high enough', todo: '' }]
  const found = limits.map(limit => `${limit} ${lowInotify[limit]}`).join(', ')
  if (root) return [{ name, state: 'missing', found, todo: 'raise', action: { do: 'raise-inotify', limits } }]
  const commands = ['sudo sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288']
  return [{ name, state: 'advised', found, todo: 'raise by hand', commands }]
}

/** What the builds themselves need. */
function planPrograms(facts: Facts, builds: readonly Build[]): Item[] {
  const needed = new Set(builds.flatMap(build => build.programs))
  const items: Item[] = []
  if (needed.has('go')) items.push(planGo(facts))
  if (needed.has('npm') && !facts.programs.npm) {
    items.push({ name: 'npm', state: 'blocked', found: 'not found', todo: 'install npm' })
  }
  if (needed.has('mmdebstrap') && !facts.programs.mmdebstrap) items.push(planPackages(facts, ['mmdebstrap']))
  return items
}

function planTestPrograms(facts: Facts, goal: Goal): Item[] {
  const { lackForTests } = facts.programs
  if (goal !== 'test') return []
  if (lackForTests.length > 0) return [planPackages(facts, lackForTests)]
  return [{ name: 'what the tests use', state: 'here', found: 'on PATH', todo: '' }]
}

function planGo({ programs: { go } }: Facts): Item {
  const name = `Go ${OLDEST_GO.major}.${OLDEST_GO.minor} or newer, to build with`
  const fits =
    go && (go.major > OLDEST_GO.major || (go.major === OLDEST_GO.major && go.minor >= OLDEST_GO.minor))
  if (fits) return { name, state: 'here', found: text(go), todo: '' }
  return {
    name,
    state: 'blocked',
    found: go ? text(go) : 'not found',
    todo: 'install Go (https://go.dev/doc/install)',
  }
}

function registriesItem({ registries: { state, decidedAt, remembered } }: Facts): Item {
  const when = remembered ? `, as of ${decidedAt}` : ''
  return {
    name: 'image registries',
    state: 'here',
    found: state === 'reachable' ? `reachable${when}` : `unreachable${when}: images are built here`,
    todo: '',
  }
}
