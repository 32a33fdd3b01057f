import { sh } from '../../sh.ts'

/** Changes. Only what was seen to be reached without a link is written, made or removed. */
export const CHANGE = sh`
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
`
