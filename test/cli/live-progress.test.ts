import { expect, it } from 'vitest'
import { liveProgress } from '../../src/cli/live-progress.ts'

/** What a terminal shows after all that was written: only what this progress uses of its language. */
function terminal(written: string): string[] {
  let lines: string[] = ['']
  for (const part of written.split(/(\x1b\[\d+A\x1b\[0J|\n)/)) {
    const up = /\x1b\[(\d+)A/.exec(part)
    if (up) lines = [...lines.slice(0, lines.length - 1 - Number(up[1])), '']
    else if (part === '\n') lines.push('')
    else lines[lines.length - 1] += part
  }
  return lines.filter(line => line !== '')
}

function screen(columns = 80) {
  let written = ''
  const view = liveProgress({ columns, write: text => (written += text) })
  return { view, shown: () => terminal(written) }
}

it('keeps what is done above what runs, and leaves only what is done at the end', () => {
  const { view, shown } = screen()
  view.show({ type: 'step', id: 1, title: 'First', state: 'started' })
  view.show({ type: 'step', id: 2, title: 'Second', state: 'started' })
  view.show({ type: 'step', id: 1, title: 'First', state: 'done', ms: 1200 })
  expect(shown()).toHaveLength(2)
  expect(shown()[0]).toContain('First')
  expect(shown()[1]).toContain('Second')
  view.note('something to know')
  view.end()
  expect(shown().map(line => line.replace(/ [\d.]+ m?s/, ''))).toEqual([
    expect.stringContaining('✓ First'),
    expect.stringContaining('something to know'),
  ])
})

it('shows what has not begun and why, until it waits no more', () => {
  const { view, shown } = screen()
  view.show({ type: 'waiting', title: 'api', why: 'waits for cluster' })
  view.show({ type: 'waiting', title: 'db', why: 'waits for cluster' })
  view.note('redraws')
  expect(shown().slice(1)).toEqual(['· api  waits for cluster', '· db  waits for cluster'])
  view.show({ type: 'waiting', title: 'db', why: 'waits for its turn' })
  view.show({ type: 'waiting', title: 'api' })
  view.note('redraws')
  expect(shown().slice(2)).toEqual(['· db  waits for its turn'])
  view.end()
})

it('says what a step waits for, and never wraps a line', () => {
  const { view, shown } = screen(40)
  view.show({ type: 'step', id: 1, title: 'Waiting', state: 'started' })
  view.show({
    type: 'step',
    id: 1,
    title: 'Waiting',
    state: 'working',
    detail: 'node a is not Ready: '.repeat(9),
  })
  view.note('redraws')
  const line = shown().at(-1) ?? ''
  expect(line).toContain('node a is not Ready')
  expect(line.length).toBeLessThan(40)
  view.end()
})
