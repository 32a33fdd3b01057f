import { expect, it } from 'vitest'
import { guard, isLocalAddress } from '../../src/cluster/guard.ts'

it.each([
  'https://127.0.0.1:6443',
  'https://localhost:6443',
  'https://10.1.2.3',
  'https://172.16.0.1:6443',
  'https://172.31.255.1',
  'https://192.168.1.5',
  'https://[::1]:6443',
  'https://[fd00::1]:6443',
  'https://kubernetes.docker.internal:6443',
])('%s is local', server => {
  expect(isLocalAddress(server)).toBe(true)
})

it.each([
  'https://203.0.113.7:6443',
  'https://172.32.0.1',
  'https://11.0.0.1',
  'https://example.com',
  'https://localhost.example.com',
  'https://10.0.0.1.example.com',
  'https://[2001:db8::1]:6443',
  'not a url',
  '',
])('%s is not local', server => {
  expect(isLocalAddress(server)).toBe(false)
})

const local = { context: 'kind-shop', server: 'https://127.0.0.1:6443', remote: false }

it('lets a local cluster pass', () => {
  expect(() => guard(local)).not.toThrow()
})

it('refuses where either the context or the address is in doubt, and says which', () => {
  expect(() => guard({ ...local, server: 'https://203.0.113.7' })).toThrow(/no loopback or private address/)
  expect(() => guard({ ...local, context: 'prod' })).toThrow(
    /no tool for local clusters names its contexts so/,
  )
})

it('lets a remote cluster pass only where the project says that it is remote', () => {
  expect(() => guard({ context: 'prod', server: 'https://203.0.113.7', remote: true })).not.toThrow()
})
