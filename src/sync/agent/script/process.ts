import { sh } from '../../sh.ts'

/** The container's main process: what its root and its owner are, whether it is still there, and signals for it. */
export const PROCESS = sh`
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

send() {
  if [ -z "$pid" ]; then refuse shared /
  else kill -s "$1" "$pid" 2>"$stage/said" || fail kill
  fi
  answer
}
`
