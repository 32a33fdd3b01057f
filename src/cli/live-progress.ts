import { Listr, ListrLogger, ProcessOutput } from 'listr2'
import { formatDuration } from '../base/time.ts'
import type { Progress } from '../model/steps.ts'
import type { ProgressView } from './progress-view.ts'
import { style } from './style.ts'

interface OpenStep {
  task: { title: string }
  finish: () => void
  fail: () => void
}

/** A list that grows as steps begin; steps that run at the same time spin at the same time. */
export function liveProgress(): ProgressView {
  const { dim, yellow } = style(process.stderr)
  const open = new Map<number, OpenStep>()
  const ended = Promise.withResolvers<void>()
  const list = newList()
  let running: Promise<unknown> | undefined

  function begin({ id, title }: { id: number; title: string }): void {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const step: OpenStep = { task: { title }, finish: resolve, fail: () => reject(new Error(title)) }
    open.set(id, step)
    list.add({
      title,
      task: async (_, task) => {
        step.task = task
        await promise
      },
    })
    running ??= list.run().catch(() => {})
  }

  return {
    note: message => void process.stderr.write(`${yellow('!')} ${message}\n`),
    show(progress: Progress) {
      if (progress.type === 'note') return this.note(progress.message)
      if (progress.state === 'started') return begin(progress)
      const step = open.get(progress.id)
      if (!step) return
      open.delete(progress.id)
      step.task.title = `${progress.title} ${dim(formatDuration(progress.ms))}`
      progress.state === 'done' ? step.finish() : step.fail()
    },
    async end() {
      for (const step of open.values()) step.fail()
      ended.resolve()
      await running
    },
  }

  function newList(): Listr {
    const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
    return new Listr([{ title: '', task: () => ended.promise, rendererOptions: {} }], {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { logger, collapseErrors: false, showErrorMessage: false },
    })
  }
}
