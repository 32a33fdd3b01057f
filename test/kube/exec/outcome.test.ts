import { expect, it } from 'vitest'
import { outcomeOf } from '../../../src/kube/exec/outcome.ts'

const failure = (message: string, more: object = {}) =>
  JSON.stringify({ status: 'Failure', reason: 'InternalError', message, ...more })
const begun = (why: string) =>
  failure(
    `error executing command in container: failed to exec in container: failed to start exec "0a1b": OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`,
  )

it.each([
  ['{"metadata":{},"status":"Success"}', { is: 'exited', code: 0 }],
  [
    failure('command terminated with non-zero exit code', {
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '42' }] },
    }),
    { is: 'exited', code: 42 },
  ],
  ['', { is: 'cut' }],
  [
    begun('exec: "psql": executable file not found in $PATH'),
    { is: 'not-started', code: 127, why: 'exec: "psql": executable file not found in $PATH' },
  ],
  [
    begun('exec: "/app/x": stat /app/x: no such file or directory'),
    { is: 'not-started', code: 127, why: 'exec: "/app/x": stat /app/x: no such file or directory' },
  ],
  [
    begun('exec: "/etc/passwd": permission denied'),
    { is: 'not-started', code: 126, why: 'exec: "/etc/passwd": permission denied' },
  ],
  [begun('exec /x: exec format error'), { is: 'not-started', code: 126, why: 'exec /x: exec format error' }],
  [failure('container is in CREATED state'), { is: 'failed', why: 'container is in CREATED state' }],
  ['plain words of a runtime', { is: 'failed', why: 'plain words of a runtime' }],
])('%s', (told, outcome) => {
  expect(outcomeOf(told)).toEqual(outcome)
})
