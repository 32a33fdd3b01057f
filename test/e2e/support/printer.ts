import { deployment } from './deployment.ts'

/**
 * A Deployment whose pods print `line 1` … `line N`, fifty at a time, and then are silent; asked to end, a pod says how
 * far it came. An init container prints before it, and a second container ends by a failure again and again, after it
 * counted to ten.
 */
export function printerManifest(
  name: string,
  { replicas, lines, pauseMs }: { replicas: number; lines: number; pauseMs: number },
): string {
  const node = (container: string, program: string) => ({
    name: container,
    image: 'node:24-slim',
    command: ['node', '-e', program],
  })
  const podSpec = {
    terminationGracePeriodSeconds: 10,
    initContainers: [node('prepare', 'console.log("prepared")')],
    containers: [
      node('printer', printing(lines, pauseMs)),
      ...(replicas === 1 ? [node('crasher', crashing)] : []),
    ],
  }
  return deployment(name, podSpec, { replicas })
}

const printing = (lines: number, pauseMs: number) => `
  let printed = 0
  let ending = false
  process.on('SIGTERM', () => { ending = true; if (printed === ${lines}) finish() })
  const finish = () => process.stdout.write('last ' + printed + '\\n', () => process.exit(0))
  const print = () => {
    let some = ''
    for (let count = 0; count < 50 && printed < ${lines}; count++) some += 'line ' + ++printed + '\\n'
    process.stdout.write(some, () => {
      if (ending) finish()
      else if (printed < ${lines}) setTimeout(print, ${pauseMs})
      else setInterval(() => {}, 1000)
    })
  }
  print()
`

const crashing = `
  for (let count = 1; count <= 10; count++) console.log('count ' + count)
  process.exitCode = 1
`
