import { ageKey } from '../age/age-key.ts'
import type { Key } from '../age/key.ts'
import { sshKey } from '../age/ssh-key.ts'
import type { Foreign, Found } from './found.ts'
import { readOpenSshKey } from './openssh-key.ts'
import type { Holds } from './sources.ts'

type Understood = Omit<Found, 'source'>

/** The keys in what a place holds. Nothing of it is part of what is said of it. */
export function understand(text: string, holds: Holds): Understood {
  if (holds === 'ssh') return ssh(text)
  if (/^(age-encryption|-----BEGIN AGE)/.test(text)) {
    return { usable: [], foreign: { of: 'age', why: 'the keys are protected by a passphrase' } }
  }
  const usable: Key[] = []
  let foreign: Foreign | undefined
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue
    for (const key of holds === 'age-words' ? line.split(/\s+/).filter(Boolean) : [line]) {
      if (key.startsWith('AGE-PLUGIN-')) {
        foreign = { of: 'age', why: 'a key is one of an age plugin' }
        continue
      }
      const found = ageKey(key)
      if (found) usable.push(found)
      // Sops takes none of a place where one key is wrong.
      else return { usable: [], trouble: 'it has a line that is no age key' }
    }
  }
  return { usable, foreign }
}

function ssh(text: string): Understood {
  const key = readOpenSshKey(text)
  if (typeof key === 'object') return { usable: [sshKey(key)] }
  switch (key) {
    case 'passphrase':
      return { usable: [], foreign: { of: 'ssh', why: 'the SSH key is protected by a passphrase' } }
    case 'other-kind':
      return { usable: [], foreign: { of: 'ssh', why: 'the SSH key is no ed25519 key in OpenSSH form' } }
    case 'malformed':
      return { usable: [], trouble: 'it is no SSH private key' }
  }
}
