import { stripVTControlCharacters } from 'node:util'
import { formatDuration } from '../base/time.ts'
import type { Progress } from '../model/steps.ts'
import { noteLine, stepLine } from './progress-lines.ts'
import type { ProgressView, Screen } from './progress-view.ts'

interface Running {
  title: string
  since: number
  detail: string
}

const REDRAW_MS = 100
const SHOWN_WAITING = 5
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** What is done stays; what runs is drawn below it, with its time and what it waits for, again and again. */
export function liveProgress(screen: Screen): ProgressView {
  const running = new Map<number, Running>()
  const waiting = new Map<string, string>()
  let drawn = 0
  let frame = 0
  const timer = setInterval(redraw, REDRAW_MS)
  timer.unref()

  function redraw(): void {
    frame = (frame + 1) % FRAMES.length
    screen.write(erase() + draw())
  }

  function erase(): string {
    const lines = drawn
    drawn = 0
    return lines > 0 ? `\x1b[${lines}A\x1b[0J` : ''
  }

  function draw(): string {
    const width = (screen.columns || 80) - 1
    const lines = [...running.values()].map(({ title, since, detail }) => {
      const text = `${FRAMES[frame]} ${title} ${formatDuration(Date.now() - since)}${detail ? `  ${detail}` : ''}`
      return stripVTControlCharacters(text).replaceAll(/\s/g, ' ').slice(0, width)
    })
    // More lines than the screen has could not be drawn over again.
    const shown = [...waiting].slice(0, SHOWN_WAITING)
    for (const [title, why] of shown) lines.push(`· ${title}  ${why}`.slice(0, width))
    if (waiting.size > shown.length) lines.push(`· and ${waiting.size - shown.length} more wait`)
    drawn = lines.length
    return lines.map(line => `${line}\n`).join('')
  }

  const keep = (line: string) => void screen.write(`${erase()}${line}\n${draw()}`)
  const note = (message: string) => keep(noteLine(message))

  return {
    note,
    show(progress: Progress) {
      if (progress.type === 'note') return note(progress.message)
      const { title } = progress
      waiting.delete(title)
      if (progress.type === 'waiting') {
        if (progress.why !== undefined) waiting.set(title, progress.why)
        return
      }
      const { id } = progress
      if (progress.state === 'started') {
        running.set(id, { title, since: Date.now(), detail: '' })
        return redraw()
      }
      const step = running.get(id)
      if (progress.state === 'working') {
        if (step) step.detail = progress.detail
        return
      }
      running.delete(id)
      keep(stepLine(progress))
    },
    end() {
      clearInterval(timer)
      running.clear()
      waiting.clear()
      screen.write(erase())
    },
  }
}
