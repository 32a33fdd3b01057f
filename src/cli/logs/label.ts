import { styleText } from 'node:util'
import { type LogSource, sourceKey } from '../../model/log.ts'

const colours = [
  'cyan',
  'yellow',
  'green',
  'magenta',
  'blue',
  'cyanBright',
  'yellowBright',
  'magentaBright',
] as const

/** Tells lines of several sources apart, by no more than is needed: `api`, `api/x7k2p`, `api/x7k2p:proxy`. */
export function labels({ isColoured }: { isColoured: boolean }): {
  /** Sources that there are lines of: from then on labels tell them apart. */
  add(source: LogSource): void
  of(source: LogSource): string
} {
  const pods = new Map<string, Set<string>>()
  const containers = new Map<string, Set<string>>()
  const known = new Map<string, LogSource>()
  const services: string[] = []
  let width = 0
  let made = new Map<string, string>()

  const words = ({ service, pod, container }: LogSource): string => {
    if (container === undefined) return service
    const replica = (pods.get(service)?.size ?? 0) > 1 ? `/${pod.split('-').at(-1)}` : ''
    return `${service}${replica}${(containers.get(service)?.size ?? 0) > 1 ? `:${container}` : ''}`
  }
  const make = (source: LogSource): string => {
    const padded = `${words(source).padEnd(width)} │ `
    const colour = colours[services.indexOf(source.service) % colours.length] ?? 'cyan'
    return isColoured ? styleText(colour, padded, { validateStream: false }) : padded
  }
  return {
    add(source) {
      if (known.has(sourceKey(source))) return
      known.set(sourceKey(source), source)
      const { service, pod, container } = source
      if (!services.includes(service)) services.push(service)
      if (container !== undefined) {
        pods.set(service, (pods.get(service) ?? new Set()).add(pod))
        containers.set(service, (containers.get(service) ?? new Set()).add(container))
      }
      width = Math.max(...[...known.values()].map(each => words(each).length))
      made = new Map()
    },
    of(source) {
      const key = sourceKey(source)
      const label = made.get(key) ?? make(source)
      made.set(key, label)
      return label
    },
  }
}
