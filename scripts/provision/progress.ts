import { formatDuration } from '../../src/base/time.ts'
import type { Step, StepEvent } from './steps.ts'

export interface Progress {
  onEvent(event: StepEvent): void
  /** A line that stays. */
  note(line: string): void
  [Symbol.dispose](): void
}

export interface Screen {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

const REDRAW_MS = 200

/** Who runs, for how long and what it is at: in place on a terminal, else a line when a step starts and one when it ends. */
export function showProgress(screen: Screen = process.stderr): Progress {
  return screen.isTTY ? liveProgress(screen) : plainProgress(screen)
}

function plainProgress(screen: Screen): Progress {
  const started = new Map<Step, number>()
  const note = (line: string) => void screen.write(`${line}\n`)
  return {
    note,
    onEvent(event) {
      if (event.kind === 'started') {
        started.set(event.step, Date.now())
        note(`… ${event.step.title}`)
        return
      }
      const line = ending(event, started)
      if (line) note(line)
    },
    [Symbol.dispose]() {},
  }
}

function liveProgress(screen: Screen): Progress {
  const started = new Map<Step, number>()
  const details = new Map<Step, string>()
  let drawn = 0
  const erase = () => {
    if (drawn > 0) screen.write(`\x1b[${drawn}A\x1b[0J`)
    drawn = 0
  }
  const draw = () => {
    erase()
    const width = (screen.columns || 80) - 1
    const lines = [...started].map(([step, since]) => {
      const detail = details.get(step)
      return `… ${step.title}  ${formatDuration(Date.now() - since)}${detail ? `  ${detail}` : ''}`.slice(
        0,
        width,
      )
    })
    screen.write(lines.map(line => `${line}\n`).join(''))
    drawn = lines.length
  }
  const note = (line: string) => {
    erase()
    screen.write(`${line}\n`)
    draw()
  }
  const timer = setInterval(draw, REDRAW_MS)
  return {
    note,
    onEvent(event) {
      if (event.kind === 'started') started.set(event.step, Date.now())
      if (event.kind === 'detail') details.set(event.step, printable(event.detail))
      const line = ending(event, started)
      if (!line) return
      started.delete(event.step)
      note(line)
    },
    [Symbol.dispose]() {
      clearInterval(timer)
      erase()
    },
  }
}

function ending(event: StepEvent, started: ReadonlyMap<Step, number>): string | undefined {
  const took = formatDuration(Date.now() - (started.get(event.step) ?? Date.now()))
  switch (event.kind) {
    case 'done':
      return `✔ ${event.step.title}  ${took}`
    case 'failed':
      return `✖ ${event.step.title}  ${took}: ${event.error.message}`
    case 'left-out':
      return `- ${event.step.title}  left out, for it needs ${event.because.title}`
    case 'started':
    case 'detail':
      return undefined
  }
}

/** What a program prints may move the cursor. */
function printable(line: string): string {
  return line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\x00-\x1f]/g, ' ')
}
