#!/bin/sh
set -e
# `docker run IMAGE server.js` and `docker run IMAGE --inspect server.js` mean Node; a program's name means that program.
if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
  set -- node "$@"
fi
exec "$@"
