import { parseArgs } from 'node:util'
import { DevkError, toDevkError } from '../../src/base/errors.ts'

/** What the machine is to be ready for: a cluster, the example too, or everything that the tests show. */
export const goals = ['cluster', 'start', 'test'] as const
export type Goal = (typeof goals)[number]

export interface Options {
  goal: Goal
  check: boolean
  json: boolean
  recheck: boolean
  help: boolean
}

export const help = `Examples:
  scripts/setup                    what npm start needs: Docker, kind, kubectl, a node image, a registry, base images
  scripts/setup --for cluster      what a cluster needs, and no base images
  scripts/setup --for test         all that npm test needs: k3d, helm, sops and Chromium too
  scripts/setup --check            only say what is here and what would be done
  scripts/setup --check --json     the same for programs

Usage: scripts/setup [options]

  --for cluster|start|test   what the machine is to be ready for (start)
  --check            change nothing; exit 0 where all is here, 1 where something is missing
  --json             print the result as JSON
  --recheck          ask again whether an image registry answers
  -h, --help         this text

Each thing is had by the first way that works: it is on PATH in the right version, it is downloaded and its
checksum verified, or it is built from Go modules and Debian packages (scripts/airgap/README.md).
Set-up can be interrupted and run again at any time: what is finished stays finished.
`

/** Throws USAGE. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  const goal = values.for
  if (!isGoal(goal)) throw usage(`--for is ${goals.join(', ')}, not ${goal}.`)
  return { goal, check: values.check, json: values.json, recheck: values.recheck, help: values.help }
}

function isGoal(text: string): text is Goal {
  return (goals as readonly string[]).includes(text)
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        for: { type: 'string', default: 'start' },
        check: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        recheck: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw usage(toDevkError(error).message)
  }
}

function usage(message: string): DevkError {
  return new DevkError({ code: 'USAGE', message, hint: 'scripts/setup --help lists the options.' })
}
