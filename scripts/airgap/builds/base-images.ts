import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeBinary } from '../../provision/node-binary.ts'
import type { Workshop } from '../build.ts'
import { versions } from '../versions.ts'
import { image } from './image.ts'

/** Base images under the tags that ordinary Dockerfiles name, each of the very version that its tag says. */
export const busybox = image({
  id: 'busybox',
  // Debian's is static, as those are that are named after their C library.
  tags: ['busybox:1.35', 'busybox:1.35-musl'],
  needs: ['busybox-root'],
  from: 'busybox',
})

export const debian = image({
  id: 'debian',
  tags: ['debian:bookworm-slim'],
  needs: ['debian-root'],
  from: 'debian',
})

export const node = image({
  id: 'node',
  tags: ['node:24-slim', 'node:24'],
  needs: ['debian'],
  from: 'node',
  fetches: true,
  programs: ['npm'],
  inputs: [versions.npm],
  prepare: installNode,
})

export const python = image({
  id: 'python',
  tags: ['python:3.11-slim'],
  needs: ['debian'],
  from: 'python',
  fetches: true,
})

export const nginx = image({
  id: 'nginx',
  tags: ['nginx:1.22'],
  needs: ['debian'],
  from: 'nginx',
  fetches: true,
})

export const postgres = image({
  id: 'postgres',
  tags: ['postgres:15'],
  needs: ['debian'],
  from: 'postgres',
  fetches: true,
})

export const redis = image({
  id: 'redis',
  tags: ['redis:7.0', 'redis:7'],
  needs: ['debian'],
  from: 'redis',
  fetches: true,
})

/** Node out of its npm package, with the npm that belongs to it. */
async function installNode({ run, folder, say }: Workshop): Promise<void> {
  const prefix = join(folder, 'usr-local')
  await mkdir(join(prefix, 'bin'), { recursive: true })
  await copyFile(nodeBinary(), join(prefix, 'bin/node'))
  say(`npm ${versions.npm}`)
  await run('npm', [
    'install',
    '--global',
    '--no-audit',
    '--no-fund',
    '--prefix',
    prefix,
    `npm@${versions.npm}`,
  ])
}
