import type { Observer } from '../../engine/run.ts'
import type { RunReport } from '../../model/project-status.ts'
import type { OpenStep, Steps } from '../../model/steps.ts'
import { clusterId, nodesId } from '../../resources/outputs.ts'

const WORTH_TELLING_MS = 300

/** Shows a run as steps, and keeps what is to be reported of it. */
export function observe(steps: Steps, report: RunReport): Observer {
  const open = new Map<string, OpenStep>()
  const note = (message: string) => steps.note(message)
  const waiting = new Map<string, string>()
  const shown = new Set<string>()
  const tell = () => {
    for (const [title, why] of waiting) {
      shown.add(title)
      steps.waiting(title, why)
    }
    waiting.clear()
  }
  let lasting = false
  // Most waits are over before anybody could read of them.
  setTimeout(() => {
    lasting = true
    tell()
  }, WORTH_TELLING_MS).unref()
  const told = new Map<string, string>()
  return {
    waiting(node, reason) {
      if (told.get(node.id) === reason) return
      told.set(node.id, reason)
      waiting.set(node.title, reason)
      if (lasting) tell()
    },
    working(node, why) {
      report.done.push({ what: node.title, why: [...why] })
      // The cluster's own steps are shown in its place.
      if (node.id === clusterId || node.id === nodesId) return { say: () => {}, note }
      const step = steps.start(node.title)
      open.set(node.id, step)
      return { say: step.say, note }
    },
    ended(node, outcome) {
      waiting.delete(node.title)
      if (shown.delete(node.title)) steps.waiting(node.title)
      open.get(node.id)?.end(outcome.is === 'failed' ? 'failed' : 'done')
      if (outcome.is === 'failed') report.failures.push({ what: node.title, error: outcome.error.toJSON() })
      if (outcome.is === 'held') report.held.push({ what: node.title, reason: outcome.reason })
    },
  }
}

export function emptyReport(): RunReport {
  return { built: 0, pushed: 0, applied: 0, removed: [], failures: [], held: [], done: [], ms: 0 }
}
