import type { CheckedSecrets, InitSecrets, ListedSecret } from '../model/secrets.ts'
import { style } from './style.ts'
import { table } from './table.ts'

export function secretsText(files: readonly CheckedSecrets[]): string {
  if (files.length === 0) return 'There is no SOPS file here.'
  const { dim, green, red } = style(process.stdout)
  const lines = files.flatMap(({ file, fault, short = [] }) => {
    if (!fault) return [`${green('✓')} ${file}`, ...short.map(path => dim(`    ${path}: ${SHORT}`))]
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

const SHORT = 'shorter than 6 characters, so logs are not rid of it'

export function initText({ key, config, example }: InitSecrets): string {
  const { bold, green } = style(process.stdout)
  const told = (made: boolean, text: string) => `${made ? green('+') : '·'} ${text}`
  const commit = [config, example].flatMap(part => (part?.made ? [part.file] : []))
  return [
    told(key.made, `${key.made ? 'Your new key is in' : 'Your key is in'} ${key.source}`),
    `    public, for others’ .sops.yaml: ${bold(key.recipient)}`,
    told(
      config.made,
      config.made
        ? `${config.file} says who may read secrets/`
        : `${config.file} is there already, and stays as it is`,
    ),
    ...(example ? [told(example.made, `${example.file} is encrypted`)] : []),
    '',
    ...(commit.length > 0 ? [`Commit ${commit.join(' and ')}.`] : []),
    `Never commit the key${key.made ? `, and keep a copy of it: without it nobody reads what is encrypted for you` : ''}.`,
    ...(example ? [`Go on: devk secrets edit ${example.file}`] : []),
  ].join('\n')
}

export function listText(secrets: readonly ListedSecret[]): string {
  if (secrets.length === 0) return 'The project has no secrets: devk.yaml names them under secrets.'
  const rows = secrets.map(({ name, type, namespaces, file, keys, fault }) => [
    name,
    type,
    namespaces.join(', '),
    file,
    fault ? `${fault.code}: ${fault.message}` : keys.join(', '),
  ])
  return table([['SECRET', 'TYPE', 'NAMESPACES', 'FILE', 'KEYS'], ...rows])
}
