import Conf from 'conf'
import { DevkError } from '../../base/errors.ts'
import { paths } from '../../base/paths.ts'
import type { MachineImages } from '../images.ts'
import type { RegistrySettings } from './container.ts'
import { mirrors } from './mirrors.ts'

interface MachineSettings {
  registry?: { port?: number; mirrors?: Record<string, string> }
}

/** How this machine's registry runs: config.json, over it DEVK_REGISTRY_PORT, and the port that a cluster knows it at. */
export async function registrySettings(images: MachineImages, knownPort?: number): Promise<RegistrySettings> {
  const { registry = {} } = readSettings()
  const named = process.env['DEVK_REGISTRY_PORT']
  return {
    image: images.registry,
    port: named ? checkPort(named) : registry.port,
    knownPort,
    mirrors: mirrors(registry.mirrors),
  }
}

function checkPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw new DevkError({
    code: 'USAGE',
    message: `DEVK_REGISTRY_PORT is "${text}", which is no port.`,
    hint: 'Use a number from 1 to 65535.',
  })
}

function readSettings(): MachineSettings {
  const folder = paths().config
  try {
    return new Conf<MachineSettings>({
      cwd: folder,
      configName: 'config',
      projectSuffix: '',
      schema: {
        registry: {
          type: 'object',
          additionalProperties: false,
          properties: {
            port: { type: 'integer', minimum: 1, maximum: 65_535 },
            // They stand in a script: nothing that a shell reads otherwise may be in them.
            mirrors: {
              type: 'object',
              propertyNames: { pattern: '^[\\w.-]+(:\\d+)?$' },
              additionalProperties: { type: 'string', pattern: '^https?://[\\w.:/-]+$' },
            },
          },
        },
      },
    }).store
  } catch (cause) {
    throw new DevkError({
      code: 'SETTINGS_BROKEN',
      message: `${folder}/config.json can't be used: ${(cause as Error).message}`,
      hint: 'Correct the file, or remove it to go on with the defaults.',
      cause,
    })
  }
}
