import type { Finding } from '../model/finding.ts'
import { style } from './style.ts'

export function findingsText(findings: readonly Finding[]): string {
  const { green, red, yellow } = style(process.stdout)
  const marks: Record<Finding['verdict'], string> = { good: green('✓'), warning: yellow('!'), bad: red('✗') }
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap(({ check, verdict, seen, advice }) => [
    `${marks[verdict]} ${check.padEnd(width)}  ${seen}`,
    ...(advice ?? '').split('\n').flatMap(line => (line ? [`${' '.repeat(width + 4)}→ ${line}`] : [])),
  ])
  return [...lines, '', verdictText(findings)].join('\n')
}

function verdictText(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']) =>
    findings.filter(finding => finding.verdict === verdict).length
  const [bad, warnings] = [count('bad'), count('warning')]
  if (bad > 0) return `${bad} of ${findings.length} must be mended before devk works.`
  return warnings > 0 ? `devk works here; ${warnings} could be better.` : 'All is well.'
}
