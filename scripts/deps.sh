#!/usr/bin/env bash
# Makes sure that PostgreSQL's server programs are there: the tests start
# throwaway servers of their own with them.
set -euo pipefail

installed() {
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

if installed; then
  exit 0
fi
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "The tests need PostgreSQL's server programs (initdb, postgres) in PATH or in" >&2
  echo "/usr/lib/postgresql/*/bin. On Debian or Ubuntu: sudo apt-get install postgresql" >&2
  exit 1
fi
echo "Installing PostgreSQL, which the tests start servers of their own with ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq postgresql >/dev/null
if ! installed; then
  echo "The package postgresql is installed, but initdb is not in /usr/lib/postgresql/*/bin." >&2
  exit 1
fi
