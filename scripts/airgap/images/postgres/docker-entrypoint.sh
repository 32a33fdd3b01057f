#!/bin/bash
# Makes the database on the first start, from POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, POSTGRES_INITDB_ARGS,
# POSTGRES_HOST_AUTH_METHOD and /docker-entrypoint-initdb.d, then becomes the server.
set -euo pipefail

main() {
  if [[ ${1:-} == -* ]]; then set -- postgres "$@"; fi
  if [[ ${1:-} == postgres ]]; then
    if [[ $(id -u) == 0 ]]; then become_postgres "$@"; fi
    if [[ ! -s $PGDATA/PG_VERSION ]]; then make_database; fi
  fi
  exec "$@"
}

become_postgres() {
  mkdir -p "$PGDATA"
  find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres {} +
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$BASH_SOURCE" "$@"
}

make_database() {
  local user password database method
  user=$(setting POSTGRES_USER postgres)
  password=$(setting POSTGRES_PASSWORD '')
  database=$(setting POSTGRES_DB "$user")
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [[ -z $password && $method != trust ]]; then
    echo 'The database is not made: POSTGRES_PASSWORD is empty. Set it, or POSTGRES_HOST_AUTH_METHOD=trust.' >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # several arguments in one variable, as the image's contract has it
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password") ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  # Sockets only: nobody may mistake the half-made database for a ready one.
  PGUSER=$user pg_ctl --wait --options="-c listen_addresses='' -p 5432" start
  local -a ask=(psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$user")
  if [[ $database != postgres ]]; then
    "${ask[@]}" --dbname postgres --set name="$database" <<<'CREATE DATABASE :"name";'
  fi
  run_scripts "${ask[@]}" --dbname "$database"
  PGUSER=$user pg_ctl --wait --mode=fast stop
}

run_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) if [[ -x $script ]]; then "$script"; else . "$script"; fi ;;
      *.sql) "$@" --file "$script" ;;
      *.sql.gz) gunzip --stdout "$script" | "$@" ;;
    esac
  done
}

# NAME, or the content of the file that NAME_FILE names, or the default.
setting() {
  local file=${1}_FILE
  if [[ -n ${!file:-} ]]; then cat "${!file}"; else printf '%s' "${!1:-$2}"; fi
}

main "$@"
