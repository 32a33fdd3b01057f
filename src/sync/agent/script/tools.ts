import { sh } from '../../sh.ts'

/** What the tools are that are at hand, and where files are kept as they arrive. */
export const TOOLS = sh`
missing_tools() {
  for tool in chmod chown dd mkdir readlink rm rmdir sha256sum stat tar touch; do
    command -v "$tool" >/dev/null 2>&1 || printf ' %s' "$tool"
  done
}

make_stage() {
  for folder in /dev/shm /tmp /run /var/tmp; do
    [ -d "$folder" ] && [ -w "$folder" ] || continue
    [ "$place" = inside ] || sweep
    # The containers of a pod share some of these folders, but not their numbers of processes.
    read -r random 2>/dev/null < /proc/sys/kernel/random/uuid
    stage=$folder/devk-agent-$random-$$
    mkdir -m 700 "$stage" 2>/dev/null && return
  done
  return 1
}

# What others left that could not end well.
sweep() {
  set +f
  for old in "$folder"/devk-agent-*; do
    [ -d "$old" ] && [ ! -d "/proc/\${old##*-}" ] && rm -rf "$old"
  done
  set -f
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
`
