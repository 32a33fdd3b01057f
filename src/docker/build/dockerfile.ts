/** What of a Dockerfile decides which images a build takes. */
export interface Dockerfile {
  stages: Stage[]
  /** The ARGs before the first FROM, in their order; undefined where there is no default. */
  globalArgs: [name: string, preset: string | undefined][]
  /** What continues a line and quotes a character. */
  escapeWith: string
}

export interface Stage {
  name?: string | undefined
  /** As written after FROM: variables are not filled in. */
  base: string
  /** As written in COPY --from and RUN --mount=from. */
  from: string[]
}

export function parseDockerfile(text: string): Dockerfile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const escapeWith = escapeDirective(lines)
  const stages: Stage[] = []
  const globalArgs: Dockerfile['globalArgs'] = []
  for (const { keyword, flags, words } of instructions(lines, escapeWith)) {
    if (keyword === 'FROM') stages.push(stage(words))
    else if (keyword === 'ARG' && stages.length === 0) globalArgs.push(...words.map(argument))
    else if (keyword === 'COPY') stages.at(-1)?.from.push(...flags.flatMap(copySource))
    else if (keyword === 'RUN') stages.at(-1)?.from.push(...flags.flatMap(mountSource))
  }
  return { stages, globalArgs, escapeWith }
}

interface Instruction {
  keyword: string
  flags: string[]
  words: string[]
}

/** Each instruction with its lines joined: what is in a here-document is no instruction. */
function* instructions(lines: readonly string[], escapeWith: string): Generator<Instruction> {
  const continued = new RegExp(`\\${escapeWith}[ \\t]*$`)
  let pending = ''
  const rest = lines.values()
  for (const line of rest) {
    if (/^\s*#/.test(line) || (line.trim() === '' && pending !== '')) continue
    pending += line.replace(continued, '')
    if (continued.test(line)) continue
    const instruction = split(pending)
    pending = ''
    if (!instruction) continue
    yield instruction
    for (const end of hereDocuments(instruction)) {
      for (const inner of rest) if (inner.replace(/^\t+/, '') === end) break
    }
  }
  const last = split(pending)
  if (last) yield last
}

function split(line: string): Instruction | undefined {
  const [keyword, ...all] = line.trim().split(/\s+/)
  if (!keyword) return undefined
  const first = all.findIndex(word => !word.startsWith('--'))
  const count = first < 0 ? all.length : first
  return { keyword: keyword.toUpperCase(), flags: all.slice(0, count), words: all.slice(count) }
}

function hereDocuments({ keyword, words }: Instruction): string[] {
  if (!['RUN', 'COPY', 'ADD'].includes(keyword)) return []
  return words.flatMap(word => /^\d*<<-?(["']?)([^\s<"']+)\1$/.exec(word)?.[2] ?? [])
}

function escapeDirective(lines: readonly string[]): string {
  for (const line of lines) {
    const directive = /^#\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (!directive) return '\\'
    if (directive[1]?.toLowerCase() === 'escape' && directive[2]) return directive[2].slice(0, 1)
  }
  return '\\'
}

function stage([base = '', as, name]: readonly string[]): Stage {
  return { base, name: as?.toUpperCase() === 'AS' ? name : undefined, from: [] }
}

function argument(word: string): [string, string | undefined] {
  const equals = word.indexOf('=')
  if (equals < 0) return [word, undefined]
  return [word.slice(0, equals), word.slice(equals + 1).replace(/^(["'])(.*)\1$/, '$2')]
}

function copySource(flag: string): string[] {
  return flag.startsWith('--from=') ? [flag.slice('--from='.length)] : []
}

function mountSource(flag: string): string[] {
  if (!flag.startsWith('--mount=')) return []
  const fields = flag.slice('--mount='.length).split(',')
  return fields.flatMap(field => /^"?from=([^"]*)"?$/.exec(field)?.[1] ?? [])
}
