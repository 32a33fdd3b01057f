import { join } from 'node:path'
import { toDevkError } from '../base/errors.ts'
import type { Command, CommandContext } from './command.ts'
import { commands } from './commands/index.ts'
import { exitCodeOf } from './exit-code.ts'
import { helpText } from './help.ts'
import { type Interrupts, listenForDetach, listenForInterrupts } from './interrupts.ts'
import { output } from './output.ts'
import { parse } from './parse.ts'
import { progressView } from './progress.ts'
import { isTerminal } from './terminal.ts'
import { version } from './version.ts'

/** The whole of `devk`: what is asked, done by one command, printed once. Returns the exit code. */
export async function main(argv: readonly string[], { folder }: { folder: string }): Promise<number> {
  const asked = ownWords(argv)
  const wraps = commands.some(({ name, wraps }) => wraps && name === argv[0])
  const out = output({ json: asked.includes('--json'), wraps })
  try {
    const invocation = parse(argv, commands)
    if (invocation.kind === 'help') return out.text(helpText(commands, invocation))
    if (invocation.kind === 'version') return out.text(version)
    const view = progressView({ json: invocation.json })
    const interrupts = listener(invocation.command)(view.note)
    const options = { server: join(folder, 'daemon.cjs'), onProgress: view.show, ...interrupts }
    const isInteractive = !invocation.json && isTerminal(0) && isTerminal(2)
    const signal = AbortSignal.any([interrupts.cancel, interrupts.kill])
    const context: CommandContext = {
      onProgress: view.show,
      // Loaded by need: `devk --help` starts no process and opens no socket.
      ask: async (operation, input) =>
        (await import('../client/perform.ts')).perform(operation, input, options),
      askProject: async (operation, input, daemon) =>
        (await import('../client/ask-project.ts')).askProject(operation, input, { ...options, daemon }),
      follow: async (operation, input, onItem) =>
        (await import('../client/ask-project.ts')).askProject(operation, input, {
          ...options,
          onItem: item => onItem(item as Parameters<typeof onItem>[0]),
          daemon: 'start',
        }),
      carry: async (operation, input, how) =>
        (await import('../client/ask-project.ts')).askProject(operation, input, {
          ...options,
          ...how,
          daemon: 'start',
        }),
      confirm: async question =>
        isInteractive && (await (await import('./confirm.ts')).confirm(question, interrupts.cancel)),
      isInteractive,
      print: answer => void out.answer(answer),
      write: async bytes => (await import('./write-all.ts')).writeAll(bytes, signal),
      signal,
    }
    try {
      const answer = await invocation.command.run(invocation.parsed, context)
      view.end()
      return out.answer(answer)
    } catch (error) {
      view.end()
      throw error
    }
  } catch (thrown) {
    const error = toDevkError(thrown)
    out.error(error)
    return exitCodeOf(error)
  }
}

/** What stands after `--` is a command's that runs elsewhere. */
function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end < 0 ? argv : argv.slice(0, end)
}

function listener({
  detaches,
  endsByInterrupt,
  wraps,
}: Command): (say: (message: string) => void) => Interrupts {
  // Its signals are the program's that it runs.
  if (wraps) return () => ({ cancel: new AbortController().signal, kill: new AbortController().signal })
  const listen = detaches ? listenForDetach : listenForInterrupts
  return say => listen(endsByInterrupt ? () => {} : say)
}
