import Docker from 'dockerode'
import { DevkError } from '../base/errors.ts'
import { dockerHost } from './endpoint.ts'
import { explainDocker } from './explain.ts'

export interface DockerConnection {
  docker: Docker
  /** As in DOCKER_HOST, for the programs that devk starts: they must reach the same Docker. */
  host: string
}

const PATIENCE_MS = 10_000

/**
 * A Docker that answers. Throws what `explainDocker` explains where nothing is there, DOCKER_SILENT where something is
 * and does not answer: no later request has to fear that it waits for ever from the start.
 */
export async function connectDocker(
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<DockerConnection> {
  const { docker, host } = await openDocker(env)
  const limit = AbortSignal.timeout(PATIENCE_MS)
  try {
    await docker.listContainers({ limit: 1, abortSignal: AbortSignal.any([signal, limit]) })
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.aborted) throw explainDocker(error, host) ?? error
    throw new DevkError({
      code: 'DOCKER_SILENT',
      message: `Docker is there at ${host}, and does not answer within ${PATIENCE_MS / 1_000} s.`,
      hint: 'Restart Docker, then run this again.',
    })
  }
  return { docker, host }
}

/** Asks nothing yet. */
export async function openDocker(env: NodeJS.ProcessEnv = process.env): Promise<DockerConnection> {
  const host = await dockerHost(env)
  return { docker: new Docker(dockerOptions(host, env)), host }
}

function dockerOptions(host: string, env: NodeJS.ProcessEnv): Docker.DockerOptions {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  if (host.startsWith('npipe://')) return { socketPath: host.slice('npipe://'.length).replaceAll('/', '\\') }
  // docker-modem reads TLS files and ssh agents from the environment by itself.
  if (/^(tcp|https?|ssh):\/\//.test(host) && env['DOCKER_HOST'] === host) return {}
  if (/^(tcp|https?):\/\//.test(host)) {
    const url = new URL(host.replace(/^tcp:/, 'http:'))
    return { host: url.hostname, port: url.port || '2375' }
  }
  if (host.startsWith('ssh://')) {
    const url = new URL(host)
    return {
      protocol: 'ssh',
      host: url.hostname,
      port: url.port || '22',
      username: decodeURIComponent(url.username),
      ...(env['SSH_AUTH_SOCK'] && { sshOptions: { agent: env['SSH_AUTH_SOCK'] } }),
    }
  }
  throw new DevkError({
    code: 'DOCKER_HOST',
    message: `DOCKER_HOST is "${host}", which is no address of a Docker engine.`,
    hint: 'Use unix:///path/to/docker.sock, tcp://host:port or ssh://user@host.',
  })
}
