import type { Goal } from './options.ts'
import { isComplete, type Plan } from './plan.ts'
import type { Item } from './plan-item.ts'

const signs: Readonly<Record<Item['state'], string>> = { here: '✔', missing: '+', advised: '!', blocked: '✖' }

/** Each thing, its state, and what would be done. */
export function table({ items }: Plan): string {
  const rows = items.map(({ state, name, found, todo }) => [`${signs[state]} ${name}`, found, todo])
  const width = (column: number) => Math.max(...rows.map(row => row[column]?.length ?? 0))
  const [first, second] = [width(0), width(1)]
  return rows
    .map(([name = '', found = '', todo = '']) =>
      `${name.padEnd(first)}  ${found.padEnd(second)}  ${todo}`.trimEnd(),
    )
    .join('\n')
}

export function asJson(plan: Plan, goal: Goal): string {
  const items = plan.items.map(({ name, state, found, todo, commands }) => ({
    ...{ name, state, found },
    ...(todo && { todo }),
    ...(commands && { commands }),
  }))
  return JSON.stringify({ goal, complete: isComplete(plan), items }, undefined, 2)
}

/** What set-up is about to do, before it does it. */
export function announcement(plan: Plan, goal: Goal): string {
  const todo = plan.items.filter(({ action }) => action).map(({ name, todo }) => `  ${todo}: ${name}`)
  const extra = plan.builds.filter(
    build => !plan.items.some(({ action }) => action?.do === 'build' && action.build === build.id),
  )
  const builds = extra.length > 0 ? [`  built on the way: ${extra.map(({ title }) => title).join(', ')}`] : []
  return [`Setting up for npm ${goal}:`, ...todo, ...builds].join('\n')
}

/** What has to be done by hand, ready to be pasted. */
export function byHand({ items }: Plan): string {
  return items
    .filter(({ state }) => state === 'blocked' || state === 'advised')
    .map(({ name, found, todo, commands = [] }) =>
      [`${name}: ${found}; ${todo}`, ...commands.map(command => `  ${command}`)].join('\n'),
    )
    .join('\n')
}
