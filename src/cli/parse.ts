import cac from 'cac'
import { DevkError } from '../base/errors.ts'
import { nearestName } from '../base/nearest.ts'
import type { Command, CommandOption, Parsed } from './command.ts'

export type Invocation =
  | { kind: 'run'; command: Command; parsed: Parsed; json: boolean }
  | { kind: 'help'; command: Command | undefined; group: string | undefined }
  | { kind: 'version' }

export const commonOptions: CommandOption[] = [
  { flags: '--json', about: 'Print JSON' },
  { flags: '-h, --help', about: 'Show this help' },
]

/** What a command line asks for. Throws USAGE with the nearest right word. */
export function parse(argv: readonly string[], commands: readonly Command[]): Invocation {
  const { words, rest } = leadingWords(argv)
  const command = matching(words, commands)
  if (!command) return withoutCommand(words, argv, commands)
  const parsed = parseOptions(command, [...words.slice(command.name.split(' ').length), ...rest])
  if (parsed.flags.has('help')) return { kind: 'help', command, group: undefined }
  return { kind: 'run', command, parsed, json: parsed.flags.has('json') }
}

function leadingWords(argv: readonly string[]): { words: string[]; rest: string[] } {
  const end = argv.findIndex(word => word.startsWith('-'))
  return end < 0 ? { words: [...argv], rest: [] } : { words: argv.slice(0, end), rest: argv.slice(end) }
}

function matching(words: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, index) => words[index] === word))
}

function withoutCommand(
  words: readonly string[],
  argv: readonly string[],
  commands: readonly Command[],
): Invocation {
  const groups = new Set(
    commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0] ?? ''),
  )
  const [first, second] = words
  const wantsHelp = first === undefined || argv.includes('--help') || argv.includes('-h') || first === 'help'
  if (first === undefined && (argv.includes('--version') || argv.includes('-v'))) return { kind: 'version' }
  if (first !== undefined && groups.has(first)) {
    if (second === undefined || wantsHelp) return { kind: 'help', command: undefined, group: first }
    const names = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
    throw unknown(`${first} ${second}`, names)
  }
  if (first === 'help') {
    const command = matching(words.slice(1), commands)
    return { kind: 'help', command, group: command ? undefined : second }
  }
  if (first === undefined) {
    const [option] = argv
    if (option === undefined || option === '--help' || option === '-h')
      return { kind: 'help', command: undefined, group: undefined }
    throw usage(`${option} is given without a command.`, 'devk --help shows the commands.')
  }
  throw unknown(first, [...groups, ...commands.map(({ name }) => name)])
}

/** Marks a value, so that the parser underneath takes no number of it: `1.30` must not become 1.3. */
const EXACT = '\u0000'

function parseOptions(command: Command, argv: readonly string[]): Parsed {
  const options = [...command.options, ...commonOptions]
  const program = cac(`devk ${command.name}`)
  const target = program.command(command.args ?? '', command.summary)
  for (const { flags, about } of options) target.option(flags, about)
  const valued = new Map(
    options.filter(takesValue).flatMap(option => names(option).map(name => [name, option])),
  )
  try {
    const result = program.parse(['node', 'devk', ...protect(argv, valued)], { run: false })
    target.checkUnknownOptions()
    target.checkOptionValue()
    const { '--': trailing, ...given } = result.options
    checkArguments(command, result.args)
    return collect(given, [...result.args, ...(Array.isArray(trailing) ? trailing : [])], options)
  } catch (error) {
    if (error instanceof DevkError) throw error
    throw explain(error as Error, command, options)
  }
}

/** `--tag 1.10` becomes `--tag=<mark>1.10`; what stands after `--` is the user's own. */
function protect(argv: readonly string[], valued: ReadonlyMap<string, CommandOption>): string[] {
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    const next = argv[index + 1]
    const [name = '', ...value] = word.split('=')
    if (word === '--') return [...words, ...argv.slice(index)]
    if (!valued.has(name)) words.push(word)
    else if (value.length > 0) words.push(`${name}=${EXACT}${value.join('=')}`)
    else if (next !== undefined && !next.startsWith('--')) {
      words.push(`${name}=${EXACT}${next}`)
      index++
    } else words.push(word)
  }
  return words
}

function collect(
  given: Record<string, unknown>,
  args: readonly string[],
  options: readonly CommandOption[],
): Parsed {
  const values: Record<string, string[]> = {}
  const flags = new Set<string>()
  for (const option of options) {
    const name = longName(option)
    const value = given[camelCase(name)]
    if (value === undefined) continue
    if (!takesValue(option)) {
      if (value === true) flags.add(name)
      continue
    }
    const list = (Array.isArray(value) ? value : [value]).map(item => String(item).replace(EXACT, ''))
    if (list.length > 1 && !option.many)
      throw usage(`--${name} is given ${list.length} times.`, 'Give it once.')
    values[name] = list
  }
  return { args: [...args], values, flags }
}

function checkArguments({ name, args = '' }: Command, given: readonly string[]): void {
  const allowed = args === '' ? 0 : args.split(' ').length
  const extra = given[allowed]
  if (extra !== undefined && !args.includes('...')) {
    throw usage(`devk ${name} takes no argument "${extra}".`, `devk ${name} --help shows what it takes.`)
  }
}

function explain(error: Error, command: Command, options: readonly CommandOption[]): DevkError {
  const unknownOption = /Unknown option `(-+)([^`]+)`/.exec(error.message)
  if (!unknownOption)
    return usage(`devk ${command.name}: ${error.message.replaceAll('`', '"')}.`, help(command.name))
  const [, dashes = '--', name = ''] = unknownOption
  const near = nearestName(name, options.map(longName))
  return usage(
    `devk ${command.name} has no option ${dashes}${name}.`,
    near ? `Did you mean --${near}? ${help(command.name)}` : help(command.name),
  )
}

function unknown(word: string, names: readonly string[]): DevkError {
  const near = nearestName(word, names)
  return usage(
    `There is no command "devk ${word}".`,
    near ? `Did you mean devk ${near}?` : 'devk --help shows the commands.',
  )
}

function help(name: string): string {
  return `devk ${name} --help shows them all.`
}

function names({ flags }: CommandOption): string[] {
  return flags.replace(/ [<[].*$/, '').split(', ')
}

function longName(option: CommandOption): string {
  return (names(option).at(-1) ?? '').replace(/^--(no-)?/, '')
}

function takesValue({ flags }: CommandOption): boolean {
  return /[<[]/.test(flags)
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function usage(message: string, hint: string): DevkError {
  return new DevkError({ code: 'USAGE', message, hint })
}
