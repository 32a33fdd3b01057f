#!/bin/sh
# Scripts in /docker-entrypoint.d run before nginx starts, in the order of their names.
set -e
case "$1" in
  nginx | nginx-debug)
    for script in /docker-entrypoint.d/*.sh; do
      if [ -x "$script" ]; then "$script"; fi
    done
    ;;
esac
exec "$@"
