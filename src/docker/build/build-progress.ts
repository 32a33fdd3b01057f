/** A step of a build that did not end well. */
export interface FailedStep {
  /** The instruction alone: `RUN npm ci`. */
  instruction: string
  /** What Docker says of the failure. */
  reason: string
  /** The last lines that the step wrote. */
  output: string[]
}

export interface BuildProgress {
  line: (line: string) => void
  /** The step that ended the build, once all was read. */
  failed: () => FailedStep | undefined
  /** The last lines, of whatever step. */
  last: () => string[]
}

const KEPT_LINES = 40

interface Step {
  title: string
  output: string[]
  reason?: string
}

/**
 * Reads what `docker build --progress plain` writes: `#7 [3/5] RUN npm ci`, `#7 0.52 output`, `#7 DONE 1.2s`,
 * `#7 ERROR: why`. Each step that begins, or goes on after another one was told of, is said.
 */
export function buildProgress(say: (detail: string) => void = () => {}): BuildProgress {
  const steps = new Map<string, Step>()
  const last: string[] = []
  let failure: Step | undefined
  return {
    line: line => {
      keep(last, line)
      const [, id, text] = /^#(\d+) (.*)$/.exec(line) ?? []
      if (id === undefined || text === undefined) return
      const step = steps.get(id)
      if (!step || text === step.title) {
        // Some versions write a digest before the title.
        if (/^sha256:[0-9a-f]{64}$/.test(text)) return
        if (!step) steps.set(id, { title: text, output: [] })
        const told = shortTitle(text)
        if (told) say(told)
        return
      }
      const output = /^\d+\.\d+ ?(.*)$/.exec(text)?.[1]
      if (output !== undefined) keep(step.output, output)
      const reason = /^ERROR:? (.*)$/.exec(text)?.[1]
      // Where a cache can't be had, the build goes on without it.
      if (reason === undefined || /^importing cache/.test(step.title)) return
      step.reason = reason
      failure = step
    },
    failed: () => failure && described(failure),
    last: () => last,
  }
}

function keep(lines: string[], line: string): void {
  lines.push(line)
  if (lines.length > KEPT_LINES) lines.shift()
}

function described({ title, reason = '', output }: Step): FailedStep {
  return { instruction: title.replace(BRACKET, ''), reason, output }
}

/** `[internal] `, `[3/5] `, `[build 3/5] `. */
const BRACKET = /^\[([^\]]*)\] */
const WIDTH = 72

/** Undefined for what Docker does for itself. */
function shortTitle(title: string): string | undefined {
  const where = BRACKET.exec(title)?.[1]
  if (where?.startsWith('internal'))
    return /load build context/.test(title) ? 'sending the context' : undefined
  const text = title.replace(BRACKET, where === undefined ? '' : `${where}: `).replaceAll(/\s+/g, ' ')
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text
}
