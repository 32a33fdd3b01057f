import { join } from 'node:path'
import { type IgnoreRules, ignoreRules, type Judgement } from '../../docker/build/ignore.ts'
import { readIgnoreFile } from '../../docker/build/ignore-file.ts'
import { deployInputs } from '../../kube/manifests/deploy-inputs.ts'
import type { BuildSpec, DeploySpec, Project, Service } from '../../model/project.ts'
import type { SyncRule } from '../../model/sync.ts'
import type { Interest } from '../../sync/decide.ts'
import { type SourceRule, within } from '../../sync/source-rule.ts'
import { gitignore, ignorePatterns } from '../../watch/gitignore.ts'
import type { WatchRoot } from '../../watch/root.ts'

/** What is watched of a project, and what each file of it means. */
export interface Interests {
  services: Interest[]
  roots: WatchRoot[]
  /** The project is read from it. */
  isProject(file: string): boolean
  /** It says which files count. */
  isIgnoreFile(file: string): boolean
}

export async function interestsOf(project: Project, services: readonly Service[]): Promise<Interests> {
  const each = await Promise.all(services.map(interestOf))
  const projectFiles = new Set(project.files)
  const ignoreFiles = new Set(each.flatMap(({ ignoreFiles }) => ignoreFiles))
  const usesGit = services.some(({ sync }) => sync.some(rule => rule.gitignore))
  return {
    services: each.map(({ interest }) => interest),
    roots: [...each.flatMap(({ roots }) => roots), ...project.files.map(wholly)],
    isProject: file => projectFiles.has(file),
    isIgnoreFile: file => ignoreFiles.has(file) || (usesGit && file.endsWith('/.gitignore')),
  }
}

interface OfService {
  interest: Interest
  roots: WatchRoot[]
  ignoreFiles: string[]
}

async function interestOf({ name, build, deploy, sync }: Service): Promise<OfService> {
  const [building, rules, deploying] = await Promise.all([
    build && buildRoots(build),
    Promise.all(sync.map(rule => sourceRule(rule, build))),
    Promise.all(deploy.map(deployRoots)),
  ])
  const manifests = deploying.flat()
  const ruleRoots = rules.map(rule => ({ path: rule.from, leavesOut: rule.leavesOut }))
  const gitFiles = sync.flatMap(rule => (rule.gitignore ? gitignore(rule.from).above : []))
  return {
    interest: {
      service: name,
      rules,
      builds: file => building?.roots.some(root => isIn(root, file)) ?? false,
      deploys: file => manifests.some(root => isIn(root, file)),
    },
    roots: [...(building?.roots ?? []), ...ruleRoots, ...manifests, ...gitFiles.map(wholly)],
    ignoreFiles: building?.ignoreFiles ?? [],
  }
}

async function buildRoots(spec: BuildSpec): Promise<{ roots: WatchRoot[]; ignoreFiles: string[] }> {
  const ignoreFiles = [`${spec.dockerfile}.dockerignore`, join(spec.context, '.dockerignore')]
  const leavesOut = leftOutBy(await dockerignore(spec))
  return {
    roots: [{ path: spec.context, leavesOut }, ...[spec.dockerfile, ...ignoreFiles].map(wholly)],
    ignoreFiles,
  }
}

/** A rule with all that leaves something out: its own list, .gitignore where asked, and .dockerignore within the context. */
async function sourceRule(rule: SyncRule, build: BuildSpec | undefined): Promise<SourceRule> {
  const own = ignorePatterns(rule.ignore)
  const git = rule.gitignore ? gitignore(rule.from) : undefined
  const docker = build && leftOutBy(await dockerignore(build))
  return {
    ...rule,
    leavesOut(path, isFolder) {
      if (isGit(path) || own(path, isFolder) || git?.leavesOut(path, isFolder)) return true
      const inContext = build && within(build.context, join(rule.from, path))
      return (inContext !== undefined && docker?.(inContext, isFolder)) || false
    },
  }
}

async function dockerignore(spec: BuildSpec): Promise<IgnoreRules> {
  return ignoreRules(await readIgnoreFile(spec), 'buildx')
}

/** Git writes there whatever is done with it, and no program is made of it. */
function isGit(path: string): boolean {
  return path === '.git' || path.startsWith('.git/')
}

function leftOutBy(rules: IgnoreRules): WatchRoot['leavesOut'] {
  return (path, isFolder) => {
    if (isGit(path)) return true
    let judgement: Judgement | undefined
    const names = path.split('/')
    for (let length = 1; length <= names.length; length++) {
      judgement = rules.judge(names.slice(0, length).join('/'), judgement)
    }
    return (judgement?.ignored ?? false) && !(isFolder && rules.mayHoldException(path))
  }
}

async function deployRoots(deploy: DeploySpec): Promise<WatchRoot[]> {
  const own = deploy.kind === 'helm' ? [deploy.chart, ...deploy.values] : [deploy.path]
  const roots = own.map(wholly)
  // A kustomization leads to others.
  const files = await deployInputs(deploy).catch(() => [])
  return [...roots, ...files.filter(file => !roots.some(root => isIn(root, file))).map(wholly)]
}

function wholly(path: string): WatchRoot {
  return { path, leavesOut: isGit }
}

function isIn(root: WatchRoot, file: string): boolean {
  if (file === root.path) return true
  const path = within(root.path, file)
  return path !== undefined && !root.leavesOut(path, false)
}
