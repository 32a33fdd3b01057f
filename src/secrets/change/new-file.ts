import { DevkError } from '../../base/errors.ts'
import { type CreationRule, creationRules } from '../creation-rules.ts'
import type { TreeMap } from '../document.ts'
import { writeSops } from '../encrypt/write-sops.ts'
import { unwritable } from '../faults.ts'
import { printPlain } from '../print/print.ts'
import { isNative } from '../recipients.ts'
import { readsBack } from '../same-parts.ts'
import { encryptBySops, type SopsRun } from './by-sops.ts'
import type { SecretFile } from './secret-file.ts'

/** What a .sops.yaml says of a file that is not there yet. Throws SECRETS_NO_RULE where none names anybody to encrypt for. */
export async function ruleForNew({ file, path }: SecretFile): Promise<CreationRule> {
  const rule = await creationRules()(path)
  if (rule && rule.recipients.length + rule.others.length > 0) return rule
  throw new DevkError({
    code: 'SECRETS_NO_RULE',
    message: rule
      ? `${file} is not there yet, and the rule of ${rule.config} for it names no recipients.`
      : `${file} is not there yet, and no rule of a .sops.yaml says for whom it is to be encrypted.`,
    hint: 'devk secrets init makes a key and a .sops.yaml; or add a rule with path_regex and age to yours.',
  })
}

/** A new file's text: encrypted by devk itself where all recipients are of kinds that it knows, else by sops. */
export async function newFileText(
  parts: readonly TreeMap[],
  secretFile: SecretFile,
  rule: CreationRule,
  run: Omit<SopsRun, 'why'>,
): Promise<Buffer> {
  const { file, format } = secretFile
  const { recipients, others, fields, macOnlyEncrypted } = rule
  if (others.length === 0 && recipients.every(isNative)) {
    return await writeSops(parts, format, { recipients, rules: fields, macOnlyEncrypted, file })
  }
  const why = `it is to be encrypted for ${[...others, ...recipients].join(', ')}`
  const plain = printPlain(parts, format, { file })
  if (!readsBack(plain, parts, format)) throw unwritable(file, format)
  return await encryptBySops(plain, secretFile, { ...run, why })
}
