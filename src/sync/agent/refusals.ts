import { DevkError } from '../../base/errors.ts'

/** An answer of the agent's script. */
export interface Answer {
  /** What it tells, and with `! ` before it what tools said that failed. */
  lines: string[]
  /** `done`, or what became of it instead. */
  outcome: string
}

/** What an answer that is not `done` says, in words. */
export function explainAnswer({ lines, outcome }: Answer, root: string): DevkError {
  const [word, about = '', ...rest] = outcome.split(' ')
  const said = lines.flatMap(line => (line.startsWith('! ') ? [line.slice(2)] : []))
  switch (word) {
    case 'gone':
      return containerGone()
    case 'refused':
      return refusedWay(about, rest.join(' ') || '/')
    default:
      return refusedTool(about, rest.join(' '), said, root)
  }
}

export function containerGone(): DevkError {
  return new DevkError({ code: 'CONTAINER_GONE', message: 'The container has ended.' })
}

export function agentEnded(said: string): DevkError {
  return new DevkError({
    code: 'AGENT_ENDED',
    message: "The connection to the container's files ended.",
    ...(said.trim() && { detail: said.trim() }),
  })
}

function refusedWay(reason: string, path: string): DevkError {
  if (reason === 'shared') {
    return new DevkError({
      code: 'SYNC_REFUSED',
      message:
        "No signal can be sent to the container's main process: the pod's containers share their processes.",
      hint: "Set the pod's shareProcessNamespace to false, or have the rule restart the container.",
    })
  }
  const words: Record<string, { why: string; hint: string }> = {
    file: {
      why: 'it is a file, where a folder is needed',
      hint: "Correct the rule's to, or have the image hold a folder there.",
    },
    loop: {
      why: 'it is a link that leads nowhere',
      hint: "Correct the rule's to, or have the image hold a folder there.",
    },
    filled: {
      why: 'it is a folder that holds other files, where a file shall be',
      hint: 'Remove that folder from the container, or begin it anew.',
    },
    moved: {
      why: 'the container has changed it meanwhile',
      hint: 'Run the same command again.',
    },
  }
  const { why, hint } = words[reason] ?? { why: reason, hint: '' }
  return new DevkError({
    code: 'SYNC_REFUSED',
    message: `${path} of the container can't be written: ${why}.`,
    ...(hint && { hint }),
  })
}

const REASONS: { said: RegExp; why: string; hint: string }[] = [
  {
    said: /read-only file system/i,
    why: 'its file system is read-only',
    hint: "Mount a volume there that can be written, or set the container's readOnlyRootFilesystem to false.",
  },
  {
    // GNU tar says no more of the disk that was full in the midst of a file.
    said: /no space left on device|disk quota exceeded|wrote only \d+ of/i,
    why: 'there is no space left',
    hint: 'Free some disk, or give the volume a greater size.',
  },
  {
    said: /permission denied|operation not permitted/i,
    why: "the container's user may not do that",
    hint: 'Have the image give these files to the user it runs as.',
  },
  {
    said: /resource busy/i,
    why: 'something is mounted there',
    hint: "Leave it out, by an entry in the rule's ignore.",
  },
  {
    said: /file name too long/i,
    why: 'its name is too long',
    hint: "Leave it out, by an entry in the rule's ignore.",
  },
  {
    said: /(not a directory|is a directory|no such file or directory|file exists|not empty)/i,
    why: 'the container has changed it meanwhile',
    hint: 'Run the same command again.',
  },
]

function refusedTool(step: string, base: string, said: readonly string[], root: string): DevkError {
  const all = said.map(line => line.replaceAll(root || '\0', ''))
  if (step === 'kill') {
    return new DevkError({
      code: 'SYNC_REFUSED',
      message: "The container's main process can't be sent that signal.",
      ...(all.length > 0 && { detail: all.join('\n') }),
    })
  }
  const reason = REASONS.find(({ said }) => all.some(line => said.test(line)))
  const line = all.find(line => (reason ? reason.said.test(line) : true)) ?? ''
  const name = nameIn(line)
  const where = step === 'stage' ? "The node's memory for passing files on" : inContainer(base, name)
  return new DevkError({
    code: 'SYNC_REFUSED',
    message: `${where} can't be written: ${reason?.why ?? `${step} failed`}.`,
    ...(reason && { hint: reason.hint }),
    ...(all.length > 0 && { detail: all.slice(0, 20).join('\n') }),
  })
}

function inContainer(base: string, name: string | undefined): string {
  if (name === undefined) return `A file below ${base || '/'} of the container`
  return `${name.startsWith('/') ? name : `${base}/${name}`} of the container`
}

/** `tar: app/main.js: Cannot open: No space left on device`, `mkdir: cannot create directory '/app': ...`. */
function nameIn(line: string): string | undefined {
  const quoted = /['‘"](.+)['’"]/.exec(line)
  if (quoted?.[1]) return quoted[1]
  const parts = line.split(': ').slice(1, -1)
  const name = parts[0]?.replace(/^(can't|cannot) \w+( \w+)? /, '')
  return name && !name.endsWith('error') ? name : undefined
}
