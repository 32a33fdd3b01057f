import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatPortMapping, parsePortMapping } from '../../src/model/port-mapping.ts'

it('listens on the loopback unless an address is written out', () => {
  expect(parsePortMapping('8080:80')).toEqual({ address: '127.0.0.1', host: 8080, node: 80, protocol: 'tcp' })
  expect(parsePortMapping('0.0.0.0:5353:53/udp')).toEqual({
    address: '0.0.0.0',
    host: 5353,
    node: 53,
    protocol: 'udp',
  })
  expect(parsePortMapping('[::1]:8080:80').address).toBe('::1')
})

it.each(['80', '0:80', '80:65536', 'a:b', '8080:80:90:1', '8080:80/icmp', ''])(
  'refuses %j and says how it is written',
  text => {
    expect(() => parsePortMapping(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('HOST:NODE') }),
    )
  },
)

it('reads back whatever it shows', () => {
  const port = fc.integer({ min: 1, max: 65_535 })
  const mapping = fc.record({
    address: fc.constantFrom('127.0.0.1', '0.0.0.0', '::1'),
    host: port,
    node: port,
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
  })
  fc.assert(
    fc.property(mapping, value => {
      expect(parsePortMapping(formatPortMapping(value))).toEqual(value)
    }),
  )
})
