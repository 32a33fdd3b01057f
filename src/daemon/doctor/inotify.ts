import { readFile } from 'node:fs/promises'
import { type Check, good, warning } from './check.ts'

const wanted = { max_user_instances: 512, max_user_watches: 524_288 } as const

/** Kubelets and file watchers share the machine's inotify limits; too low, and pods or watches fail in odd ways. */
export const inotify: Check = async () => {
  const names = Object.keys(wanted) as (keyof typeof wanted)[]
  const values = await Promise.all(names.map(async name => ({ name, value: await limit(name) })))
  const known = values.filter(({ value }) => value !== undefined)
  if (known.length === 0) return []
  const seen = known.map(({ name, value }) => `${name} ${value}`).join(', ')
  const low = known.filter(({ name, value = 0 }) => value < wanted[name])
  if (low.length === 0) return [good('inotify', seen)]
  const settings = low.map(({ name }) => `fs.inotify.${name}=${wanted[name]}`).join(' ')
  return [warning('inotify', seen, `Raise it: sudo sysctl -w ${settings}`)]
}

async function limit(name: string): Promise<number | undefined> {
  const text = await readFile(`/proc/sys/fs/inotify/${name}`, 'utf8').catch(() => '')
  return text === '' ? undefined : Number(text)
}
