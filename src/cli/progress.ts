import { formatDuration } from '../base/time.ts'
import type { ProgressView } from './progress-view.ts'
import { style } from './style.ts'

/** Steps as they happen, on stderr: a live list on a terminal, plain lines elsewhere. */
export async function progressView({ json }: { json: boolean }): Promise<ProgressView> {
  const live = process.stderr.isTTY && !json && !process.env['CI']
  return live ? (await import('./live-progress.ts')).liveProgress() : plainProgress()
}

function plainProgress(): ProgressView {
  const { dim, green, red, yellow } = style(process.stderr)
  const write = (line: string) => void process.stderr.write(`${line}\n`)
  const note = (message: string) => write(`${yellow('!')} ${message}`)
  return {
    note,
    show: progress => {
      if (progress.type === 'note') return note(progress.message)
      if (progress.state === 'started') return write(dim(`  ${progress.title} ...`))
      const mark = progress.state === 'done' ? green('✓') : red('✗')
      write(`${mark} ${progress.title} ${dim(formatDuration(progress.ms))}`)
    },
    end: async () => {},
  }
}
