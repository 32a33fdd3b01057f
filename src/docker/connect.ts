import Docker from 'dockerode'
import { DevkError } from '../base/errors.ts'
import { dockerHost } from './endpoint.ts'

export interface DockerConnection {
  docker: Docker
  /** As in DOCKER_HOST, for the programs that devk starts: they must reach the same Docker. */
  host: string
}

/** Opens nothing yet: the first request shows whether Docker answers, and `explainDocker` why it does not. */
export async function connectDocker(env: NodeJS.ProcessEnv = process.env): Promise<DockerConnection> {
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
