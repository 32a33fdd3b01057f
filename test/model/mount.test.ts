import { expect, it } from 'vitest'
import { formatMount, parseMount } from '../../src/model/mount.ts'

it('takes the host’s path from the folder given', () => {
  expect(parseMount('./data:/data', '/work/shop')).toEqual({
    from: '/work/shop/data',
    to: '/data',
    readOnly: false,
  })
  expect(formatMount(parseMount('/data:/data:ro', '/work'))).toBe('/data:/data:ro')
})

it.each(['data', 'data:relative', ':/data', 'a:/b:rw', 'a:/b:ro:c'])('refuses %j', text => {
  expect(() => parseMount(text, '/')).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
