import { toDevkError } from '../../base/errors.ts'
import { findProjectHome } from '../../base/project-home.ts'
import { sleep } from '../../base/time.ts'
import { followRing } from '../../logs/follow-ring.ts'
import { lastRun, listSources } from '../../logs/read-lines.ts'
import { checkServices } from '../../model/check-services.ts'
import { type LogSource, sourceKey } from '../../model/log.ts'
import type { LogsOutput } from '../../protocol/operations.ts'
import { type Command, type CommandContext, one, type Parsed } from '../command.ts'
import { type Filter, filterLines } from '../logs/filter-lines.ts'
import { type Format, jsonLines, rawLines, readableLines } from '../logs/format-lines.ts'
import { parseGrep, parseLeastLevel, parseSince, parseTail } from '../logs/parse-options.ts'
import { readHistory } from '../logs/read-history.ts'
import { isColoured } from '../style.ts'
import { isTerminal } from '../terminal.ts'

/** So much a person may want to look back by without asking for it; a program gets all. */
const TAIL_ON_TERMINAL = 500
const AGAIN_MS = 1_000

export const logs: Command = {
  name: 'logs',
  summary: 'Show what services print, also what they printed before they were replaced',
  args: '[services...]',
  endsByInterrupt: true,
  options: [
    { flags: '-f, --follow', about: 'Go on showing what comes, until Ctrl-C' },
    { flags: '--since <when>', about: 'Only what was printed since then: 30s, 10m, 2h, 1d or a time' },
    { flags: '--tail <lines>', about: 'Only so many of the last lines; all for all of them' },
    { flags: '--grep <pattern>', about: 'Only lines that match: a regular expression, or /one/i' },
    { flags: '--level <level>', about: 'Only lines that are at least that bad: warn, error …' },
    { flags: '--previous', about: 'Only the run before each container’s last one' },
    { flags: '-c, --container <name>', about: 'Only containers of this name' },
    { flags: '--events', about: 'What Kubernetes says of the services, too' },
    { flags: '--timestamps', about: 'Each line’s time' },
    { flags: '--raw', about: 'Exactly what was printed: no names, no colours, JSON as it is' },
  ],
  examples: [
    'devk logs',
    'devk logs api -f',
    'devk logs api db --since 10m --level error',
    'devk logs api --previous',
    'devk logs --grep "/timeout|refused/i" --tail 50 --events',
    'devk logs api --raw --since 1h > api.log',
  ],
  async run(parsed, context) {
    const { args: services, flags } = parsed
    const filter: Filter = {
      grep: mapped(one(parsed, 'grep'), parseGrep),
      level: mapped(one(parsed, 'level'), parseLeastLevel),
    }
    const since = mapped(one(parsed, 'since'), value => parseSince(value, Date.now()))
    const tail = parseTail(
      one(parsed, 'tail') ?? (isTerminal(1) && !since ? String(TAIL_ON_TERMINAL) : 'all'),
    )
    const home = findProjectHome(process.cwd())
    const known = await seeToIt(context, home !== undefined)
    const folder = home?.logs ?? ''
    const wants = wanted(parsed)
    const everything = await listSources(folder, () => true)
    // Also what the project names no more, as long as it is kept.
    const kept = everything.map(({ source }) => source.service)
    checkServices(services, [...new Set([...(known.services ?? []), ...kept])])
    const sources = everything.filter(({ source }) => wants(source))
    if (flags.has('previous')) filter.run = await runsBefore(sources)
    const format = formatOf(flags, sources)
    let count = 0
    for await (const lines of readHistory(sources, { since, tail, select: () => filterLines(filter) })) {
      count += lines.length
      await context.write(format(lines))
      if (context.signal.aborted) break
    }
    if (flags.has('follow')) {
      const from = everything.flatMap(({ segments }) => segments)
      const select = filterLines(filter)
      await followOn(folder, { wants, from, show: lines => format(select(lines)) }, context)
    } else if (count === 0 && isTerminal(1)) say(context, nothing(parsed))
    return { json: undefined, text: '' }
  },
}

function nothing({ flags, values }: Parsed): string {
  if (flags.has('previous')) return 'No line of a run before: no container that is meant was restarted.'
  const asked = ['since', 'grep', 'level', 'container'].filter(name => values[name])
  return asked.length > 0
    ? `No line fits ${asked.map(name => `--${name}`).join(', ')}.`
    : 'Nothing was printed yet.'
}

/** What comes, until the signal. */
async function followOn(
  folder: string,
  { show, ...what }: Omit<Parameters<typeof followRing>[1], 'signal'> & { show: Format },
  context: CommandContext,
): Promise<void> {
  const staying = seeToItOn(context)
  for await (const next of followRing(folder, { ...what, signal: context.signal })) {
    if ('missed' in next) say(context, `Lines of ${next.missed.pod} are missing: they were read too slowly.`)
    else await context.write(show(next))
  }
  await staying
}

function mapped<T>(value: string | undefined, map: (value: string) => T): T | undefined {
  return value === undefined ? undefined : map(value)
}

/** The daemon keeps the logs; what was kept is shown also where it can't be asked, or has nothing to keep. */
async function seeToIt(context: CommandContext, isProject: boolean): Promise<Partial<LogsOutput>> {
  try {
    const known = await context.askProject('logs', { follow: false }, 'start')
    if (known.trouble) say(context, `This is what was kept before. ${known.trouble}`)
    return known
  } catch (thrown) {
    const error = toDevkError(thrown)
    if (!isProject || context.signal.aborted || FINAL.includes(error.code)) throw error
    say(context, `This is what was kept before. ${error.message}`)
    return {}
  }
}

const FINAL = ['NOT_UP', 'PROJECT_MISSING', 'INTERRUPTED']

/** Until the signal: a daemon that ends is followed by another one. */
async function seeToItOn(context: CommandContext): Promise<void> {
  let said = ''
  while (!context.signal.aborted) {
    try {
      await context.askProject('logs', { follow: true }, 'start')
      said = ''
    } catch (thrown) {
      const { message } = toDevkError(thrown)
      if (!context.signal.aborted && message !== said) say(context, message)
      said = message
    }
    await sleep(AGAIN_MS, context.signal).catch(() => {})
  }
}

function wanted({ args: services, flags, values }: Parsed): (source: LogSource) => boolean {
  const name = values['container']?.at(-1)
  return ({ service, container }) =>
    (services.length === 0 || services.includes(service)) &&
    (container === undefined ? flags.has('events') : name === undefined || container === name)
}

async function runsBefore(
  sources: Awaited<ReturnType<typeof listSources>>,
): Promise<(source: LogSource) => number> {
  const runs = new Map<string, number>()
  for (const files of sources) runs.set(sourceKey(files.source), (await lastRun(files)) - 1)
  return source => runs.get(sourceKey(source)) ?? -1
}

function formatOf(flags: ReadonlySet<string>, known: readonly { source: LogSource }[]): Format {
  if (flags.has('json')) return jsonLines
  if (flags.has('raw')) return rawLines
  return readableLines({
    isColoured: isColoured(process.stdout),
    timestamps: flags.has('timestamps'),
    known: known.map(({ source }) => source),
  })
}

function say({ onProgress }: CommandContext, message: string): void {
  onProgress({ type: 'note', message })
}
