import { expect, it } from 'vitest'
import { keysMark, sameEnvironment } from '../../src/daemon/same-environment.ts'

it.each(['DOCKER_HOST', 'DOCKER_CONTEXT', 'KUBECONFIG', 'https_proxy', 'DEVK_REGISTRY_PORT'])(
  'is another one where %s is new, gone or changed',
  name => {
    expect(sameEnvironment({}, { [name]: 'a' })).toBe(false)
    expect(sameEnvironment({ [name]: 'a' }, {})).toBe(false)
    expect(sameEnvironment({ [name]: 'a' }, { [name]: 'b' })).toBe(false)
    expect(sameEnvironment({ [name]: 'a' }, { [name]: 'a' })).toBe(true)
  },
)

it('is the same whatever keys the user has: no program that the daemon starts is given them unasked', () => {
  expect(sameEnvironment({ SOPS_AGE_KEY: 'a' }, {})).toBe(true)
})

it('is the same in another terminal, another folder and another shell', () => {
  expect(sameEnvironment({ PWD: '/a', TERM: 'xterm', SHLVL: '1' }, { PWD: '/b', SHLVL: '2' })).toBe(true)
})

it('tells environments apart that lead to other keys of secrets, without telling the keys', () => {
  const mark = keysMark({ SOPS_AGE_KEY: 'AGE-SECRET-KEY-1', TERM: 'xterm' })
  expect(keysMark({ TERM: 'dumb', SOPS_AGE_KEY: 'AGE-SECRET-KEY-1' })).toBe(mark)
  expect(keysMark({ SOPS_AGE_KEY: 'AGE-SECRET-KEY-2' })).not.toBe(mark)
  expect(keysMark({ SOPS_AGE_KEY: 'AGE-SECRET-KEY-1', SOPS_AGE_KEY_CMD: 'pass age' })).not.toBe(mark)
  expect(mark).not.toContain('AGE-SECRET-KEY')
})
