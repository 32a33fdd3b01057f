import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { DevkError, errorCode } from '../base/errors.ts'
import type { ClusterSpec } from '../model/cluster.ts'

const machine = z.object({
  images: z.object({
    kind: z.array(z.string()).default([]),
    k3d: z.array(z.string()).default([]),
    registry: z.string().default('registry:3'),
    k3dTools: z.string().optional(),
    k3dProxy: z.string().optional(),
  }),
})

/** The images that this machine's set-up brought, newest Kubernetes first; the providers' own otherwise. */
export type MachineImages = z.infer<typeof machine>['images']

export async function readMachineImages(file: string): Promise<MachineImages> {
  try {
    return machine.parse(JSON.parse(await readFile(file, 'utf8'))).images
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return machine.parse({ images: {} }).images
    throw new DevkError({
      code: 'MACHINE_FILE',
      message: `${file}, which set-up wrote, can't be read.`,
      hint: 'Run scripts/setup again, or remove the file to use the providers’ own images.',
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}

/** The node image for the Kubernetes version that is asked for; undefined: the provider's own default. */
export function nodeImage(
  { provider, kubernetes }: Pick<ClusterSpec, 'provider' | 'kubernetes'>,
  images: MachineImages,
): string | undefined {
  const known = images[provider]
  if (kubernetes === undefined) return known[0] ?? defaults[provider]
  const version = kubernetes.replace(/^v/, '')
  const match = known.find(
    image => image.includes(`:v${version}`) && !/\d/.test(afterVersion(image, version)),
  )
  if (match) return match
  const full = /^\d+\.\d+\.\d+$/.test(version)
  if (full) return provider === 'k3d' ? `rancher/k3s:v${version}-k3s1` : `kindest/node:v${version}`
  throw new DevkError({
    code: 'KUBERNETES_VERSION',
    message: `This machine has no ${provider} node image of Kubernetes ${version}${known.length > 0 ? `, but ${known.join(', ')}` : ''}.`,
    hint: `Write the full version, such as ${version}.0, to have its image pulled.`,
  })
}

/** Which Kubernetes an image holds, as its tag says. */
export function kubernetesOf(image: string): string | undefined {
  return /:v(\d+\.\d+\.\d+)/.exec(image)?.[1]
}

const defaults: Record<ClusterSpec['provider'], string | undefined> = {
  kind: undefined,
  k3d: '+stable',
}

/** `1.3` must not match 1.33: what follows the version in the tag may not go on with a digit. */
function afterVersion(image: string, version: string): string {
  const tag = image.slice(image.indexOf(`:v${version}`) + version.length + 2)
  return tag.slice(0, 1)
}
