import { expect, it } from 'vitest'
import { buildProgress } from '../../../src/docker/build/build-progress.ts'

/** As Docker's clients write it: until 23 with a digest under each title, without one since. */
const classic = `#1 [internal] load build definition from Dockerfile
#1 sha256:${'1'.repeat(64)}
#1 transferring dockerfile: 98B done
#1 DONE 0.0s

#3 [internal] load build context
#3 sha256:${'3'.repeat(64)}
#3 transferring context: 2.10MB 0.1s done
#3 DONE 0.1s

#4 [b 1/2] FROM docker.io/library/busybox:1.35
#4 sha256:${'4'.repeat(64)}
#4 CACHED

#6 importing cache manifest from localhost:5999/x:1
#6 sha256:${'6'.repeat(64)}
#6 ERROR: failed to do request: Head "http://localhost:5999/v2/x/manifests/1"

#5 [stage-1 2/3] RUN sleep 1; echo c
#5 sha256:${'5'.repeat(64)}
#5 1.603 c

#7 [b 2/2] RUN echo a;   false
#7 sha256:${'7'.repeat(64)}
#7 1.577 a
#7 1.580
#7 ...

#5 [stage-1 2/3] RUN sleep 1; echo c
#5 1.704 d
#5 CANCELED

#7 [b 2/2] RUN echo a;   false
#7 1.6 #8 [x] no step
#7 ERROR: executor failed running [/bin/sh -c echo a; false]: exit code: 1
------
 > [b 2/2] RUN echo a; false:
------
executor failed running [/bin/sh -c echo a; false]: exit code: 1`

function read(text: string) {
  const said: string[] = []
  const progress = buildProgress(detail => said.push(detail))
  for (const line of text.split('\n')) progress.line(line)
  return { said, progress }
}

it('says each step as it comes, without what Docker does for itself', () => {
  expect(read(classic).said).toEqual([
    'sending the context',
    'b 1/2: FROM docker.io/library/busybox:1.35',
    'importing cache manifest from localhost:5999/x:1',
    'stage-1 2/3: RUN sleep 1; echo c',
    'b 2/2: RUN echo a; false',
    'stage-1 2/3: RUN sleep 1; echo c',
    'b 2/2: RUN echo a; false',
  ])
})

it('keeps the output of the step that failed, apart from the steps beside it and from a cache that is not there', () => {
  expect(read(classic).progress.failed()).toEqual({
    instruction: 'RUN echo a;   false',
    reason: 'executor failed running [/bin/sh -c echo a; false]: exit code: 1',
    output: ['a', '', '#8 [x] no step'],
  })
})

it('reads what buildx writes, and finds no failure where there is none', () => {
  const { said, progress } = read(
    '#0 building with "default" instance\n\n#7 [3/5] RUN npm ci\n#7 0.5 x\n#7 DONE 1s',
  )
  expect(said.at(-1)).toBe('3/5: RUN npm ci')
  expect(progress.failed()).toBeUndefined()
})

it('keeps no more than the last 40 lines, and says no more than fits a line', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `#7 0.1 line ${index}`).join('\n')
  const { said, progress } = read(`#7 [2/2] RUN ${'x '.repeat(100)}\n${lines}\n#7 ERROR: exit code: 1`)
  expect(progress.failed()?.output).toHaveLength(40)
  expect(progress.failed()?.output.at(-1)).toBe('line 99')
  expect(said[0]?.length).toBeLessThan(80)
  expect(progress.last()).toHaveLength(40)
})
