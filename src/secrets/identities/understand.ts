import { Decrypter, type Identity } from 'age-encryption'
import type { Foreign, Found } from './found.ts'
import { readOpenSshKey } from './openssh-key.ts'
import type { Holds } from './sources.ts'
import { sshIdentity } from './ssh-ed25519.ts'

type Understood = Omit<Found, 'source'>

/** The keys in what a place holds. Nothing of it is part of what is said of it. */
export function understand(text: string, holds: Holds): Understood {
  if (holds === 'ssh') return ssh(text)
  if (/^(age-encryption|-----BEGIN AGE)/.test(text)) {
    return { usable: [], foreign: { of: 'age', why: 'the keys are protected by a passphrase' } }
  }
  const usable: (string | Identity)[] = []
  let foreign: Foreign | undefined
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue
    for (const key of holds === 'age-words' ? line.split(/\s+/).filter(Boolean) : [line]) {
      if (key.startsWith('AGE-PLUGIN-')) foreign = { of: 'age', why: 'a key is one of an age plugin' }
      else if (isAgeKey(key)) usable.push(key)
      // Sops takes none of a place where one key is wrong.
      else return { usable: [], trouble: 'it has a line that is no age key' }
    }
  }
  return { usable, foreign }
}

function isAgeKey(key: string): boolean {
  try {
    new Decrypter().addIdentity(key)
    return true
  } catch {
    return false
  }
}

function ssh(text: string): Understood {
  const key = readOpenSshKey(text)
  if (typeof key === 'object') return { usable: [sshIdentity(key)] }
  switch (key) {
    case 'passphrase':
      return { usable: [], foreign: { of: 'ssh', why: 'the SSH key is protected by a passphrase' } }
    case 'other-kind':
      return { usable: [], foreign: { of: 'ssh', why: 'the SSH key is no ed25519 key in OpenSSH form' } }
    case 'malformed':
      return { usable: [], trouble: 'it is no SSH private key' }
  }
}
