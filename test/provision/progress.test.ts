import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../scripts/provision/options.ts'
import { showProgress } from '../../scripts/provision/progress.ts'
import type { Step, StepEvent } from '../../scripts/provision/steps.ts'
import { DevkError } from '../../src/base/errors.ts'

const step: Step = { id: 'a', title: 'Kubernetes', needs: [], weight: 'cpu', run: async () => {} }

function shown(isTTY: boolean, events: StepEvent[]): string {
  const parts: string[] = []
  const screen = { isTTY, columns: 40, write: (part: string) => parts.push(part) }
  using progress = showProgress(screen)
  for (const event of events) progress.onEvent(event)
  return parts.join('')
}

describe('progress', () => {
  it('is a plain line at the start and at the end of a step off a terminal', () => {
    const lines = shown(false, [
      { kind: 'started', step },
      { kind: 'detail', step, detail: 'downloading' },
      { kind: 'done', step },
    ])
    expect(lines).toMatch(/^… Kubernetes\n✔ Kubernetes {2}\d+ ms\n$/)
  })

  it('says why a step failed, at once', () => {
    const error = new DevkError({ code: 'NO', message: 'no space left' })
    expect(
      shown(false, [
        { kind: 'started', step },
        { kind: 'failed', step, error },
      ]),
    ).toContain('no space left')
  })

  it('lets no output of a program move the cursor of a terminal', () => {
    const detail = '\x1b[2Jcleared\rback'
    const text = shown(true, [
      { kind: 'started', step },
      { kind: 'detail', step, detail },
      { kind: 'done', step: { ...step, title: 'other' } },
    ])
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
