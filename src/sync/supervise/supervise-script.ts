import { BUSYBOX } from '../../model/sync.ts'
import { sh } from '../sh.ts'

/**
 * What runs a container's main process and, at each SIGUSR2, starts it again in place. DEVK_GRACE is how many seconds it
 * then has to end: 5 without one.
 */
export function superviseCommand(
  argv: readonly string[],
  busybox = `${BUSYBOX.to}/${BUSYBOX.path}`,
): string[] {
  return [busybox, 'sh', '-c', SUPERVISE_SCRIPT, busybox, ...argv]
}

/**
 * Whatever must follow a signal is done by its trap itself: what a trap only notes would wait for the next signal where
 * the shell was just about to wait. All names have a prefix, as variables of the container's own are what the process is
 * to find unchanged.
 *
 * The process is no background job: a shell has those ignore INT and QUIT for good and takes their stdin. A keeper, which
 * is forked for a process substitution, has it in its foreground instead, in a session (so a group) of its own, and tells
 * its number and, twice, the code that it ended with: a reader waits for the one, as only the wait of a shell misses no
 * signal, and the supervisor reads the other.
 *
 * Traps decide by nothing but case: where a signal comes while one runs, BusyBox forgets what its last command's status was.
 */
const SUPERVISE_SCRIPT = sh`
devk_start() {
  devk_asked= devk_child= devk_ready= devk_stopping= devk_overdue=
  exec 8< <(
    exec 2>&-
    trap : HUP INT QUIT USR1 USR2 TERM WINCH
    (
      trap - HUP INT QUIT USR1 USR2 TERM WINCH
      read -r devk_pid devk_rest < /proc/self/stat
      echo "$devk_pid"
      exec "$0" setsid "$@" >&3 2>&4 3>&- 4>&- 8<&-
    )
    devk_code=$?
    echo "$devk_code"
    echo "$devk_code"
  )
  devk_read
  devk_group=$devk_line
  devk_child=$devk_group
  read -r devk_began devk_rest < /proc/uptime
  { read -r devk_line; } <&8 >&- 2>&- 3>&- 4>&- &
  devk_reader=$!
  # Its group is there a moment later than it is itself.
  while kill -0 "$devk_group" 2>/dev/null && ! kill -0 "-$devk_group" 2>/dev/null; do :; done
  devk_ready=yes
  # A signal may have come before there was anybody to take it.
  [ -z "$devk_owed" ] || kill "-$devk_owed" "$devk_child"
  devk_owed=
  [ -z "$devk_asked" ] || devk_stop
}

# The first line that there is. A signal ends a read as the end of the file does; its trap has run by then.
devk_read() {
  devk_got= devk_other=yes
  while [ -z "$devk_got" ] && [ -n "$devk_other" ]; do
    devk_other=
    if read -r devk_line <&8; then devk_got=yes; fi
  done
}

# ---- What traps do

devk_restart() {
  devk_other=yes devk_asked=yes
  devk_stop
  devk_wake
}

# $1: the signal. $2: its number, where it is one that ends the process for good.
devk_forward() {
  devk_other=yes
  case $devk_child:$2 in
    :) ;;
    :*) devk_owed=$1 ;;
    *) kill "-$1" "$devk_child" 2>/dev/null ;;
  esac
  case $2 in
    '') ;;
    *) devk_ending=$2; devk_wake ;;
  esac
}

devk_kill() {
  devk_other=yes devk_overdue=yes
  case $devk_stopping in
    '') ;;
    *) kill -KILL "-$devk_group" 2>/dev/null ;;
  esac
}

devk_stop() {
  case $devk_ready:$devk_stopping$devk_ending in
    yes:)
      devk_stopping=yes
      kill -TERM "-$devk_group" 2>/dev/null
      devk_begin_grace ;;
  esac
}

devk_begin_grace() {
  (
    devk_nap=
    trap 'case $devk_nap in [0-9]*) kill "$devk_nap" ;; esac; exit' TERM
    "$0" sleep "$devk_grace" &
    devk_nap=$!
    wait "$devk_nap"
    kill -ALRM $$
  ) >&- 2>&- 3>&- 4>&- 8<&- &
  devk_timer=$!
}

# Nothing else is sure to end what has only just been forked.
devk_wake() {
  case $devk_sleeper in
    '') ;;
    *) kill -KILL "$devk_sleeper" 2>/dev/null ;;
  esac
}

# ---- What it does in the meantime

# Until the process has ended, and its group with it where it is to be started again.
devk_await() {
  while wait "$devk_reader"; [ $? -ge 128 ]; do :; done
  devk_child= devk_ready= devk_code=137
  devk_read
  [ -z "$devk_got" ] || devk_code=$devk_line
  if [ -n "$devk_stopping" ]; then
    devk_look
    while [ -n "$devk_lives" ] && [ -z "$devk_overdue" ]; do
      devk_sleep 0.02 &
      wait $!
      devk_look
    done
    kill "$devk_timer" 2>/dev/null
  fi
}

# Where this is not the first process, those that have ended may long be there, until whoever is takes note.
devk_look() {
  devk_lives=
  if kill -0 "-$devk_group" 2>/dev/null; then
    for devk_file in /proc/[0-9]*/stat; do
      { read -r devk_line < "$devk_file"; } 2>/dev/null && devk_look_at \${devk_line##*) }
    done
  fi
}

devk_look_at() {
  if [ "$3" = "$devk_group" ] && [ "$1" != Z ]; then devk_lives=yes; fi
}

# Not each can wait for parts of a second.
devk_sleep() { "$0" sleep "$1" 2>/dev/null || "$0" sleep 1; }

devk_say() { ( echo "devk: $1" >&2 ); }

# $1: how many seconds.
devk_pause() {
  "$0" sleep "$1" >&- 2>&- 3>&- 4>&- 8<&- &
  devk_sleeper=$!
  devk_other=yes
  while [ -n "$devk_other" ] && [ -z "$devk_asked$devk_ending" ]; do
    devk_other=
    wait "$devk_sleeper"
  done
  devk_wake
  devk_sleeper=
}

devk_main() {
  while :; do
    devk_start "$@"
    [ -z "$devk_restarted" ] || devk_say "restarted (change $devk_count)"
    devk_restarted=
    devk_await
    [ -z "$devk_ending" ] || exit "$devk_code"
    if [ -z "$devk_asked$devk_stopping" ]; then
      if [ "$devk_count" = 0 ] || [ "$devk_code" = 0 ]; then exit "$devk_code"; fi
      # What it has left behind may hold what it needs.
      kill -KILL "-$devk_group" 2>/dev/null
      read -r devk_now devk_rest < /proc/uptime
      [ $((\${devk_now%.*} - \${devk_began%.*})) -lt 10 ] || devk_delay=1
      devk_say "the process ended with code $devk_code; it is started again in $devk_delay s, or at the next change"
      devk_pause "$devk_delay"
      devk_delay=$((devk_delay * 2))
      [ "$devk_delay" -le 10 ] || devk_delay=10
    fi
    [ -z "$devk_ending" ] || exit $((128 + devk_ending))
    if [ -n "$devk_asked$devk_stopping" ]; then
      devk_count=$((devk_count + 1)) devk_restarted=yes
    fi
  done
}

# A name without a slash is looked for here: BusyBox would take its own sh for the image's.
devk_find() {
  devk_program= devk_rest=$PATH:
  case $1 in */*) devk_program=$1 ;; esac
  while [ -z "$devk_program" ] && [ -n "$devk_rest" ]; do
    devk_folder=\${devk_rest%%:*} devk_rest=\${devk_rest#*:}
    devk_file=\${devk_folder:-.}/$1
    if [ -f "$devk_file" ] && [ -x "$devk_file" ]; then devk_program=$devk_file; fi
  done
  if [ -z "$devk_program" ]; then
    devk_say "$1: not found"
    exit 127
  fi
}

devk_asked= devk_stopping= devk_ending= devk_ready= devk_child= devk_owed= devk_sleeper= devk_restarted=
devk_count=0 devk_delay=1 devk_grace=\${DEVK_GRACE:-5}
trap devk_restart USR2
trap devk_kill ALRM
trap 'devk_forward TERM 15' TERM
trap 'devk_forward INT 2' INT
trap 'devk_forward QUIT 3' QUIT
trap 'devk_forward HUP' HUP
trap 'devk_forward USR1' USR1
trap 'devk_forward WINCH' WINCH
unset DEVK_GRACE
# This shell has counted itself.
case $SHLVL in '' | 1) unset SHLVL ;; *) SHLVL=$((SHLVL - 1)) ;; esac
devk_find "$1"
shift
set -- "$devk_program" "$@"
# Names that no shell knows are lost to what it starts: they are given anew.
devk_odd=
while IFS= read -r -d '' devk_line; do
  case \${devk_line%%=*} in
    '' | [0-9]* | *[!A-Za-z0-9_]*)
      set -- "$devk_line" "$@"
      devk_odd=yes ;;
  esac
done 2>/dev/null < /proc/self/environ
[ -z "$devk_odd" ] || set -- "$0" env "$@"
exec 3>&1 4>&2
devk_main "$@"
`
