import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { DevkError } from '../base/errors.ts'
import { paths } from '../base/paths.ts'

export type Tool = 'kind' | 'k3d' | 'kubectl' | 'helm' | 'sops' | 'docker'

/** The tool's file: the one that set-up brought, else the first on PATH. Throws TOOL_MISSING. */
export async function findTool(name: Tool, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = await lookUp(name, env)
  if (found) return found
  throw new DevkError({
    code: 'TOOL_MISSING',
    message: `${name} is not installed: neither in ${paths(env).bin} nor on PATH.`,
    hint: `Install ${name} (in a clone of devk: scripts/setup --for test), then run this again. devk doctor lists all that devk needs.`,
  })
}

export async function lookUp(name: Tool, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  return (await findIn([paths(env).bin], name)) ?? (await findOnPath(name, env))
}

/** A program of the user's. */
export async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  return await findIn(folders, name)
}

async function findIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, name)
    if (await isExecutable(file)) return file
  }
  return undefined
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
