#!/usr/bin/env bash
# Backs a Knowhow on PostgreSQL up while it is in use:
#
#   KNOWHOW_DATABASE_URL=postgres://… scripts/backup-postgres.sh FILE
#
# The service's own role will do. Row-level security binds it, so it says that
# it wants to see every brand; without that, pg_dump refuses.
set -euo pipefail
: "${KNOWHOW_DATABASE_URL:?must name the database}"
to=${1:?say which file to write}
if [[ -e $to ]]; then
  echo "$to is there already" >&2
  exit 1
fi

umask 077
part=$to.part
trap 'rm -f "$part"' EXIT
PGOPTIONS="${PGOPTIONS:-} -c knowhow.brand=*" \
  pg_dump --dbname="$KNOWHOW_DATABASE_URL" --format=custom --enable-row-security --no-owner --no-privileges --file="$part"
sync "$part"
mv -n "$part" "$to"
