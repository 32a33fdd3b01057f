import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeLine, encodeLine } from '../../src/protocol/lines.ts'

it('carries any text in one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const line = encodeLine({ type: 'note', message: text })
      expect(line).not.toContain('\n')
      expect(decodeLine(line)).toEqual({ type: 'note', message: text })
    }),
  )
})

it.each(['', 'not json', '42', 'null', '{"no":"type"}', '["type"]'])('takes %j for no message', line => {
  expect(decodeLine(line)).toBeUndefined()
})
