#!/usr/bin/env bash
# Restores such a backup into an empty database, all of it or nothing:
#
#   KNOWHOW_DATABASE_URL=postgres://… scripts/restore-postgres.sh FILE
#
# Then `knowhow backup restored` settles and checks it.
set -euo pipefail
: "${KNOWHOW_DATABASE_URL:?must name the database}"
from=${1:?say which file to restore}

pg_restore --dbname="$KNOWHOW_DATABASE_URL" --no-owner --no-privileges --exit-on-error --single-transaction "$from"
