type Entries = Readonly<Record<string, string>>

const SHOWN = 5

/** What makes a build necessary, as sentences: settings and base images first, then files, the many of them cut short. */
export function explainChange(before: Entries | undefined, after: Entries): string[] {
  if (before === undefined) return ['never built before']
  const changed = changedLabels(before, after)
  const settings = changed.filter(label => !isPath(label))
  // The Dockerfile, where it is sent too, has been told of.
  const paths = changed.filter(label => isPath(label) && !settings.includes(label.slice(2)))
  const shown = paths.slice(0, paths.length === SHOWN + 1 ? paths.length : SHOWN)
  const more = paths.length - shown.length
  return [
    ...settings.map(label => aboutSetting(label, before[label], after[label])),
    ...shown.map(label => aboutPath(label.slice(2), before[label], after[label])),
    ...(more > 0 ? [`and ${more} more files`] : []),
  ]
}

export function changedLabels(before: Entries, after: Entries): string[] {
  const labels = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...labels].filter(label => before[label] !== after[label]).sort()
}

function isPath(label: string): boolean {
  return label.startsWith('./')
}

function aboutPath(path: string, before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `${path} is new`
  if (after === undefined) return `${path} is gone`
  const [was, is] = [parsed(before), parsed(after)]
  if (was.kind !== is.kind) return `${path} was a ${was.kind} and is a ${is.kind} now`
  if (is.kind === 'link') return `${path} links to ${is.rest}, before to ${was.rest}`
  if (was.content === is.content) return `${path} has mode ${is.mode}, before ${was.mode}`
  return `${path} changed`
}

function parsed(value: string) {
  const [kind = '', ...words] = value.split(' ')
  const [mode, ...content] = words
  return { kind, rest: words.join(' '), mode, content: content.join(' ') }
}

function aboutSetting(label: string, before: string | undefined, after: string | undefined): string {
  const { subject, shown } = setting(label)
  if (before === undefined) return `${subject} is new${shown ? `: ${quote(after)}` : ''}`
  if (after === undefined) return `${subject} is gone${shown ? `, before ${quote(before)}` : ''}`
  if (shown) return `${subject} changed from ${quote(before)} to ${quote(after)}`
  return `${subject} ${label.startsWith('base ') ? 'is another one' : 'changed'}`
}

/** As `readBuildInputs` labels them. */
function setting(label: string): { subject: string; shown: boolean } {
  if (label.startsWith('arg ')) return { subject: `build arg ${label.slice('arg '.length)}`, shown: true }
  if (label.startsWith('base ')) {
    return { subject: `base image ${label.slice('base '.length)}`, shown: false }
  }
  return { subject: label, shown: label !== 'Dockerfile' }
}

const WIDTH = 60

function quote(value = ''): string {
  return JSON.stringify(value.length > WIDTH ? `${value.slice(0, WIDTH)}…` : value)
}
