import { liveProgress } from './live-progress.ts'
import { noteLine, stepLine } from './progress-lines.ts'
import type { ProgressView, Screen } from './progress-view.ts'
import { style } from './style.ts'

/** Steps as they happen, on stderr: redrawn in place on a terminal, plain lines elsewhere. */
export function progressView({ json }: { json: boolean }): ProgressView {
  const live = process.stderr.isTTY && !json && !process.env['CI']
  return live ? liveProgress(process.stderr) : plainProgress(process.stderr)
}

export function plainProgress(screen: Screen): ProgressView {
  const { dim } = style(process.stderr)
  const write = (line: string) => void screen.write(`${line}\n`)
  const note = (message: string) => write(noteLine(message))
  return {
    note,
    show(progress) {
      if (progress.type === 'note') return note(progress.message)
      if (progress.type === 'waiting') return
      if (progress.state === 'started') return write(dim(`… ${progress.title}`))
      if (progress.state !== 'working') write(stepLine(progress))
    },
    end() {},
  }
}
