import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { paths } from '../../../src/base/paths.ts'
import { projectHome } from '../../../src/base/project-home.ts'
import type { ProjectStatus } from '../../../src/model/project-status.ts'
import { type Result, succeeded } from '../support/devk.ts'
import { eventually } from '../support/machine.ts'
import type { Place } from './place.ts'

const PASSWORD = 'hunter22 of "<shop>"/ü'
const LINES = 'first line of a key\nsecond line of a key\n'
const MARK = '[hidden: printed/password]'
/** In the long line, so many beside each other around where its first part ends, and one at its end. */
const BESIDE = 40

/** What nobody may find anywhere but in the Secret. */
const forms = [
  'hunter22',
  'second line',
  Buffer.from(PASSWORD).toString('base64'),
  encodeURIComponent(PASSWORD),
]

/** What containers print of Secrets. */
export function redaction({ home, provider, cluster }: Place): void {
  const name = `e2e-redaction-${provider}`
  const folder = () => join(home().folder, name)
  const devk = (...args: string[]): Promise<Result> => home().start(args, { cwd: folder() }).ended
  const logs = async (...args: string[]) => succeeded(await devk('logs', ...args)).stdout
  let told: Result

  beforeAll(async () => {
    await mkdir(folder(), { recursive: true })
    await writeFile(
      join(folder(), 'devk.yaml'),
      [
        `name: ${name}`,
        `cluster: { provider: ${provider}, name: ${cluster} }`,
        'services:',
        '  teller: { deploy: teller.json }',
        '  crasher: { deploy: crasher.json, needs: [teller] }',
      ].join('\n'),
    )
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'printed' },
      stringData: { password: PASSWORD, key: LINES },
    }
    const items = [secret, printing('teller', ['node', '-e', TELLING])]
    await writeFile(join(folder(), 'teller.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await writeFile(
      join(folder(), 'crasher.json'),
      JSON.stringify(printing('crasher', ['sh', '-c', CRASHING])),
    )
    told = await devk('up')
  })

  afterAll(async () => {
    await devk('down', '--keep-cluster')
  })

  it('is kept and shown without their values, however it is printed', async () => {
    await eventually(async () => expect(await logs('teller', '--raw')).toContain('told all'))
    const lines = (await logs('teller', '--raw')).split('\n')
    const json = JSON.stringify({ is: MARK })
    expect(lines.slice(0, 5)).toEqual([
      MARK,
      `once ${MARK}, twice ${MARK}.`,
      `base64 ${MARK}`,
      `${json} ?key=${MARK}`,
      'key: [hidden: printed/key] and [hidden: printed/key]',
    ])
    expect(lines[5]).toBe(`${'x'.repeat(262_000)}${MARK.repeat(BESIDE)}${'y'.repeat(340_000)}${MARK}`)
    await nothingIsFound()
  })

  it('is not shown of a crash either: not in the error, the status or the events', async () => {
    expect(told.code).toBe(1)
    expect(told.stdout + told.stderr).toContain(`can't reach ${MARK}`)
    const shown = [told.stdout, told.stderr, (await devk('status')).stdout]
    shown.push((await devk('status', '--json')).stdout)
    shown.push(await logs('--events'), await logs('crasher'))
    expect(shown.join('\n')).toContain('crasher')
    for (const form of forms) expect(shown.join('\n')).not.toContain(form)
  })

  it('stays hidden by a daemon that comes after one that was killed', async () => {
    const { daemon } = JSON.parse((await devk('status', '--json')).stdout) as ProjectStatus
    process.kill(daemon?.pid ?? 0, 'SIGKILL')
    const count = async () => {
      const ticks = (await logs('teller', '--raw')).split('\n').filter(line => line.startsWith('tick '))
      expect(ticks).toEqual(ticks.map((_, index) => `tick ${index + 1} ${MARK}`))
      return ticks.length
    }
    const before = await count()
    await eventually(async () => expect(await count()).toBeGreaterThan(before + 2))
    await nothingIsFound()
  })

  async function nothingIsFound(): Promise<void> {
    const { state, logs } = projectHome(folder(), paths({ DEVK_HOME: home().folder }))
    expect((await readdir(logs)).some(file => file.startsWith('teller-'))).toBe(true)
    for (const place of [state, logs]) {
      for (const file of await readdir(place, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue
        const path = join(file.parentPath, file.name)
        const text = await readFile(path, 'utf8')
        expect({ path, found: forms.filter(form => text.includes(form)) }).toEqual({ path, found: [] })
      }
    }
  }
}

/** A Deployment of one pod that has the Secret in its environment. */
function printing(name: string, command: string[]): object {
  const labels = { app: name }
  const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: 'printed', key } } })
  const container = {
    name: 'main',
    image: 'node:24-slim',
    command,
    env: [
      { name: 'PASSWORD', ...from('password') },
      { name: 'KEY', ...from('key') },
    ],
    // What it printed last is in its pod's status, too.
    terminationMessagePolicy: 'FallbackToLogsOnError',
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [container] },
      },
    },
  }
}

const TELLING = `
  const { PASSWORD: password, KEY: key } = process.env
  const [first, second] = key.split('\\n')
  console.log(password)
  console.log('once ' + password + ', twice ' + password + '.')
  console.log('base64 ' + Buffer.from(password).toString('base64'))
  console.log(JSON.stringify({ is: password }) + ' ?key=' + encodeURIComponent(password))
  console.log('key: ' + first + ' and ' + second)
  console.log('x'.repeat(262000) + password.repeat(${BESIDE}) + 'y'.repeat(340000) + password)
  console.log('told all')
  let ticks = 0
  setInterval(() => console.log('tick ' + ++ticks + ' ' + password), 300)
`

const CRASHING = 'echo "can\'t reach $PASSWORD" >&2; exit 1'
