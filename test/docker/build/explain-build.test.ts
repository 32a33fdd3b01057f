import { expect, it } from 'vitest'
import { DevkError } from '../../../src/base/errors.ts'
import { explainBuild } from '../../../src/docker/build/explain-build.ts'

const error = new DevkError({ code: 'COMMAND_FAILED', message: 'docker exited with code 1.' })
const command = { file: 'docker', args: ['build', '.'] }

it.each([
  'executor failed running [/bin/sh -c npm ci && npm run build]: exit code: 7',
  'ERROR: failed to solve: process "/bin/sh -c npm ci && npm run build" did not complete successfully: exit code: 7',
])('names the step by the error itself where Docker told of no step that failed: %s', said => {
  const { code, message } = explainBuild(error, command, {
    failed: () => undefined,
    last: () => ['#4 DONE 0.0s', said],
  } as unknown as Parameters<typeof explainBuild>[2])
  expect(code).toBe('BUILD_FAILED')
  expect(message).toMatch(/^RUN npm ci && npm run build failed with exit code 7\./)
})
