import { createHash } from 'node:crypto'
import type Docker from 'dockerode'
import { DevkError } from '../../base/errors.ts'
import { isFreePort } from '../../base/ports.ts'
import { poll } from '../../base/time.ts'
import { isStatus } from '../../docker/explain.ts'
import { pullIfMissing } from '../../docker/images.ts'
import type { Steps } from '../../model/steps.ts'
import { already } from '../start-stop.ts'
import { freePort } from './free-port.ts'
import type { Mirror } from './mirrors.ts'
import { REGISTRY_CONTAINER, REGISTRY_PORT_INSIDE, REGISTRY_VOLUME, type Registry } from './registry.ts'
import { serveScript } from './serve-script.ts'

export interface RegistrySettings {
  image: string
  /** The port that the user named. */
  port?: number | undefined
  /** The port that clusters know the registry at; without one it is the first free one of ours. */
  knownPort?: number | undefined
  mirrors: Mirror[]
}

const CONFIG_LABEL = 'dev.devk.registry'
const INSIDE = `${REGISTRY_PORT_INSIDE}/tcp`

export interface EnsureOptions {
  steps: Steps
  signal: AbortSignal
  /** Told where the registry will be, before it is there. */
  onAddress?: ((registry: Registry) => void) | undefined
  /** Where it must be known by its name: the networks of clusters that are there already. */
  networks: () => Promise<string[]>
}

/** Runs the machine's registry as the settings say: found, started, or made anew over the same data. */
export async function ensureRegistry(
  docker: Docker,
  settings: RegistrySettings,
  { steps, signal, networks, onAddress = () => {} }: EnsureOptions,
): Promise<Registry> {
  const config = configHash(settings)
  const found = await findRegistry(docker)
  const current = found && (await found.inspect())
  const port = current && publishedPort(current)
  const wanted = settings.port ?? port
  if (current && port !== undefined && port === wanted && current.Config.Labels[CONFIG_LABEL] === config) {
    if (current.State.Running) return registryAt(port, settings)
    onAddress(registryAt(port, settings))
    const started = await steps.during('Starting the registry', () => startAgain(docker, port, signal))
    if (started) return registryAt(port, settings)
  }
  return await steps.during('Creating the registry', async () => {
    const before = Object.keys(current?.NetworkSettings.Networks ?? {}).filter(name => name !== 'bridge')
    await pullIfMissing(docker, settings.image, signal)
    // What works goes only when its successor can have the port.
    if (wanted !== undefined && wanted !== port && !(await isFreePort(wanted))) throw portTaken(wanted)
    await found?.remove({ force: true })
    const chosen = wanted ?? settings.knownPort ?? (await freePort())
    onAddress(registryAt(chosen, settings))
    await create(docker, settings, chosen, config)
    await start(docker, chosen, signal)
    for (const network of new Set([...before, ...(await networks())]))
      await connectRegistry(docker, network).catch(ignoreMissing)
    return registryAt(chosen, settings)
  })
}

/** Throws REGISTRY_FOREIGN where a container of its name is somebody else's. */
export async function findRegistry(docker: Docker): Promise<Docker.Container | undefined> {
  const container = docker.getContainer(REGISTRY_CONTAINER)
  try {
    const { Config } = await container.inspect()
    if (CONFIG_LABEL in Config.Labels) return container
  } catch (error) {
    if (isStatus(error, 404)) return undefined
    throw error
  }
  throw new DevkError({
    code: 'REGISTRY_FOREIGN',
    message: `There is a container ${REGISTRY_CONTAINER} that devk did not make. It was left as it is.`,
    hint: `devk needs that name: docker rename ${REGISTRY_CONTAINER} another-name, then run this again.`,
  })
}

/** Where the registry listens, if there is one. */
export async function registryHost(docker: Docker): Promise<string | undefined> {
  const found = await findRegistry(docker)
  const port = found && publishedPort(await found.inspect())
  return port === undefined ? undefined : `localhost:${port}`
}

/** Makes the registry's name known in a cluster's network. Connecting again does nothing. */
export async function connectRegistry(docker: Docker, network: string): Promise<void> {
  try {
    await docker.getNetwork(network).connect({ Container: REGISTRY_CONTAINER })
  } catch (error) {
    if (!isStatus(error, 403) && !/already exists in network/.test(String(error))) throw error
  }
}

async function create(
  docker: Docker,
  settings: RegistrySettings,
  port: number,
  config: string,
): Promise<void> {
  await docker.createContainer({
    name: REGISTRY_CONTAINER,
    Image: settings.image,
    Entrypoint: ['/bin/sh', '-c', serveScript(settings.mirrors)],
    Cmd: [],
    Env: ['REGISTRY_STORAGE_DELETE_ENABLED=true', 'REGISTRY_LOG_LEVEL=warn', 'OTEL_TRACES_EXPORTER=none'],
    Labels: { [CONFIG_LABEL]: config },
    ExposedPorts: { [INSIDE]: {} },
    HostConfig: {
      PortBindings: { [INSIDE]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      Mounts: [{ Type: 'volume', Source: REGISTRY_VOLUME, Target: '/var/lib/registry' }],
      RestartPolicy: { Name: 'unless-stopped' },
    },
  })
}

/** False where it can't be started as it is: a network that it hung on is gone. */
async function startAgain(docker: Docker, port: number, signal: AbortSignal): Promise<boolean> {
  try {
    await start(docker, port, signal)
    return true
  } catch (error) {
    ignoreMissing(error)
    return false
  }
}

async function start(docker: Docker, port: number, signal: AbortSignal): Promise<void> {
  try {
    await already(docker.getContainer(REGISTRY_CONTAINER).start())
  } catch (error) {
    if (/port is already allocated|address already in use/.test(String(error))) throw portTaken(port, error)
    throw error
  }
  const limit = AbortSignal.timeout(30_000)
  try {
    await poll(async () => (await registryAnswers(`127.0.0.1:${port}`)) || undefined, {
      every: 30,
      signal: AbortSignal.any([signal, limit]),
    })
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error
    throw new DevkError({
      code: 'REGISTRY_SILENT',
      message: `The registry was started and does not answer at 127.0.0.1:${port} within 30 s. It was left as it is.`,
      hint: `docker logs ${REGISTRY_CONTAINER} tells why. devk needs a Docker whose ports are this machine's own.`,
    })
  }
}

function portTaken(port: number, cause?: unknown): DevkError {
  return new DevkError({
    code: 'PORT_TAKEN',
    message: `The registry can't listen on 127.0.0.1:${port}: something else does.`,
    hint: 'End that program, or choose another port: DEVK_REGISTRY_PORT=5055.',
    cause,
  })
}

function ignoreMissing(error: unknown): void {
  if (!isStatus(error, 404)) throw error
}

export async function registryAnswers(host: string): Promise<boolean> {
  try {
    return (await fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}

function registryAt(port: number, { mirrors }: RegistrySettings): Registry {
  return { container: REGISTRY_CONTAINER, host: `localhost:${port}`, port, mirrors }
}

function publishedPort(inspected: Docker.ContainerInspectInfo): number | undefined {
  const port = inspected.HostConfig.PortBindings?.[INSIDE]?.[0]?.HostPort
  return port === undefined ? undefined : Number(port)
}

function configHash({ image, mirrors }: RegistrySettings): string {
  const content = JSON.stringify([image, serveScript(mirrors)])
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}
