import type { Reporter, TestModule } from 'vitest/node'

/** Ends the output with one plain line that any program can read. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const count = (state: string) => tests.filter(test => test.result().state === state).length
    const broken = modules.filter(module => module.state() === 'failed' && module.errors().length > 0).length
    const skipped = count('skipped')
    const failed = count('failed') + broken + errors.length
    const line = `${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
    // After the other reporters' last words.
    process.once('exit', () => process.stdout.write(`${line}\n`))
  }
}
