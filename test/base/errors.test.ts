import { expect, it } from 'vitest'
import { DevkError, toDevkError } from '../../src/base/errors.ts'

it('keeps all its fields over the wire', () => {
  const error = new DevkError({ code: 'PORT_TAKEN', message: 'taken', hint: 'free it', detail: 'by nginx' })
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'PORT_TAKEN',
    message: 'taken',
    hint: 'free it',
    detail: 'by nginx',
  })
})

it('takes an abort for an interruption, or for the error that was its reason', () => {
  expect(toDevkError(new DOMException('aborted', 'AbortError'))).toMatchObject({ code: 'INTERRUPTED' })
  const reason = new DevkError({ code: 'SUPERSEDED', message: 'a newer change' })
  expect(toDevkError(Object.assign(new Error('aborted', { cause: reason }), { name: 'AbortError' }))).toBe(
    reason,
  )
})

it('says of a full disk that it is full, and which path it was', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    path: '/data/x',
  })
  expect(toDevkError(error)).toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining('/data/x'),
    hint: expect.stringContaining('Free some disk'),
  })
})

it('admits a bug where it has no better word', () => {
  expect(toDevkError(new TypeError('x is not a function'))).toMatchObject({
    code: 'UNEXPECTED',
    hint: expect.stringContaining('bug in devk'),
  })
})
