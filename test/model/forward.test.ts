import { expect, it } from 'vitest'
import { formatForward, parseForward } from '../../src/model/forward.ts'

const loopback = { address: '127.0.0.1', auto: false }

it.each([
  ['3000:8080', { ...loopback, local: 3000, port: 8080 }],
  ['5432', { ...loopback, local: 5432, port: 5432 }],
  ['5432/tcp', { ...loopback, local: 5432, port: 5432 }],
  ['8080:http', { ...loopback, local: 8080, port: 'http' }],
  ['auto:8080', { ...loopback, local: 8080, port: 8080, auto: true }],
  ['auto:3000:http', { ...loopback, local: 3000, port: 'http', auto: true }],
  ['0.0.0.0:3000:8080', { address: '0.0.0.0', local: 3000, port: 8080, auto: false }],
  ['[::1]:3000:8080', { address: '::1', local: 3000, port: 8080, auto: false }],
])('%s is understood, and is loopback’s unless an address is written out', (text, forward) => {
  expect(parseForward(text)).toEqual(forward)
  expect(parseForward(formatForward(parseForward(text)))).toEqual(forward)
})

it.each([
  ['5353:53/udp', /only TCP/],
  ['http', /names no local port/],
  ['auto:http', /names no local port/],
  ['0:80', /from 1 to 65535/],
  ['3000:70000', /from 1 to 65535/],
  ['localhost:3000:80', /no port to forward/],
  ['3000:80:90', /no port to forward/],
  ['', /no port to forward/],
])('%s is refused in words', (text, words) => {
  expect(() => parseForward(text)).toThrow(words)
})
