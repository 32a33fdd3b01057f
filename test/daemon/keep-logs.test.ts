import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openHidden } from '../../src/base/hidden/hidden.ts'
import { paths } from '../../src/base/paths.ts'
import { projectHome } from '../../src/base/project-home.ts'
import { keepLogs } from '../../src/daemon/session/keep-logs.ts'
import { recordFiles } from '../../src/daemon/session/record-files.ts'
import { linesForward, listSources } from '../../src/logs/read-lines.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devk-unit-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('keeps what a command of a sync rule printed without what is hidden', async () => {
  const home = projectHome(folder, paths({ DEVK_HOME: folder }))
  const hidden = openHidden()
  const logs = keepLogs(home, recordFiles(join(home.state, 'nodes')), hidden)
  hidden.hide('db', new Map([['password', Buffer.from('hunter22')]]))
  const source = { service: 'api', namespace: 'shop', pod: 'api-1', uid: 'uid', container: 'main' }
  await logs.print(source, ['$ npm run build', 'as hunter22'])
  const [files] = await listSources(home.logs, () => true)
  const texts: string[] = []
  if (files) for await (const lines of linesForward(files)) texts.push(...lines.map(({ text }) => `${text}`))
  expect(texts).toEqual(['$ npm run build', 'as [hidden: db/password]'])
})
