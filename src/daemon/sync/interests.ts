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
  /** The secrets that are made of it. */
  secretsOf(file: string): string[]
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
    roots: [
      ...each.flatMap(({ roots }) => roots),
      ...[...project.files, ...project.secrets.map(({ file }) => file)].map(wholly),
    ],
    secretsOf: file => project.secrets.filter(spec => spec.file === file).map(({ name }) => name),
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
  const docker = build && leftOutBy(ignoreRules(await readIgnoreFile(build), 'buildx'))
  const building = build && docker ? buildRoots(build, docker) : []
  const ruled = sync.map(rule => sourceRule(rule, build?.context, docker))
  const manifests = (await Promise.all(deploy.map(deployRoots))).flat()
  return {
    interest: {
      service: name,
      rules: ruled.map(({ rule }) => rule),
      builds: file => building.some(root => isIn(root, file)),
      deploys: file => manifests.some(root => isIn(root, file)),
    },
    roots: [...building, ...ruled.flatMap(({ roots }) => roots), ...manifests],
    ignoreFiles: build ? ignoreFilesOf(build) : [],
  }
}

function buildRoots(spec: BuildSpec, leavesOut: WatchRoot['leavesOut']): WatchRoot[] {
  return [{ path: spec.context, leavesOut }, ...[spec.dockerfile, ...ignoreFilesOf(spec)].map(wholly)]
}

function ignoreFilesOf({ dockerfile, context }: BuildSpec): string[] {
  return [`${dockerfile}.dockerignore`, join(context, '.dockerignore')]
}

/** A rule with all that leaves something out: its own list, .gitignore where asked, and .dockerignore within the context. */
function sourceRule(
  rule: SyncRule,
  context: string | undefined,
  docker: WatchRoot['leavesOut'] | undefined,
): { rule: SourceRule; roots: WatchRoot[] } {
  const own = ignorePatterns(rule.ignore)
  const git = rule.gitignore ? gitignore(rule.from) : undefined
  const leavesOut: WatchRoot['leavesOut'] = (path, isFolder) => {
    if (isGit(path) || own(path, isFolder) || git?.leavesOut(path, isFolder)) return true
    const inContext = context && within(context, join(rule.from, path))
    return (inContext && docker?.(inContext, isFolder)) || false
  }
  const roots = [{ path: rule.from, leavesOut }, ...(git?.above ?? []).map(wholly)]
  return { rule: { ...rule, leavesOut }, roots }
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
