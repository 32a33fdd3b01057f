import { DevkError } from '../base/errors.ts'
import type { SopsFormat } from './document.ts'

// No value is ever part of a message: paths, kinds and recipients are enough to find what is wrong.

export function malformed(file: string, why: string): DevkError {
  return new DevkError({
    code: 'SECRETS_MALFORMED',
    message: `${file} can't be read: ${why}.`,
    hint: `Take the file back from git, or see what sops says: sops decrypt ${file}`,
  })
}

export function notEncrypted(file: string): DevkError {
  return new DevkError({
    code: 'SECRETS_NOT_ENCRYPTED',
    message: `${file} is not encrypted: it has no sops metadata.`,
    hint: `Encrypt it: sops encrypt --in-place ${file}`,
  })
}

export function plaintextValue(file: string, path: readonly string[]): DevkError {
  return new DevkError({
    code: 'SECRETS_PLAINTEXT_VALUE',
    message: `${file} has plaintext at ${shown(path)}, where its own rule says encrypted.`,
    hint: `Write values by sops edit ${file}; whoever can read the file has read this one, so replace it.`,
  })
}

export function plaintextFile(file: string, paths: readonly (readonly string[])[]): DevkError {
  const more = paths.length - SHOWN_PATHS
  return new DevkError({
    code: 'SECRETS_PLAINTEXT_VALUE',
    message: `${file} has plaintext where a rule of .sops.yaml says encrypted.`,
    hint: `Encrypt it: sops encrypt --in-place ${file}. What was committed before has been read: replace it.`,
    detail: [...paths.slice(0, SHOWN_PATHS).map(shown), ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
  })
}

/** `where` is a file and its line; `what` a path and its encrypted file. */
export function valueInReach(where: string, what: string): DevkError {
  return new DevkError({
    code: 'SECRETS_PLAINTEXT_VALUE',
    message: `${where} has the value of ${what}, for all to read.`,
    hint: 'Have it come from the Secret there, too. Whoever can read the repository has read it: replace it.',
  })
}

export function keyInReach(where: string, files: readonly string[]): DevkError {
  return new DevkError({
    code: 'SECRETS_KEY_TRACKED',
    message: `${where} has a private key that decrypts ${files.join(', ')}: whoever can read the repository can read these.`,
    hint: 'Remove it, replace all that it decrypts, and have the files encrypted for another key.',
  })
}

const SHOWN_PATHS = 10

/** Without a path it is not known which. */
export function tamperedValue(file: string, path?: readonly string[]): DevkError {
  return new DevkError({
    code: 'SECRETS_TAMPERED_VALUE',
    message: `${path ? `The value at ${shown(path)}` : 'A value'} of ${file} was changed after it was encrypted, or moved there from elsewhere.`,
    hint: 'Take the file back from git; a conflict in it is resolved by editing both sides with sops, not by hand.',
  })
}

export function macMismatch(file: string): DevkError {
  return new DevkError({
    code: 'SECRETS_MAC_MISMATCH',
    message: `The MAC of ${file} does not fit its values: some were added, removed, reordered or exchanged.`,
    hint: 'Take the file back from git, or look at what changed in it (git log -p) before it is trusted again.',
  })
}

export function macMissing(file: string): DevkError {
  return new DevkError({
    code: 'SECRETS_MAC_MISSING',
    message: `${file} has no MAC: nothing says that its values are all there and in their places.`,
    hint: `Take the file back from git, or write it anew with sops: sops edit --ignore-mac ${file}`,
  })
}

export function shamir(file: string, groups: number): DevkError {
  return new DevkError({
    code: 'SECRETS_SHAMIR',
    message: `The key of ${file} is split over ${groups} key groups (Shamir), which devk does not put together.`,
    hint: 'Keep what is for development in a file with one key group.',
  })
}

export function noKey(file: string, recipients: readonly string[], tried: readonly string[]): DevkError {
  return new DevkError({
    code: 'SECRETS_NO_KEY',
    message: `${file} can't be decrypted: there is no key on this machine.`,
    hint: 'Put an age key where sops looks for one, such as SOPS_AGE_KEY_FILE or the default key file.',
    detail: [`It is encrypted for:`, ...indented(recipients), 'Looked for keys in:', ...indented(tried)].join(
      '\n',
    ),
  })
}

export function wrongKey(file: string, recipients: readonly string[], tried: readonly string[]): DevkError {
  return new DevkError({
    code: 'SECRETS_WRONG_KEY',
    message: `${file} can't be decrypted: no key on this machine is one of its recipients.`,
    hint: `Have somebody who can read it add your key to .sops.yaml and run: sops updatekeys ${file}`,
    detail: [`It is encrypted for:`, ...indented(recipients), 'Tried:', ...indented(tried)].join('\n'),
  })
}

/** What a Secret is taken from. */
export interface Taken {
  name: string
  /** As messages name it. */
  file: string
}

export function unfit({ name, file }: Taken, why: string): DevkError {
  return new DevkError({
    code: 'SECRETS_UNFIT',
    message: `Secret ${name} can't be made of ${file}: ${why}. Nothing was applied.`,
    hint: 'Correct the file (devk secrets edit), or what secrets: in devk.yaml takes of it.',
  })
}

/** `complaints` say each where a key is wanted, and which file has it not. */
export function missingKeys(service: string, complaints: readonly string[]): DevkError {
  return new DevkError({
    code: 'SECRETS_KEY_MISSING',
    message: `${service} reads what its Secrets will not have. Nothing was deployed.`,
    hint: 'Add what is missing (devk secrets set FILE KEY), or correct the manifest; optional: true lets a pod do without.',
    detail: complaints.join('\n'),
  })
}

export function secretTwice({ name, file }: Taken, manifest: string): DevkError {
  return new DevkError({
    code: 'SECRETS_TWICE',
    message: `Secret ${name} is made of ${file}, and it is in ${manifest} as well. Nothing was deployed.`,
    hint: 'Remove one of the two: each would overwrite the other.',
  })
}

/** `project` is the devk project that has it, if one does. */
export function foreignSecret(name: string, namespace: string, project: string | undefined): DevkError {
  const whose = project === undefined ? 'was not made by devk' : `belongs to devk project ${project}`
  const remove = `kubectl delete secret ${name} --namespace ${namespace}`
  return new DevkError({
    code: 'SECRETS_FOREIGN',
    message: `There is a Secret ${name} in namespace ${namespace} that ${whose}. It was not touched.`,
    hint:
      project === undefined
        ? `Give yours another name; or, where nobody needs it: ${remove}`
        : 'Give yours another name or another namespace: the other project’s pods may read it.',
  })
}

export function remoteCluster({ name, file }: Taken, context: string): DevkError {
  return new DevkError({
    code: 'SECRETS_REMOTE_CLUSTER',
    message: `Secret ${name} of ${file} was not applied: the context ${context} may be a remote cluster.`,
    hint: 'If it may go there, write remote: true at this secret in devk.yaml.',
  })
}

export function unsupportedKey(file: string, why: string): DevkError {
  return new DevkError({
    code: 'SECRETS_UNSUPPORTED_KEY',
    message: `${file} can't be decrypted: ${why}.`,
    hint: 'devk itself reads age keys and ssh-ed25519 keys without a passphrase; all others it leaves to sops (https://getsops.io).',
  })
}

export function badRecipient(recipient: string): DevkError {
  return new DevkError({
    code: 'SECRETS_UNSUPPORTED_KEY',
    message: `${recipient} is no recipient that devk can encrypt for.`,
    hint: 'age and ssh-ed25519 public keys are; correct it in .sops.yaml, or encrypt the file with sops.',
  })
}

export function hasOwnKey(file: string): DevkError {
  return new DevkError({
    code: 'SECRETS_MALFORMED',
    message: `${file} can't be encrypted: it has a key named sops, which is where SOPS files say how they are encrypted.`,
    hint: 'Give it another name.',
  })
}

export function unwritable(file: string, format: SopsFormat): DevkError {
  return new DevkError({
    code: 'SECRETS_MALFORMED',
    message: `${file} is left as it is: as ${format} a key or value of it would be read as another one than was written.`,
    hint: 'Line ends, quotes or brackets in keys and values are what formats differ in: yaml and json hold them all.',
  })
}

export function uneditable(file: string, format: SopsFormat): DevkError {
  return new DevkError({
    code: 'SECRETS_MALFORMED',
    message: `${file} can't be edited as a whole: as ${format} a value of it would be read back as another one, and be lost.`,
    hint: `Change one value: devk secrets set ${file} KEY. Or keep it as yaml or json, which hold them all.`,
  })
}

export function unopenedBySops(file: string, why: string, detail: string): DevkError {
  return new DevkError({
    code: 'SECRETS_WRONG_KEY',
    message: `${file} can't be decrypted: ${why}, and sops, which that is left to, has no key for it either.`,
    hint: `See that sops decrypt ${file} works in a terminal: a passphrase must be in an agent, since here nobody is asked.`,
    detail,
  })
}

function shown(path: readonly string[]): string {
  return path.length === 0 ? 'the top' : path.join('.')
}

function indented(lines: readonly string[]): string[] {
  return lines.length === 0 ? ['  nothing'] : lines.map(line => `  ${line}`)
}
