import { mkdir, open, readFile, realpath, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { DevkError, errorCode } from '../base/errors.ts'
import { sleep } from '../base/time.ts'
import { writeFileAtomic } from '../base/write-file.ts'

const lists = ['clusters', 'contexts', 'users'] as const

/** The user's own kubeconfig that is added to: the first file of KUBECONFIG, or the default one. */
export function userKubeconfig(env: NodeJS.ProcessEnv = process.env): string {
  const [first = defaultKubeconfig()] = userKubeconfigs(env)
  return first
}

/** All files that KUBECONFIG names, or the default one. */
export function userKubeconfigs(env: NodeJS.ProcessEnv): string[] {
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean)
  return named.length > 0 ? named.map(file => resolve(file)) : [defaultKubeconfig()]
}

function defaultKubeconfig(): string {
  return join(homedir(), '.kube', 'config')
}

/** Adds or replaces a context with its cluster and user; the current context and all else stay as they are. */
export async function mergeContext(
  file: string,
  added: string,
  context: string,
  signal: AbortSignal,
): Promise<void> {
  const source = parseDocument(added)
  await edit(file, signal, document => {
    for (const list of lists) {
      const entry = find(source, list, context)
      remove(document, list, context)
      const target = document.get(list)
      if (isSeq(target)) target.add(entry)
      else document.set(list, document.createNode([entry]))
    }
    document.set('apiVersion', 'v1')
    document.set('kind', 'Config')
    return true
  })
}

/** Takes a context out again; a current context that would name nothing then is unset. */
export async function removeContext(file: string, context: string, signal: AbortSignal): Promise<boolean> {
  let removed = false
  await edit(file, signal, document => {
    removed = lists.map(list => remove(document, list, context)).some(Boolean)
    if (removed && document.get('current-context') === context) document.set('current-context', '')
    return removed
  })
  return removed
}

async function edit(
  file: string,
  signal: AbortSignal,
  change: (document: Document) => boolean,
): Promise<void> {
  const path = await realpath(file).catch(() => file)
  await mkdir(dirname(path), { recursive: true })
  await withKubectlLock(path, signal, async () => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return ''
      throw error
    })
    const document = parseDocument(text)
    if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents))) {
      throw new DevkError({
        code: 'KUBECONFIG_INVALID',
        message: `${file} is no kubeconfig that devk can read; it was left as it is.`,
        hint: 'Correct the file, or point KUBECONFIG at another one.',
        detail: document.errors[0]?.message ?? '',
      })
    }
    if (change(document)) await writeFileAtomic(path, document.toString())
  })
}

/** kubectl's own lock: a file beside the configuration that only one can make. */
async function withKubectlLock(path: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`
  const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)])
  while (true) {
    try {
      await (await open(lock, 'wx', 0o600)).close()
      break
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
      if (limit.aborted && !signal.aborted) throw stuck(lock)
      await sleep(50, signal)
    }
  }
  try {
    await work()
  } finally {
    await rm(lock, { force: true })
  }
}

function stuck(lock: string): DevkError {
  return new DevkError({
    code: 'KUBECONFIG_LOCKED',
    message: `${lock} is there for 10 seconds: another program changes the kubeconfig, or one was killed while it did.`,
    hint: `If none runs, remove ${lock}.`,
  })
}

function find(document: Document, list: string, name: string): YAMLMap | undefined {
  const items = document.get(list)
  return isSeq(items)
    ? (items as YAMLSeq<YAMLMap>).items.find(item => isMap(item) && item.get('name') === name)
    : undefined
}

function remove(document: Document, list: string, name: string): boolean {
  const items = document.get(list)
  if (!isSeq(items)) return false
  const index = (items as YAMLSeq<YAMLMap>).items.findIndex(item => isMap(item) && item.get('name') === name)
  if (index >= 0) items.delete(index)
  return index >= 0
}
