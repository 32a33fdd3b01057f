import type { SourceRule } from '../../src/sync/source-rule.ts'

export function rule(from: string, to: string, more: Partial<SourceRule> = {}): SourceRule {
  return {
    from,
    to,
    isFile: false,
    restart: { how: 'none' },
    ignore: [],
    gitignore: false,
    leavesOut: () => false,
    ...more,
  }
}
