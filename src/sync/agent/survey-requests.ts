import { type FileState, linkState } from '../../model/file-state.ts'
import type { Place } from '../../model/sync.ts'
import { shellWord } from '../sh.ts'
import { checkName, folderOf, lastOf } from './names.ts'
import type { AgentRequest } from './requests.ts'

export interface SurveyRequest extends AgentRequest {
  /** In the order of the answer. */
  places: Place[]
}

export interface Surveyed {
  /** What is absent has none. */
  states: Map<Place, FileState | 'folder' | 'other'>
  /** Files that changed or went as they were read: to be asked for again, each by itself. */
  again: Place[]
}

const PLACES_AT_ONCE = 1_000

export function* surveyRequests(places: readonly Place[]): Generator<SurveyRequest> {
  for (const { to, path } of places) checkName(to, path)
  for (const [to, inFolder] of Map.groupBy(places, ({ to }) => to)) {
    const byFolder = [...Map.groupBy(inFolder, ({ path }) => folderOf(path)).values()].flat()
    for (let at = 0; at < byFolder.length; at += PLACES_AT_ONCE)
      yield surveyRequest(to, byFolder.slice(at, at + PLACES_AT_ONCE))
  }
}

/** What the lines of the answer say. */
export function readSurvey(places: readonly Place[], lines: readonly string[]): Surveyed {
  const states: Surveyed['states'] = new Map()
  const again: Place[] = []
  let files: Place[] = []
  let modes: string[] = []
  let sums: string[] = []
  let reads: string[] | undefined
  const rest = [...places]
  for (const line of lines) {
    if (line === 'batch modes') {
      modes = reads = []
    } else if (line === 'batch sums') {
      sums = reads = []
    } else if (line.startsWith('batch ')) {
      const isWhole = line === 'batch whole' && modes.length === files.length && sums.length === files.length
      files.forEach((file, at) => {
        if (isWhole) states.set(file, `file ${modes[at]} ${digestOf(sums[at])}`)
        else again.push(file)
      })
      files = []
      reads = undefined
    } else if (reads) {
      reads.push(line)
    } else {
      const place = rest.shift()
      if (!place) continue
      if (line === 'f') files.push(place)
      else if (line === 'd') states.set(place, 'folder')
      else if (line === 'o') states.set(place, 'other')
      else if (line.startsWith('l ')) states.set(place, linkState(line.slice(2)))
    }
  }
  return { states, again }
}

function surveyRequest(to: string, places: Place[]): SurveyRequest {
  let folder: string | undefined
  const calls = places.flatMap(({ path }) => {
    const enter = folder === folderOf(path) ? [] : [`inside ${shellWord(folderOf(path))}`]
    folder = folderOf(path)
    return [...enter, `look ${shellWord(lastOf(path))}`]
  })
  return { calls: [`to ${shellWord(to)}`, ...calls, 'looked'], places }
}

/** GNU's sha256sum begins a line with a backslash where it wrote the name otherwise. */
function digestOf(line = ''): string {
  return line.replace(/^\\/, '').slice(0, 64)
}
