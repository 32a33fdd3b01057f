import { liveProgress } from './live-progress.ts'
import { noteLine, stepLine } from './progress-lines.ts'
import type { ProgressView, Screen } from './progress-view.ts'
import { style } from './style.ts'
import { isTerminal } from './terminal.ts'

/** Steps as they happen, on stderr: redrawn in place on a terminal, plain lines elsewhere. */
export function progressView({ json }: { json: boolean }): ProgressView {
  let view: ProgressView | undefined
  // Most commands have nothing to show on the way.
  const open = (): ProgressView => {
    const live = isTerminal(2) && !json && !process.env['CI']
    view ??= live ? liveProgress(process.stderr) : plainProgress(process.stderr)
    return view
  }
  return {
    note: message => open().note(message),
    show: progress => open().show(progress),
    end: () => view?.end(),
  }
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
