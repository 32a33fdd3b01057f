import type { Run } from '../../src/exec/run.ts'
import { findProgram, findPrograms } from './programs.ts'
import { readVersion } from './tool-versions.ts'

/** What is known of the Docker engine. */
export interface EngineFacts {
  /** The client to use: the one that fits the engine, where several are on PATH. */
  docker?: string
  server?: { version: string; defaultRuntime?: string }
  /** Why the client does not reach an engine. */
  problem?: string
  dockerd?: string
  /** The client is told of an engine other than this machine's own. */
  remote?: string
}

interface Answer {
  client: string
  clientVersion: string
  serverVersion?: string
  problem: string
}

export async function inspectEngine(run: Run, signal: AbortSignal): Promise<EngineFacts> {
  const [clients, dockerd] = await Promise.all([
    findPrograms('docker'),
    findProgram('dockerd', ['/usr/sbin']),
  ])
  const remote = process.env['DOCKER_HOST'] || process.env['DOCKER_CONTEXT']
  const known = { ...(dockerd && { dockerd }), ...(remote && { remote }) }
  const answers: Answer[] = []
  for (const client of clients) {
    const answer = await ask(run, client, signal)
    answers.push(answer)
    if (!answer.serverVersion || sameMajor(answer)) break
  }
  const best = answers.find(sameMajor) ?? answers[0]
  if (!best) return known
  if (!best.serverVersion) return { ...known, docker: best.client, problem: best.problem }
  return { ...known, docker: best.client, server: { version: best.serverVersion } }
}

export async function defaultRuntime(run: Run, docker: string, signal: AbortSignal): Promise<string> {
  const args = ['info', '--format', '{{.DefaultRuntime}}']
  return (await run({ file: docker, args }, { signal })).stdout.trim()
}

export async function runsNothing(run: Run, docker: string, signal: AbortSignal): Promise<boolean> {
  return (await run({ file: docker, args: ['ps', '--quiet'] }, { signal })).stdout.trim() === ''
}

async function ask(run: Run, client: string, signal: AbortSignal): Promise<Answer> {
  const args = ['version', '--format', '{{.Client.Version}} {{with .Server}}{{.Version}}{{end}}']
  // Exits with 1 where the engine does not answer, and still names the client's own version.
  const { stdout, stderr } = await run({ file: client, args }, { accept: [1], signal })
  const [clientVersion = '', serverVersion] = stdout.trim().split(' ')
  return { client, clientVersion, problem: stderr, ...(serverVersion && { serverVersion }) }
}

function sameMajor({ clientVersion, serverVersion = '' }: Answer): boolean {
  const client = readVersion(clientVersion)
  return client !== undefined && client.major === readVersion(serverVersion)?.major
}
