import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { paths } from '../../src/base/paths.ts'
import { writeFileAtomic } from '../../src/base/write-file.ts'
import type { Run } from '../../src/exec/run.ts'
import { findProgram, isExecutable } from './programs.ts'
import { readVersion, requirements, type Tool, text, type Version } from './tool-versions.ts'

/** A tool as it was found. */
export interface FoundTool {
  path: string
  /** Undefined where it did not say. */
  version?: Version
}

export interface ToolFacts {
  tool: Tool
  /** The one that will do. */
  use?: FoundTool
  /** What is in its way: of another version, or silent about it. */
  unfit?: FoundTool
}

/** Which of the tools are here in a version that will do. One that was asked before and has not changed is not asked. */
export async function findTools(tools: readonly Tool[], run: Run, signal: AbortSignal): Promise<ToolFacts[]> {
  const memory = await readMemory()
  const seen: Memory = { ...memory }
  const facts = await Promise.all(
    tools.map(async tool => {
      const own = join(paths().bin, tool)
      const [ownTool, onPath] = await Promise.all([
        isExecutable(own).then(found => (found ? own : undefined)),
        findProgram(tool),
      ])
      const look = (path: string | undefined) =>
        path ? inspect(tool, path, memory, seen, run, signal) : undefined
      return chooseTool(tool, await look(ownTool), await look(onPath))
    }),
  )
  if (JSON.stringify(seen) !== JSON.stringify(memory))
    await writeFileAtomic(memoryFile(), JSON.stringify(seen))
  return facts
}

/**
 * devk takes the one that set-up brought before the one on PATH, and of those on PATH the first:
 * what it would take has to fit, whatever lies behind it.
 */
export function chooseTool(tool: Tool, own: FoundTool | undefined, onPath: FoundTool | undefined): ToolFacts {
  const taken = own ?? onPath
  if (!taken) return { tool }
  const fits = taken.version !== undefined && requirements[tool].accepts(taken.version)
  return fits ? { tool, use: taken } : { tool, unfit: taken }
}

export function describeTool({ path, version }: FoundTool): string {
  return `${version ? text(version) : 'unknown version'}, ${path}`
}

/** What a file of that size and age said of itself. */
type Memory = Record<string, { size: number; mtimeMs: number; version: Version | null }>

const memoryFile = (): string => join(paths().state, 'tools.json')
const TOO_LONG_MS = 10_000

async function inspect(
  tool: Tool,
  path: string,
  memory: Memory,
  seen: Memory,
  run: Run,
  signal: AbortSignal,
): Promise<FoundTool> {
  const { size, mtimeMs } = await stat(path)
  const known = memory[path]
  const version =
    known && known.size === size && known.mtimeMs === mtimeMs
      ? known.version
      : await ask(tool, path, run, signal)
  seen[path] = { size, mtimeMs, version: version ?? null }
  return { path, ...(version && { version }) }
}

async function ask(tool: Tool, path: string, run: Run, signal: AbortSignal): Promise<Version | undefined> {
  try {
    const bound = AbortSignal.any([signal, AbortSignal.timeout(TOO_LONG_MS)])
    const { stdout } = await run({ file: path, args: requirements[tool].args }, { signal: bound })
    return readVersion(stdout)
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

async function readMemory(): Promise<Memory> {
  try {
    return JSON.parse(await readFile(memoryFile(), 'utf8'))
  } catch {
    return {}
  }
}
