import { expect, it } from 'vitest'
import { explainDocker } from '../../src/docker/explain.ts'

const host = 'unix:///var/run/docker.sock'
const failedConnect = (code: string) =>
  Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' })

it.each([
  ['ENOENT', 'there is no such socket', 'Start Docker'],
  ['ECONNREFUSED', 'nothing listens there', 'Start Docker'],
  ['EACCES', 'may not open the socket', 'docker group'],
])('says of %s what is wrong and what to do', (code, why, next) => {
  expect(explainDocker(failedConnect(code), host)).toMatchObject({
    code: 'DOCKER_UNREACHABLE',
    message: expect.stringContaining(why),
    hint: expect.stringContaining(next),
  })
})

it('passes on what Docker itself says', () => {
  const refusal = Object.assign(new Error('(HTTP code 409) x'), {
    statusCode: 409,
    json: { message: 'name in use' },
  })
  expect(explainDocker(refusal, host)?.message).toBe('Docker refused (409): name in use')
  const full = Object.assign(new Error('x'), {
    statusCode: 500,
    json: { message: 'no space left on device' },
  })
  expect(explainDocker(full, host)?.code).toBe('DISK_FULL')
})

it('does not take a missing file of devk’s own for a missing Docker', () => {
  expect(
    explainDocker(Object.assign(new Error('open'), { code: 'ENOENT', syscall: 'open' }), host),
  ).toBeUndefined()
})
