import { DevkError } from '../../base/errors.ts'
import type { Hidden } from '../../base/hidden/hidden.ts'
import { formatDuration } from '../../base/time.ts'
import type { KubeApi } from '../api.ts'
import { titleOf } from '../object.ts'
import { lastLines } from './last-lines.ts'
import { type Looked, whyWaiting } from './look.ts'
import type { Trouble } from './trouble.ts'

/** Why waiting does not help, with what a crashed container printed last. */
export async function workloadFailed(
  api: KubeApi,
  { object, progress, trouble }: Looked & { trouble: Trouble },
  options: { signal: AbortSignal; hidden: Hidden },
): Promise<DevkError> {
  const pod = progress.pods.find(({ metadata }) => metadata.name === trouble.pod)
  const lines = pod && trouble.container ? await lastLines(api, pod, trouble.container, options) : []
  const who = trouble.pod === object.name ? '' : `pod ${trouble.pod}: `
  const namespace = object.namespace === undefined ? '' : ` -n ${object.namespace}`
  return new DevkError({
    code: 'WORKLOAD_FAILED',
    message: `${titleOf(object)} does not get ready: ${who}${trouble.message}. It was left as it is.`,
    hint:
      hints[trouble.reason] ??
      `Look closer: kubectl describe ${pod ? 'pod' : object.kind.toLowerCase()} ${pod ? trouble.pod : object.name}${namespace}`,
    ...(lines.length > 0 && {
      detail: `The last lines of container ${trouble.container}:\n${lines.join('\n')}`,
    }),
  })
}

export function workloadSlow(waiting: readonly Looked[], patienceMs: number): DevkError {
  const words = waiting.map(looked => `${titleOf(looked.object)}: ${whyWaiting(looked)}`)
  return new DevkError({
    code: 'WORKLOAD_SLOW',
    message: `Nothing moved for ${formatDuration(patienceMs)}. ${words[0]}. It was left as it is.`,
    hint: 'Run the same command again to go on waiting.',
    ...(words.length > 1 && { detail: words.join('\n') }),
  })
}

const CRASH = 'Correct what makes it end (the lines show what it said last), then run this again.'
const IMAGE =
  'Correct the image’s name in the manifest; an image of this project is named by its service: `image: NAME`.'

const hints: Record<string, string> = {
  CrashLoopBackOff: CRASH,
  Error: CRASH,
  BackoffLimitExceeded: CRASH,
  ErrImagePull: IMAGE,
  ImagePullBackOff: IMAGE,
  InvalidImageName: IMAGE,
  ErrImageNeverPull: 'Remove imagePullPolicy: Never; devk brings images by its registry.',
  CreateContainerConfigError:
    'Add what is missing to the manifests or to secrets in the project file, then run this again.',
  FailedMount: 'Add what is missing to the manifests or to secrets in the project file, then run this again.',
  Unschedulable: 'Ask for less (resources.requests), or give the cluster more.',
  FailedCreate: 'Change what refuses it (a ResourceQuota, an admission rule) or the manifest.',
}
