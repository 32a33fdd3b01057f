/**
 * What a container does that others run their commands in: it ends half a minute after the last of them. Its own
 * processes are told from those that it only sees by the file system they have. Kubernetes makes one dollar of two.
 */
export const idleScript = `
own=$(readlink /proc/self/ns/mnt)
idle=0
while [ $idle -lt 6 ]; do
  sleep 5
  idle=$((idle + 1))
  count=0
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/ns/mnt" 2> /dev/null)" = "$own" ] && count=$((count + 1))
  done
  if [ $count -gt 1 ]; then idle=0; fi
done`
