import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { secretsText } from '../../src/cli/secrets-text.ts'

it('says of each file whether it is well, and of a faulty one what to do', () => {
  const fault = {
    code: 'SECRETS_WRONG_KEY',
    message: 'No key.',
    detail: 'Tried:\n  SOPS_AGE_KEY',
    hint: 'Ask.',
  }
  expect(stripVTControlCharacters(secretsText([{ file: 'a.yaml' }, { file: 'b.env', fault }]))).toBe(
    [
      '✓ a.yaml',
      '✗ b.env  SECRETS_WRONG_KEY',
      '    No key.',
      '    Tried:',
      '      SOPS_AGE_KEY',
      '    → Ask.',
      '',
      '1 of 2 files must be looked at.',
    ].join('\n'),
  )
})

it('says that all is well, or that there is nothing', () => {
  expect(stripVTControlCharacters(secretsText([{ file: 'a.yaml' }]))).toBe('✓ a.yaml\n\nAll is well.')
  expect(secretsText([])).toBe('There is no SOPS file here.')
})
