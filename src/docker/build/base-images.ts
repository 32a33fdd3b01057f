import type { BuildSpec } from '../../model/project.ts'
import type { Dockerfile, Stage } from './dockerfile.ts'

/**
 * The images from elsewhere that a build of this target takes, in the order of their first use. A stage that the target
 * does not need is not built, and its images are not taken.
 */
export function baseImages(
  dockerfile: Dockerfile,
  { target, args, platforms }: Pick<BuildSpec, 'target' | 'args' | 'platforms'>,
): string[] {
  const { stages, escapeWith } = dockerfile
  const values = globalValues(dockerfile, args, platforms[0])
  const images = new Set<string>()
  const visited = new Set<number>()
  const visit = (index: number): void => {
    const stage = stages[index]
    if (!stage || visited.has(index)) return
    visited.add(index)
    take(fillIn(stage.base, values, escapeWith), index, false)
    for (const source of stage.from) take(source, index, true)
  }
  const take = (name: string, user: number, mayBeNumber: boolean): void => {
    const index = stageIndex(stages.slice(0, user), name, mayBeNumber)
    if (index !== undefined) visit(index)
    // A variable that only Docker could fill in names nothing that can be looked up.
    else if (name !== '' && name !== 'scratch' && !name.includes('$')) images.add(name)
  }
  visit(targetIndex(dockerfile, target) ?? stages.length - 1)
  return [...images]
}

/** Undefined where the Dockerfile has no such stage. */
export function targetIndex({ stages }: Dockerfile, target: string | undefined): number | undefined {
  return target === undefined ? stages.length - 1 : stageIndex(stages, target, true)
}

/** Of two stages with one name the later one counts. */
function stageIndex(stages: readonly Stage[], name: string, mayBeNumber: boolean): number | undefined {
  const named = stages.findLastIndex(stage => stage.name?.toLowerCase() === name.toLowerCase())
  if (named >= 0) return named
  return mayBeNumber && /^\d+$/.test(name) && Number(name) < stages.length ? Number(name) : undefined
}

type Values = ReadonlyMap<string, string>

function globalValues(
  { globalArgs, escapeWith }: Dockerfile,
  args: BuildSpec['args'],
  platform: string | undefined,
): Values {
  const own = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
  const values = new Map([...platformArgs('BUILD', own), ...platformArgs('TARGET', platform ?? own)])
  for (const [name, preset] of globalArgs) {
    const value = args[name] ?? (preset === undefined ? undefined : fillIn(preset, values, escapeWith))
    if (value !== undefined) values.set(name, value)
  }
  return values
}

function platformArgs(prefix: string, platform: string): [string, string][] {
  const [os = '', arch = '', variant = ''] = platform.split('/')
  return [
    [`${prefix}PLATFORM`, platform],
    [`${prefix}OS`, os],
    [`${prefix}ARCH`, arch],
    [`${prefix}VARIANT`, variant],
  ]
}

/** `$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}` and both without the colon; quotes go, as in Docker. */
function fillIn(text: string, values: Values, escapeWith: string): string {
  let filled = ''
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at)
    const plain = /^\$(\w+)/.exec(rest)
    const braced = rest.startsWith('${') ? rest.slice(2, closingBrace(rest)) : undefined
    if (rest.startsWith(escapeWith)) {
      filled += rest.slice(1, 2)
      at += 2
    } else if (plain?.[1]) {
      filled += values.get(plain[1]) ?? ''
      at += plain[0].length
    } else if (braced !== undefined) {
      const [, name = '', operator = '', word = ''] = /^(\w+)(:?[-+])?(.*)$/s.exec(braced) ?? []
      filled += chosen(values.get(name), operator, () => fillIn(word, values, escapeWith))
      at += braced.length + 3
    } else {
      filled += /["']/.test(rest.charAt(0)) ? '' : rest.charAt(0)
      at += 1
    }
  }
  return filled
}

function closingBrace(text: string): number {
  let depth = 0
  for (const [index, character] of [...text].entries()) {
    if (character === '{') depth += 1
    if (character === '}' && --depth === 0) return index
  }
  return text.length
}

function chosen(value: string | undefined, operator: string, word: () => string): string {
  const there = value !== undefined && !(operator.startsWith(':') && value === '')
  if (operator.endsWith('-')) return there ? value : word()
  if (operator.endsWith('+')) return there ? word() : ''
  return value ?? ''
}
