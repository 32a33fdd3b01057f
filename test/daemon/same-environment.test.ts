import { expect, it } from 'vitest'
import { sameEnvironment } from '../../src/daemon/same-environment.ts'

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
