import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run } from '../../src/exec/run.ts'
import { INPUTS_LABEL } from './build.ts'

/** Finished outputs of folder builds, each under the hash of its inputs: `<root>/<build>/<hash>`. */
export function folderStore(root: string) {
  const folder = (build: string, hash: string) => join(root, build, hash)
  return {
    folder,
    async has(build: string, hash: string): Promise<boolean> {
      const found = await stat(folder(build, hash)).catch(() => undefined)
      return found?.isDirectory() ?? false
    },
    /** An empty folder to build in; what a killed build left there is gone. */
    async draft(build: string): Promise<string> {
      const path = join(root, build, 'draft')
      await rm(path, { recursive: true, force: true })
      await mkdir(path, { recursive: true })
      return path
    },
    /** The draft becomes the build's one output, at once and whole; outputs of other inputs go. */
    async finish(build: string, hash: string): Promise<void> {
      await rename(join(root, build, 'draft'), folder(build, hash))
      for (const other of await readdir(join(root, build))) {
        if (other !== hash) await rm(join(root, build, other), { recursive: true, force: true })
      }
    },
    async discardDraft(build: string): Promise<void> {
      await rm(join(root, build, 'draft'), { recursive: true, force: true })
    },
  }
}

export type FolderStore = ReturnType<typeof folderStore>

export interface FoundImage {
  id: string
  /** What it was made of, where it was built here. */
  inputs?: string
}

/** Which of the images the engine has, by tag. */
export async function findImages(
  run: Run,
  docker: string,
  tags: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, FoundImage>> {
  const found = new Map<string, FoundImage>()
  if (tags.length === 0) return found
  const names = '{{range .RepoTags}}{{.}} {{end}}{{range .RepoDigests}}{{.}} {{end}}'
  const format = `{{.Id}}|{{with .Config.Labels}}{{index . "${INPUTS_LABEL}"}}{{end}}|${names}`
  const command = { file: docker, args: ['image', 'inspect', '--format', format, ...tags] }
  // Exits with 1 where any of them is missing, and still describes the others.
  const { stdout } = await run(command, { accept: [1], ...(signal && { signal }) })
  for (const line of stdout.split('\n')) {
    const [id = '', inputs = '', tagged = ''] = line.split('|')
    if (!id) continue
    for (const tag of tagged.trim().split(' ')) found.set(tag, { id, ...(inputs && { inputs }) })
  }
  return found
}
