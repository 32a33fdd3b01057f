import { sh } from '../../sh.ts'

/** Ways that lead nowhere but where they seem to, and what is at their end. */
export const LOOK = sh`
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
`
