import type { Readable, Writable } from 'node:stream'
import { DevkError, interrupted } from '../../base/errors.ts'
import type { FileState } from '../../model/file-state.ts'
import type { FileChange, Place } from '../../model/sync.ts'
import { readAnswers } from './answers.ts'
import { applyRequests, type Writing } from './apply-requests.ts'
import { type Answer, agentEnded, containerGone, explainAnswer } from './refusals.ts'
import { type AgentRequest, encodeRequest } from './requests.ts'
import { readSurvey, surveyRequests } from './survey-requests.ts'

/** A command of agentCommand, begun. It ends when its stdin does. */
export interface AgentStream extends AsyncDisposable {
  stdin: Writable
  stdout: Readable
  /** What came over stderr, or the last of it. */
  said(): string
}

/**
 * A long-lived sh beside a container's files. What is asked of it is done one after the other. Whoever aborts a call waits
 * no longer for it; what was sent by then is done all the same.
 */
export interface FileAgent extends AsyncDisposable {
  /**
   * What is there under these names now, by `TO\0PATH`: a FileState, `folder`, or `other` for what is none of these or
   * can't be read. What is not there is left out, and so is what has a link on its way below `to`.
   */
  survey(places: readonly Place[], signal: AbortSignal): Promise<Map<string, FileState>>
  /**
   * Brings them about. Throws SYNC_REFUSED where that can't be, CONTAINER_GONE where the container ended, AGENT_ENDED
   * where the connection broke: some of it may be done then, and the same call can be made again.
   */
  apply(changes: readonly FileChange[], signal: AbortSignal): Promise<void>
  /** A signal to the container's main process. */
  signal(name: NodeJS.Signals, signal: AbortSignal): Promise<void>
}

/** The agent owns the stream from here on. */
export async function openAgent(stream: AgentStream, signal: AbortSignal): Promise<FileAgent> {
  const answers = readAnswers(stream.stdout)
  // Why it can't be written to is what the end of stdout says.
  stream.stdin.on('error', () => {})
  let isGone = false
  const nextAnswer = async (): Promise<Answer> => {
    const answer = isGone ? undefined : await answers.next()
    if (isGone || answer?.outcome === 'gone') {
      isGone = true
      throw containerGone()
    }
    if (!answer) throw agentEnded(stream.said())
    return answer
  }
  let facts: Facts
  try {
    facts = readFacts(await unlessAborted(nextAnswer(), signal))
  } catch (error) {
    await stream[Symbol.asyncDispose]()
    throw error
  }

  let last: Promise<unknown> = Promise.resolve()
  /** Only one asks at a time, for as many answers as it needs. */
  const inTurn = <T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => {
      signal.throwIfAborted()
      return ask()
    })
    last = turn.catch(() => {})
    return unlessAborted(turn, signal)
  }
  const ask = async (request: AgentRequest): Promise<string[]> => {
    for (const bytes of encodeRequest(request)) if (bytes.length > 0) stream.stdin.write(bytes)
    const answer = await nextAnswer()
    if (answer.outcome !== 'done') throw explainAnswer(answer, facts.root)
    return answer.lines
  }

  async function look(places: readonly Place[], signal: AbortSignal): Promise<Map<string, FileState>> {
    const found = new Map<string, FileState>()
    for (const request of surveyRequests(places)) {
      signal.throwIfAborted()
      const { states, again } = readSurvey(request.places, await ask(request))
      for (const [{ to, path }, state] of states) found.set(`${to}\0${path}`, state)
      if (again.length === 1 && request.places.length === 1) {
        for (const { to, path } of again) found.set(`${to}\0${path}`, 'other')
        continue
      }
      for (const place of again)
        for (const [name, state] of await look([place], signal)) found.set(name, state)
    }
    return found
  }

  return {
    survey: (places, signal) => inTurn(signal, () => look(places, signal)),
    apply: (changes, signal) =>
      inTurn(signal, async () => {
        for (const request of applyRequests(changes, facts)) {
          signal.throwIfAborted()
          await ask(request)
        }
      }),
    signal: (name, signal) =>
      inTurn(signal, async () => void (await ask({ calls: [`send ${name.replace(/^SIG/, '')}`] }))),
    async [Symbol.asyncDispose]() {
      stream.stdin.end()
      await stream[Symbol.asyncDispose]()
    },
  }
}

interface Facts extends Writing {
  root: string
}

/** `ready UID:GID LACKS ROOT`, or what is missing there. */
function readFacts({ outcome }: Answer): Facts {
  const [word, ...rest] = outcome.split(' ')
  if (word === 'missing') {
    throw new DevkError({
      code: 'AGENT_TOOLS_MISSING',
      message: `Files can't be written into the container, as it has no ${rest.join(', ')}.`,
      hint: 'Have its image hold these, or build on one that does.',
    })
  }
  if (word === 'nowhere') {
    throw new DevkError({
      code: 'SYNC_REFUSED',
      message: "Files can't be written into the container: there is no place to keep them as they arrive.",
      hint: 'Mount an emptyDir volume at /tmp.',
    })
  }
  if (word !== 'ready') throw agentEnded(outcome)
  const [owner = '-', lacks = '', ...root] = rest
  const [uid = 0, gid = 0] = owner.split(':').map(Number)
  return {
    owner: owner === '-' ? undefined : { uid, gid },
    lacks: new Set(lacks.split(',')),
    root: root.join(' '),
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: abort, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason instanceof DevkError ? signal.reason : interrupted())
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, abort])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
