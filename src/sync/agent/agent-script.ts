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

/**
 * A line of stdin is a request: calls of the functions below, with words quoted. An answer is lines of what was asked
 * for or went wrong (`! WORDS`), then one that begins with `= `.
 *
 * A fork takes about a millisecond, so whatever a shell can find out by itself is not left to a tool. Nothing is done by
 * a name before its whole way was seen to be without links, as a link would lead into the node.
 */
const AGENT_SCRIPT = String.raw`
LC_ALL=C; export LC_ALL
umask 022
set -f
newline='
'
say() { printf '%s\n' "$1"; }

# ---- The process

find_process() {
  case $1 in
    root) pid=$2 root=$3 ;;
    inside) root=; is_first_ours && pid=1 ;;
    node)
      for file in "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$2/init.pid" \
        "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/$2/init.pid"; do
        [ -r "$file" ] && IFS= read -r pid < "$file"
      done
      [ -n "$pid" ] || return 1
      root=/proc/$pid/root ;;
  esac
}

# In a pod whose containers share their processes, the first is none of this container.
is_first_ours() {
  { IFS= read -r its < /proc/1/cgroup && IFS= read -r ours < /proc/self/cgroup; } 2>/dev/null || return 0
  [ "$its" = "$ours" ]
}

# A number that a process has may be another's later: the time it began at may not.
look_at_process() {
  { IFS= read -r line < "/proc/$pid/stat"; } 2>/dev/null || return 1
  set -- \${line##*) }
  case $1 in Z | X) return 1 ;; esac
  begun=\${20}
}

is_alive() {
  [ "$place" = inside ] && return
  look_at_process && [ "$begun" = "$began" ]
}

# uid and gid: the effective ones of a process.
read_owner() {
  while read -r key _ id _; do
    case $key in
      Uid:) uid=$id ;;
      Gid:) gid=$id; return ;;
    esac
  done < "/proc/$1/status"
}

# ---- What the tools here can do

missing_tools() {
  for tool in chmod chown dd mkdir readlink rm rmdir sha256sum stat tar touch; do
    command -v "$tool" >/dev/null 2>&1 || printf ' %s' "$tool"
  done
}

make_stage() {
  for folder in /dev/shm /tmp /run /var/tmp; do
    [ -d "$folder" ] && [ -w "$folder" ] || continue
    set +f
    for old in "$folder"/devk-agent-*; do
      [ -d "$old" ] && [ ! -d "/proc/\${old##*-}" ] && rm -rf "$old"
    done
    set -f
    stage=$folder/devk-agent-$$
    mkdir -m 700 "$stage" 2>/dev/null && return
  done
  return 1
}

# k3s has a tar that can't leave times alone, and only GNU's writes as much at once as one says.
try_tar() {
  dd if=/dev/zero of="$stage/in" bs=10240 count=1 2>/dev/null
  for tar_options in '-m -b 16384' -m ''; do
    tar -x --overwrite -p $tar_options -f "$stage/in" -C "$stage" 2>/dev/null && return
  done
  return 1
}

# As a word: what is to be done after it.
tar_lacks() {
  lacks=
  case $tar_options in *-m*) ;; *) lacks=times ;; esac
  # BusyBox's minds modes for root only.
  case $tar_options in *-b*) ;; *) [ -n "$owner" ] || lacks=$lacks,modes ;; esac
  printf %s "\${lacks:--}"
}

# ---- Lists of names for one tool, as many as fit into one call

# A list is words for eval that name variables: what is in the names does not matter.
gather() {
  count=$((count + 1)) bytes=$((bytes + \${#2} + 32))
  eval "item_$count=\$2; $1=\"\$$1 \\\"\\\$item_$count\\\"\""
  [ $bytes -lt 96000 ] || flush
}

flush() {
  with_all rm "$doomed" rm -f -- && with_all chmod "$locked" chmod u+w -- &&
    with_all mkdir "$made" mkdir -- && { [ -z "$owner" ] || with_all chown "$made" chown "$owner" --; } &&
    with_all chown "$linked" chown -h "$owner" -- && with_all touch "$touched" touch -c -- &&
    with_all chmod "$moded" chmod "$bits" --
  [ -z "$left" ] || eval "rmdir -- $left" 2>/dev/null
  [ -z "$looked" ] || tell_looked
  forget
}

forget() { doomed= locked= made= linked= touched= moded= left= looked= count=0 bytes=0; }

with_all() {
  [ -z "$trouble" ] || return
  [ -n "$2" ] || return 0
  step=$1 list=$2
  shift 2
  eval "\"\$@\" $list" 2>"$stage/said" || fail "$step"
}

# ---- Answers

# The first word that something can't be done is the one that is told.
refuse() { [ -n "$trouble" ] || trouble="refused $1 \${2#"$root"}"; }

fail() {
  trouble="failed $1 \${base#"$root"}"
  while IFS= read -r line || [ -n "$line" ]; do say "! $line"; done < "$stage/said"
  return 1
}

answer() {
  [ -z "$trouble" ] || is_alive || trouble=gone
  say "= \${trouble:-done}"
  trouble=
}

# ---- What comes over stdin

# dd takes all that it shall before it writes any, so that what comes next is read as such even where it can't write.
receive() {
  dd iflag=fullblock bs="$1" count=1 2>"$stage/said" >"$2" || { fail stage; return; }
  IFS= read -r line < "$stage/said"
  case $line in 1+0*) ;; *) exit 1 ;; esac
}

# Requests that are too long to be read by a shell, which does so byte by byte; with how much comes after them.
load() {
  receive "$1" "$stage/script"
  if [ -z "$trouble" ]; then . "$stage/script"
  else
    [ "$2" = 0 ] || receive "$2" /dev/null
    answer
  fi
}

payload() { receive "$1" "$stage/in"; }

# ---- Ways

# Where a folder of the container is, by what its links mean within the container.
to() {
  real= rest=$1/ hops=0
  while [ -n "$rest" ]; do
    part=\${rest%%/*} rest=\${rest#*/}
    case $part in
      '' | .) continue ;;
      ..) real=\${real%/*}; continue ;;
    esac
    if [ -L "$root$real/$part" ]; then
      hops=$((hops + 1))
      target=$(readlink -- "$root$real/$part" 2>/dev/null; printf x)
      target=\${target%x} target=\${target%"$newline"}
      if [ $hops -gt 40 ] || [ -z "$target" ]; then refuse loop "$root$real/$part"; return; fi
      case $target in /*) real= ;; esac
      rest=$target/$rest
    elif [ -e "$root$real/$part" ] && [ ! -d "$root$real/$part" ]; then
      refuse file "$root$real/$part"
      return
    else
      real=$real/$part
    fi
  done
  base=$root$real
}

# found, where this is a folder below the base and no link is on the way to it.
inside() {
  here=$base found=
  [ -z "$trouble" ] && [ -d "$base/" ] || return
  rest=\${1:+$1/}
  while [ -n "$rest" ]; do
    here=$here/\${rest%%/*} rest=\${rest#*/}
    [ -d "$here" ] && [ ! -L "$here" ] || return
  done
  found=yes
}

# ---- Requests: what is there

look() {
  path=$here/$1
  if [ -z "$found" ]; then say a
  elif [ -L "$path" ]; then
    target=$(readlink -- "$path" 2>/dev/null; printf x)
    target=\${target%x} target=\${target%"$newline"}
    case $target in *"$newline"*) say o ;; *) say "l $target" ;; esac
  elif [ -f "$path" ] && [ -r "$path" ]; then say f; gather looked "$path"
  elif [ -d "$path" ]; then say d
  elif [ -e "$path" ]; then say o
  else say a
  fi
}

tell_looked() {
  state=whole
  say 'batch modes'
  eval "stat -c %a -- $looked" 2>/dev/null || state=torn
  say 'batch sums'
  eval "sha256sum -- $looked" 2>/dev/null || state=torn
  say "batch $state"
}

# What can't be reached is not there.
looked() { flush; trouble=; answer; }

# ---- Requests: changes

delete() {
  path=$here/$1
  [ -n "$found" ] || return
  if [ -d "$path" ] && [ ! -L "$path" ]; then flush; rmdir -- "$path" 2>/dev/null
  elif [ -e "$path" ] || [ -L "$path" ]; then gather doomed "$path"
  fi
}

# A folder that nothing may be left in; the deepest come first.
emptied() {
  inside "$1"
  [ -z "$found" ] || gather left "$here"
}

base_folder() {
  [ -z "$trouble" ] || return
  [ -d "$base/" ] && return
  path=$root rest=\${real#/}/
  while [ -n "$rest" ]; do
    path=$path/\${rest%%/*} rest=\${rest#*/}
    [ -d "$path" ] || gather made "$path"
  done
}

folder() {
  [ -z "$trouble" ] || return
  path=$base/$1
  [ -d "$path" ] && [ ! -L "$path" ] && return
  # At once, as what is below is looked at next.
  if [ -e "$path" ] || [ -L "$path" ]; then
    flush
    rm -f -- "$path" 2>"$stage/said" || { fail rm; return; }
  fi
  gather made "$path"
}

file() {
  [ -z "$trouble" ] || return
  path=$base/$1
  if [ -f "$path" ] && [ ! -L "$path" ]; then
    # A program that runs can't be written to, only be replaced.
    if [ -x "$path" ] && ! { true >>"$path"; } 2>/dev/null && [ -w "$path" ]; then gather doomed "$path"
    elif [ ! -w "$path" ]; then gather locked "$path"
    fi
  else
    clear_for "$path"
  fi
}

symbolic() {
  [ -z "$trouble" ] || return
  clear_for "$base/$1"
}

clear_for() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    flush
    rmdir -- "$1" 2>/dev/null || refuse filled "$1"
  elif [ -e "$1" ] || [ -L "$1" ]; then gather doomed "$1"
  fi
}

extract() {
  flush
  [ -z "$trouble" ] || return
  tar -x --overwrite -p $tar_options -f "$stage/in" -C "$base/" 2>"$stage/said" || fail tar
}

# Of a link: BusyBox's tar leaves it to root.
owned() { [ -n "$trouble" ] || [ -z "$owner" ] || gather linked "$base/$1"; }

# Of a file that a tar wrote that sets times.
now() { [ -n "$trouble" ] || gather touched "$base/$1"; }

# Of files that a tar wrote that leaves modes alone.
bits() { flush; bits=$1; }

of() { [ -n "$trouble" ] || gather moded "$base/$1"; }

# More of a file that is too long for one piece.
append() {
  inside "$1"
  path=$here/$2 sink=/dev/null
  if [ -n "$found" ] && [ -f "$path" ] && [ ! -L "$path" ]; then sink=$path
  else refuse moved "$path"
  fi
  dd iflag=fullblock bs="$3" count=1 2>"$stage/said" >>"$sink" || fail append
}

mode() {
  inside "$2"
  path=$here/$3
  [ -z "$found" ] || [ -L "$path" ] || with_all chmod '"$path"' chmod "$1" --
}

apply() {
  flush
  : >"$stage/in"
  answer
}

# ---- Requests: signals

send() {
  if [ -z "$pid" ]; then refuse shared /
  else kill -s "$1" "$pid" 2>"$stage/said" || fail kill
  fi
  answer
}

# ---- The agent

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
`.replaceAll('\\${', '${')
