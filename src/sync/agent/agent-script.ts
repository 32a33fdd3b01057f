import { sh } from '../sh.ts'
import { CHANGE } from './script/change.ts'
import { EXCHANGE } from './script/exchange.ts'
import { LOOK } from './script/look.ts'
import { PROCESS } from './script/process.ts'
import { TOOLS } from './script/tools.ts'

/** Whose files the agent is for. */
export type AgentPlace =
  /** A container, by its runtime's id, of the node that the agent runs in. */
  | { at: 'node'; container: string }
  /** The container that the agent itself runs in. */
  | { at: 'inside' }
  /** A process, and the folder that is the root for it. */
  | { at: 'root'; pid: number; root: string }

/** What begins an agent, words of a command: its stdin, stdout and stderr are to be an AgentStream. */
export function agentCommand(place: AgentPlace): string[] {
  return ['sh', '-c', AGENT_SCRIPT, 'devk-agent', ...argumentsFor(place)]
}

function argumentsFor(place: AgentPlace): string[] {
  switch (place.at) {
    case 'node':
      return ['node', place.container]
    case 'inside':
      return ['inside']
    case 'root':
      return ['root', String(place.pid), place.root]
  }
}

const BEGIN = sh`
LC_ALL=C; export LC_ALL
unset TAR_OPTIONS
umask 022
set -f
newline='
'
say() { printf '%s\n' "$1"; }
`

const MAIN = sh`
place=$1
pid= uid= gid= owner= began= base= trouble=
forget
find_process "$@" || [ "$place" = inside ] || { say '= gone'; exit; }
if [ "$place" != inside ]; then
  look_at_process && [ -d "$root/" ] || { say '= gone'; exit; }
  began=$begun
fi
read_owner self
if [ "$uid" = 0 ]; then
  read_owner "\${pid:-self}"
  owner=$uid:$gid
fi
missing=$(missing_tools)
[ -z "$missing" ] || { say "= missing$missing"; exit; }
trap 'exit 1' HUP INT TERM PIPE
trap '[ -z "$stage" ] || rm -rf "$stage"' EXIT
stage=
make_stage || { say '= nowhere'; exit; }
try_tar || { say '= missing tar'; exit; }
say "= ready \${owner:--} $(tar_lacks) $root"
while IFS= read -r request; do
  is_alive || { say '= gone'; exit; }
  eval "$request"
done
`

/**
 * A line of stdin is a request: calls of the functions of these parts, with words quoted. An answer is lines of what was
 * asked for or went wrong (`! WORDS`), then one that begins with `= `.
 *
 * A fork takes about a millisecond, so whatever a shell can find out by itself is not left to a tool. It is dash's, bash's
 * and BusyBox's sh that must understand it, and no tool may be needed that only GNU has.
 */
const AGENT_SCRIPT = [BEGIN, PROCESS, TOOLS, EXCHANGE, LOOK, CHANGE, MAIN].join('')
