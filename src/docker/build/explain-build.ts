import { DevkError } from '../../base/errors.ts'
import { type Command, commandLine } from '../../exec/command.ts'
import type { BuildProgress, FailedStep } from './build-progress.ts'

/**
 * Why a build failed and what to do about it: BASE_IMAGE_MISSING, DISK_FULL, PLATFORMS_UNSUPPORTED, DOCKER_UNREACHABLE
 * or BUILD_FAILED. The detail has the command line and the last lines of the step that failed, or else of the build.
 */
export function explainBuild(error: DevkError, command: Command, { failed, last }: BuildProgress): DevkError {
  const step = failed()
  const output = step && step.output.length > 0 ? step.output : last()
  const reason = core(step?.reason ?? last().findLast(line => line.trim() !== '') ?? '')
  const explained = explainStep(step, reason) ?? explainReason(`${reason}\n${output.join('\n')}`)
  return new DevkError({
    ...(explained ?? brokenBuild(step, reason)),
    detail: [`$ ${commandLine(command)}`, ...output, ...(output.includes(reason) ? [] : [reason])].join('\n'),
    cause: error,
  })
}

type Explained = Pick<DevkError, 'code' | 'message'> & { hint: string }

/** Docker's client may end before it told of the step that failed: the error itself has its command. */
const RAN = /(?:executor failed running \[|process ")\/bin\/sh -c (.+?)(?:\]: exit code|" did not complete)/

const KEPT = 'No image was made, and the one that was built before stays as it was.'

function explainStep(step: FailedStep | undefined, reason: string): Explained | undefined {
  const [, frontend, loaded, from] =
    /^(?:resolve image config for (?:docker-image:\/\/)?(\S+)|load metadata for (\S+)|FROM (\S+))/.exec(
      step?.instruction ?? '',
    ) ?? []
  const image = familiar(frontend ?? loaded ?? from ?? '')
  if (image === '' || full(reason)) return undefined
  const unreachable =
    /dial tcp|no such host|connection refused|i\/o timeout|timeout|unreachable|TLS|proxyconnect|EOF/i
  const why = unreachable.test(reason)
    ? `its registry can’t be reached from here (${reason})`
    : `its registry does not give it (${reason})`
  const network = 'Is the name right, and the network up? docker images shows what is on this machine.'
  return {
    code: 'BASE_IMAGE_MISSING',
    message: `${frontend ? 'The builder' : 'The base image'} ${image} is not on this machine, and ${why}. ${KEPT}`,
    hint: frontend
      ? `The Dockerfile’s line # syntax=${image} asks for it. Without that line Docker’s own builder is used.`
      : `${network} A private image needs docker login; without an image registry, scripts/setup in a clone of devk builds common ones.`,
  }
}

function explainReason(said: string): Explained | undefined {
  if (full(said)) {
    return {
      code: 'DISK_FULL',
      message: `The disk is full. ${KEPT}`,
      hint: 'docker system df shows what takes it; docker image prune and docker builder prune free what nothing uses.',
    }
  }
  if (/invalid component of|multiple platforms|multi-platform build is not supported/i.test(said)) {
    return {
      code: 'PLATFORMS_UNSUPPORTED',
      message: `This Docker can’t build for several platforms at once. ${KEPT}`,
      hint: 'Name one under platforms, or none for the machine’s own.',
    }
  }
  if (/cannot connect to the docker daemon|error during connect/i.test(said)) {
    return {
      code: 'DOCKER_UNREACHABLE',
      message: `Docker went away during the build. ${KEPT}`,
      hint: 'Start Docker, then run this again: what was built is in its cache.',
    }
  }
  return undefined
}

function brokenBuild(step: FailedStep | undefined, reason: string): Explained {
  const exitCode = /exit code: (\d+)/.exec(reason)?.[1]
  const at = step && !step.instruction.startsWith('load ') ? step.instruction : undefined
  const ran = RAN.exec(reason)?.[1]
  const how = exitCode ? `failed with exit code ${exitCode}` : `failed: ${reason}`
  return {
    code: 'BUILD_FAILED',
    message: `${at ?? (ran === undefined ? 'The build' : `RUN ${ran}`)} ${how}. ${KEPT}`,
    hint: nextStep(reason, exitCode),
  }
}

function nextStep(reason: string, exitCode: string | undefined): string {
  if (exitCode === '137')
    return 'It was killed: most often for want of memory. docker info shows how much Docker has.'
  if (exitCode === '127')
    return 'Exit code 127 means that the image has no such command. The lines below say which.'
  if (exitCode) return 'The lines below are what it wrote last. Correct it, then run this again.'
  if (/in pattern|exclusion pattern|excludepatterns/.test(reason))
    return 'Correct that line of .dockerignore.'
  if (/not found/.test(reason)) return 'Is it in the build context, and not left out by .dockerignore?'
  return 'Correct the Dockerfile, then run this again. The line below shows the same without devk.'
}

/** Without the names of the parts of Docker that passed the error on. */
function core(reason: string): string {
  return reason
    .replace(
      /^(ERROR: |failed to solve(?: with frontend \S+)?: |failed to create LLB definition: |rpc error: .*? desc = )+/,
      '',
    )
    .trim()
}

function familiar(image: string): string {
  return image.replace(/^docker\.io\/(library\/)?/, '').replace(/@sha256:[0-9a-f]{64}$/, '')
}

function full(said: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(said)
}
