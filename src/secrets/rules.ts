import { RE2JS } from 're2js'

/** Which values of a file are encrypted: at most one of these is set, and none means a suffix of `_unencrypted`. */
export interface RuleFields {
  unencrypted_suffix?: string
  encrypted_suffix?: string
  unencrypted_regex?: string
  encrypted_regex?: string
  unencrypted_comment_regex?: string
  encrypted_comment_regex?: string
}

export const RULE_FIELDS = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'unencrypted_regex',
  'encrypted_regex',
  'unencrypted_comment_regex',
  'encrypted_comment_regex',
] as const satisfies (keyof RuleFields)[]

export interface Place {
  /** The keys that lead there; an index of a list is none. */
  path: readonly string[]
  /** The comments before it, those before what it is in first; its own is the last where it is one itself. */
  comments: readonly (readonly string[])[]
  isComment: boolean
}

export type Rule = (place: Place) => boolean

export function ruleOf(fields: RuleFields): Rule {
  const { encrypted_suffix: only, encrypted_regex: regex } = fields
  if (only) return ({ path }) => path.some(key => key.endsWith(only))
  if (regex) return onKeys(regex)
  if (fields.unencrypted_regex) {
    const plain = onKeys(fields.unencrypted_regex)
    return place => !plain(place)
  }
  if (fields.unencrypted_comment_regex) {
    const matches = matcher(fields.unencrypted_comment_regex)
    return ({ comments }) => !comments.flat().some(matches)
  }
  if (fields.encrypted_comment_regex) {
    const matches = matcher(fields.encrypted_comment_regex)
    // The comment that asks for encryption stays readable itself.
    return ({ comments, isComment }) =>
      (isComment ? comments.flat().slice(0, -1) : comments.flat()).some(matches)
  }
  const suffix = fields.unencrypted_suffix || '_unencrypted'
  return ({ path }) => !path.some(key => key.endsWith(suffix))
}

function onKeys(regex: string): Rule {
  const matches = matcher(regex)
  return ({ path }) => path.some(matches)
}

/** Go's regular expressions, unanchored; one that isn't valid matches nothing, as with sops. */
export function matcher(regex: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(regex)
    return text => compiled.matcher(text).find()
  } catch {
    return () => false
  }
}
