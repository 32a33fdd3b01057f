import type { CheckedSecrets } from '../model/secrets.ts'
import { style } from './style.ts'

export function secretsText(files: readonly CheckedSecrets[]): string {
  if (files.length === 0) return 'There is no SOPS file here.'
  const { green, red } = style(process.stdout)
  const lines = files.flatMap(({ file, fault }) => {
    if (!fault) return [`${green('✓')} ${file}`]
    const more = [
      ...(fault.detail ?? '').split('\n').filter(Boolean),
      ...(fault.hint ? [`→ ${fault.hint}`] : []),
    ]
    return [`${red('✗')} ${file}  ${fault.code}`, `    ${fault.message}`, ...more.map(line => `    ${line}`)]
  })
  const bad = files.filter(({ fault }) => fault).length
  const verdict = bad > 0 ? `${bad} of ${files.length} files must be looked at.` : 'All is well.'
  return [...lines, '', verdict].join('\n')
}
