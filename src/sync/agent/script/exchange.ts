import { sh } from '../../sh.ts'

/** What comes over stdin and what is answered; and names of files, gathered for one call of a tool, as many as fit into it. */
export const EXCHANGE = sh`
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
`
