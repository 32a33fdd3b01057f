import type { Command, CommandOption } from './command.ts'
import { commonOptions } from './parse.ts'

/** What there is to do, or how one command is used: examples first, because they are what is looked for. */
export function helpText(
  commands: readonly Command[],
  { command, group }: { command: Command | undefined; group: string | undefined },
): string {
  if (command) return commandHelp(command)
  const shown = group ? commands.filter(({ name }) => name.startsWith(`${group} `)) : commands
  return overview(shown.length > 0 ? shown : commands, group)
}

function commandHelp({ name, summary, args, options, examples }: Command): string {
  return [
    summary,
    '',
    'Examples',
    ...examples.map(example => `  $ ${example}`),
    '',
    'Usage',
    `  $ devk ${name}${args ? ` ${args}` : ''} [options]`,
    '',
    'Options',
    ...table([...options, ...commonOptions].map(optionRow)),
  ].join('\n')
}

function overview(commands: readonly Command[], group: string | undefined): string {
  return [
    group
      ? `devk ${group}: what there is to do`
      : 'devk: local Kubernetes developer environments, by one command',
    '',
    'Examples',
    ...commands.slice(0, 4).map(({ examples, name }) => `  $ ${examples[0] ?? `devk ${name}`}`),
    '',
    'Commands',
    ...table(commands.map(({ name, args, summary }) => [`devk ${name}${args ? ` ${args}` : ''}`, summary])),
    '',
    'devk COMMAND --help shows a command’s options and examples.',
  ].join('\n')
}

function optionRow({ flags, about, many }: CommandOption): [string, string] {
  return [flags, `${about}${many ? ' (may be given several times)' : ''}`]
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
