import { expect, it } from 'vitest'
import type { DevkError } from '../../src/base/errors.ts'
import { identify } from '../../src/exec/process-identity.ts'
import { run } from '../../src/exec/run.ts'

const node = process.execPath
const script = (code: string) => ({ file: node, args: ['-e', code] })
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    error => error as DevkError,
  )

it('passes arguments as they are: no shell reads them', async () => {
  const odd = ['$HOME', '`id`', 'a b', "it's", '; rm -rf x', '*']
  const { stdout } = await run({
    file: node,
    args: ['-p', 'JSON.stringify(process.argv.slice(1))', '--', ...odd],
  })
  expect(JSON.parse(stdout)).toEqual(odd)
})

it('gives the input to the program and its lines to the listener, stdout and stderr told apart', async () => {
  const lines: string[] = []
  const code = 'process.stdin.on("data", data => { process.stdout.write(data); console.error("done") })'
  const ran = await run(
    { ...script(code), input: 'one\ntwo\n' },
    { onLine: (line, from) => lines.push(`${from}: ${line}`) },
  )
  expect(lines.toSorted()).toEqual(['stderr: done', 'stdout: one', 'stdout: two'])
  expect(ran).toEqual({ exitCode: 0, stdout: 'one\ntwo', stderr: 'done' })
})

it('fails with a command line that can be pasted, and with the output', async () => {
  const error = await failure(run(script('console.log("half"); console.error("why"); process.exit(3)')))
  expect(error).toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringContaining('exited with code 3'),
  })
  expect(error?.detail).toContain(`$ ${node} -e 'console.log("half"); console.error("why"); process.exit(3)'`)
  expect(error?.detail).toContain('half\nwhy')
})

it('answers with an exit code that the caller accepts', async () => {
  expect(await run(script('process.exit(7)'), { accept: [7] })).toMatchObject({ exitCode: 7 })
})

it('says that a program is missing', async () => {
  const error = await failure(run({ file: 'devk-no-such-program', args: [] }))
  expect(error).toMatchObject({
    code: 'COMMAND_MISSING',
    message: expect.stringContaining('devk-no-such-program'),
  })
})

it('shows a secret nowhere: not in the command line, the output, the lines or the environment shown', async () => {
  const lines: string[] = []
  const secret = 'hunter2'
  const error = await failure(
    run(
      {
        ...script(`console.log("got ${secret}"); process.exit(1)`),
        env: { TOKEN: secret },
        secrets: [secret],
      },
      { onLine: line => lines.push(line) },
    ),
  )
  expect(JSON.stringify([error, error?.message, error?.detail, lines])).not.toContain(secret)
  expect(error?.detail).toContain('[hidden]')
})

it('withholds the keys that open secrets from children that are not given them', async () => {
  process.env['SOPS_AGE_KEY'] = 'AGE-SECRET-KEY-1'
  try {
    const code = 'console.log(process.env.SOPS_AGE_KEY ?? "none")'
    expect(await run(script(code))).toMatchObject({ stdout: 'none' })
    expect(await run({ ...script(code), env: { SOPS_AGE_KEY: 'given' } })).toMatchObject({ stdout: 'given' })
  } finally {
    delete process.env['SOPS_AGE_KEY']
  }
})

it('ends grandchildren too when it is aborted', async () => {
  const controller = new AbortController()
  let grandchild = 0
  const code = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const running = failure(
    run(script(code), {
      signal: controller.signal,
      onLine: line => {
        grandchild = Number(line)
        controller.abort()
      },
    }),
  )
  expect(await running).toMatchObject({ code: 'INTERRUPTED' })
  expect(grandchild).toBeGreaterThan(0)
  await expect.poll(() => identify(grandchild)).toBeUndefined()
})

it('tells what was written byte for byte where that is asked', async () => {
  const code = 'process.stdout.write(Buffer.from([0, 255, 195, 13, 10, 10]))'
  const { stdout } = await run(script(code), { exact: true })
  expect([...Buffer.from(stdout, 'latin1')]).toEqual([0, 255, 195, 13, 10, 10])
})

it('starts nothing where it is aborted already', async () => {
  await expect(run(script('1'), { signal: AbortSignal.abort() })).rejects.toThrow()
})
