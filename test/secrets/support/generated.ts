import fc from 'fast-check'
import type { SopsFormat } from '../../../src/secrets/document.ts'

// Plain documents of each format, written as people write them, for the real sops to encrypt.

/** Scalars that YAML libraries disagree on, and some on which they don't. */
export const SCALARS = [
  ...[
    '0777',
    '0o17',
    '0b101',
    '-0b11',
    '0x1F',
    '-0x1f',
    '1_000',
    '+12',
    '-0',
    '08',
    '09.5',
    '1__2',
    '0x',
    '1e3',
  ],
  ...['9223372036854775807', '-9223372036854775808', '18446744073709551616', '-9223372036854775809'],
  ...['1.5', '.5', '-.5', '5.', '1e-7', '1.0', '100000.0', '1000000.0', '123456789.25', '1e21', '1e400'],
  ...[
    '2001-01-01',
    '2001-1-2',
    '2001-12-14t21:59:43.10-05:00',
    '2001-12-14 21:59:43.1',
    '2001-02-29',
    '2024-02-29',
  ],
  ...['2001-12-15T02:59:43.100000Z', '2001-12-15T02:59:43+00:00', '2001-12-15T2:5:4Z', '12:30:45', '1.2.3'],
  ...[
    'true',
    'True',
    'TRUE',
    'tRue',
    'yes',
    'on',
    'n',
    'y',
    '~',
    'null',
    'NULL',
    'nUll',
    '+',
    '.',
    '...x',
    '<<',
  ],
  ...["''", '""', '"5"', "'true'", '!!str 5', '!!float 3', '!!int 7', '!!binary aGVsbG8=', '!own word'],
  ...[
    '"\\u00fc \\U0001F600 \\x41 \\t"',
    "'it''s'",
    'ünïcödé 😀',
    '"a\\nb"',
    '" lead"',
    '"trail "',
    'a: b'.replace(':', ''),
    '_1',
    '1_',
  ],
]

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'password',
    'user_unencrypted',
    'key_enc',
    'data',
    'x:y',
    '10',
    '2',
    'é',
    '__proto__',
    'constructor',
  ),
  fc.stringMatching(/^[a-z]{1,8}$/),
)
const scalar = fc.oneof(fc.constantFrom(...SCALARS), fc.stringMatching(/^[a-zA-Z][\w ]{0,30}[a-z]$/))
const remark = fc.option(fc.constantFrom(' secret', ' plain', ' other', 'tight', ' 😀'), { nil: undefined })

/** Sops writes comments into {} and [], where it does not read them itself, and a << with a tag. */
export const OWN_WAYS = /(\{\}|\[\]) *#|<</

/** YAML text: nested maps and lists, comments before keys and behind values, several documents. */
export const yamlText: fc.Arbitrary<string> = fc
  .array(
    fc.letrec<{ map: string[]; value: string[] }>(tie => ({
      map: fc
        .uniqueArray(fc.record({ key, before: remark, behind: remark, value: tie('value') }), {
          selector: entry => entry.key,
          minLength: 1,
          maxLength: 6,
        })
        .map(entries => entries.flatMap(written)),
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        scalar.map(text => [text]),
        tie('map').map(lines => ['', ...lines]),
        fc
          .array(fc.record({ before: remark, text: scalar }), { minLength: 1, maxLength: 4 })
          .map(items => ['', ...items.flatMap(({ before, text }) => [...remarked(before), `- ${text}`])]),
        fc.constantFrom<string[]>(['{}'], ['[]'], ['|', 'two', 'lines'], ['>-', 'folded', 'text']),
      ),
    })).map,
    { minLength: 1, maxLength: 3 },
  )
  .map(documents => documents.map(lines => `${lines.join('\n')}\n`).join('---\n'))

function written({
  key: name,
  before,
  behind,
  value,
}: {
  key: string
  before?: string | undefined
  behind?: string | undefined
  value: string[]
}): string[] {
  const [first = '', ...more] = value
  const remarkBehind = behind !== undefined && first !== '' && !/^[|>]/.test(first) ? ` #${behind}` : ''
  return [
    ...remarked(before),
    `${JSON.stringify(name)}: ${first}${remarkBehind}`,
    ...more.map(line => `  ${line}`),
  ]
}

function remarked(text: string | undefined): string[] {
  return text === undefined ? [] : [`#${text}`]
}

const jsonScalar = fc.oneof(
  fc.constantFrom(
    '0',
    '-0',
    '1',
    '12345678901234567890',
    '-9223372036854775808',
    '1.0',
    '2.50',
    '1e3',
    '1E-7',
    '5e-324',
    'true',
    'false',
    'null',
    '""',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => JSON.stringify(value)),
  fc.string({ unit: 'grapheme' }).map(text => JSON.stringify(text)),
)

/** JSON text: keys that look like numbers, the same key twice, numbers in each way to write them. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ map: string; value: string }>(tie => ({
  map: fc
    .array(fc.tuple(key, tie('value')), { minLength: 1, maxLength: 6 })
    .map(entries => `{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`),
  value: fc.oneof(
    { depthSize: 'small' },
    jsonScalar,
    tie('map'),
    fc.array(jsonScalar, { maxLength: 4 }).map(items => `[${items.join(',\n')}]`),
    fc.constantFrom('{}', '[]'),
  ),
})).map

/** Lines as a .env file has them. */
export const dotenvText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.stringMatching(/^[A-Z][A-Z_]{0,8}$/), fc.string({ unit: 'grapheme' }).map(oneLine))
        .map(pair => pair.join('=')),
      fc.constantFrom(
        '# a comment',
        '#',
        '',
        'EMPTY=',
        'LINES=a\\nb',
        'QUOTED="x y"',
        'EQ=a=b=c',
        'user_unencrypted=plain',
      ),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map(lines => `FIRST=1\n${lines.join('\n')}\n`)

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ')
}

/** Sections with values of all kinds of quoting. */
export const iniText: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.stringMatching(/^[a-z][a-z.]{0,6}$/),
      fc.array(
        fc.tuple(
          fc.stringMatching(/^[a-z]{1,6}(_unencrypted)?$/),
          fc.constantFrom(
            '1',
            'text',
            '',
            '"quoted"',
            "'single'",
            '`a;b # c`',
            '"""two\nlines"""',
            'x = y',
            'ü 😀',
            'cont \\\n  inued',
            'v ; behind',
            'C:\\dir',
          ),
          fc.constantFrom('', '; before\n', '# before\n'),
        ),
        { maxLength: 5 },
      ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map(sections =>
    sections
      .map(
        ([name, keys]) =>
          `[${name}]\n${keys.map(([k, value, before]) => `${before}${k} = ${value}\n`).join('')}`,
      )
      .join('\n'),
  )

/** A text of each format that has a structure. */
export const TEXTS: [format: SopsFormat, text: fc.Arbitrary<string>][] = [
  ['yaml', yamlText],
  ['json', jsonText],
  ['dotenv', dotenvText],
  ['ini', iniText],
]
