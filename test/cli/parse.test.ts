import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands/index.ts'
import { helpText } from '../../src/cli/help.ts'
import { type Invocation, parse } from '../../src/cli/parse.ts'

function run(...argv: string[]): Extract<Invocation, { kind: 'run' }> {
  const invocation = parse(argv, commands)
  if (invocation.kind !== 'run') throw new Error(`it is ${invocation.kind}`)
  return invocation
}

it('finds a command of several words with its argument', () => {
  const { command, parsed, json } = run('cluster', 'status', 'shop', '--json')
  expect([command.name, parsed.args, json]).toEqual(['cluster status', ['shop'], true])
})

it.each(['1.30', '1.10', '007', '1e3', '0x10'])('keeps the value %s exactly as it was typed', value => {
  expect(run('cluster', 'create', '--kubernetes', value).parsed.values['kubernetes']).toEqual([value])
  expect(run('cluster', 'create', `--kubernetes=${value}`).parsed.values['kubernetes']).toEqual([value])
})

it('takes a name that looks like a number as a name', () => {
  expect(run('cluster', 'status', '123').parsed.args).toEqual(['123'])
})

it('collects an option that may be given several times, in order', () => {
  const { parsed } = run('cluster', 'create', '--port', '8080:80', '--port', '9090:90')
  expect(parsed.values['port']).toEqual(['8080:80', '9090:90'])
})

it('finds a flag after and before the argument', () => {
  for (const argv of [
    ['shop', '--recreate'],
    ['--recreate', 'shop'],
  ]) {
    const { parsed } = run('cluster', 'create', ...argv)
    expect([parsed.args, [...parsed.flags]]).toEqual([['shop'], ['recreate']])
  }
})

it('leaves what stands after -- as it was typed', () => {
  const { parsed, json } = run(
    'exec',
    'api',
    '-c',
    'side',
    '--',
    'sh',
    '-c',
    'exit 1.30',
    '--json',
    '--',
    '007',
    '',
  )
  expect(parsed.args).toEqual(['api', 'sh', '-c', 'exit 1.30', '--json', '--', '007', ''])
  expect([parsed.values['container'], json]).toEqual([['side'], false])
})

it('takes --help after -- for the command’s own', () => {
  expect(run('exec', 'api', '--', 'node', '--help', '-h').parsed.args).toEqual([
    'api',
    'node',
    '--help',
    '-h',
  ])
})

describe('what can’t be meant is refused with the nearest right word', () => {
  it.each([
    [['clustr'], 'There is no command "devk clustr".', 'devk cluster'],
    [['cluster', 'crete'], 'There is no command "devk cluster crete".', 'devk cluster create'],
    [['cluster', 'create', '--wokers', '2'], 'has no option --wokers', '--workers'],
    [['cluster', 'create', '--workers'], 'workers', '--help'],
    [['cluster', 'status', 'a', 'b'], 'takes no argument "b"', '--help'],
    [['doctor', 'now'], 'takes no argument "now"', '--help'],
    [['cluster', 'create', '--provider', 'kind', '--provider', 'k3d'], '--provider is given 2 times', 'once'],
  ])('%j', (argv, message, hint) => {
    expect(() => parse(argv, commands)).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    )
  })
})

it('shows help for the whole, for a group and for a command', () => {
  const help = (...argv: string[]) => {
    const invocation = parse(argv, commands)
    return invocation.kind === 'help' ? helpText(commands, invocation) : ''
  }
  expect(help()).toContain('devk doctor')
  expect(help('--help')).toBe(help())
  expect(help('cluster')).toContain('devk cluster create [name]')
  expect(help('cluster')).not.toContain('devk doctor')
  expect(help('cluster', 'create', '--help')).toContain('--workers <count>')
  expect(help('help', 'cluster', 'create')).toBe(help('cluster', 'create', '-h'))
})

it('begins each command’s help with examples that it understands itself', () => {
  for (const command of commands) {
    expect(command.examples.length).toBeGreaterThan(0)
    for (const example of command.examples) {
      const argv = example
        .replace(/ [<>] .*$/, '')
        .split(' ')
        .slice(1)
      expect(run(...argv).command).toBe(command)
    }
  }
})
