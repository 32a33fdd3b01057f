import { expect, it } from 'vitest'
import { mirrors } from '../../src/cluster/registry/mirrors.ts'
import { serveScript } from '../../src/cluster/registry/serve-script.ts'
import { run } from '../../src/exec/run.ts'

it('is a script that a plain shell reads, with a process for each mirror at its own port', async () => {
  const script = serveScript(mirrors())
  await run({ file: 'sh', args: ['-n'], input: script })
  for (const { host, port, upstream } of mirrors())
    expect(script).toContain(`pull_through ${host} ${port} ${upstream} `)
})
