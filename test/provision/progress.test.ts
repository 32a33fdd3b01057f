import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../scripts/provision/options.ts'
import { showProgress } from '../../scripts/provision/progress.ts'
import type { Step, StepEvent } from '../../scripts/provision/steps.ts'
import { DevkError } from '../../src/base/errors.ts'
import { liveProgress } from '../../src/cli/live-progress.ts'
import { plainProgress } from '../../src/cli/progress.ts'
import type { ProgressView, Screen } from '../../src/cli/progress-view.ts'

const step: Step = { id: 'a', title: 'Kubernetes', needs: [], weight: 'cpu', run: async () => {} }

function shown(view: (screen: Screen) => ProgressView, events: StepEvent[]): string {
  let written = ''
  using progress = showProgress(view({ columns: 40, write: part => (written += part) }))
  for (const event of events) progress.onEvent(event)
  return written
}

describe('progress', () => {
  it('is a plain line at the start and at the end of a step off a terminal', () => {
    const lines = shown(plainProgress, [
      { kind: 'started', step },
      { kind: 'detail', step, detail: 'downloading' },
      { kind: 'done', step },
    ])
    expect(stripVTControlCharacters(lines)).toMatch(/^… Kubernetes\n✓ Kubernetes \d+ ms\n$/)
  })

  it('says why a step failed, at once', () => {
    const error = new DevkError({ code: 'NO', message: 'no space left' })
    const events: StepEvent[] = [
      { kind: 'started', step },
      { kind: 'failed', step, error },
    ]
    expect(shown(plainProgress, events)).toContain('no space left')
  })

  it('lets no output of a program move the cursor of a terminal', () => {
    const text = shown(liveProgress, [
      { kind: 'started', step },
      { kind: 'detail', step, detail: '\x1b[2Jcleared\rback' },
      { kind: 'left-out', step: { ...step, title: 'other' }, because: step },
    ])
    expect(text).toContain('cleared back')
    expect(text).not.toContain('\x1b[2J')
    expect(text).not.toContain('\r')
  })
})

describe('the options of set-up', () => {
  it('are for npm start unless told otherwise', () => {
    expect(parseOptions([])).toMatchObject({ goal: 'start', check: false })
    expect(parseOptions(['--for', 'test', '--check'])).toMatchObject({ goal: 'test', check: true })
  })

  it('refuse what they do not know', () => {
    expect(() => parseOptions(['--fro', 'test'])).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(() => parseOptions(['--for', 'everything'])).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
