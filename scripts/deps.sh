#!/usr/bin/env bash
# Makes sure that what the tests start is there: PostgreSQL's server programs,
# for throwaway servers, curl, for the documentation's examples, and, where Node
# is there to build what they show, Chromium.
set -euo pipefail

postgres() {
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

browser() {
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || [[ -x ${CHROMIUM:-} ]]
}

missing() {
  postgres || echo postgresql
  command -v curl >/dev/null || echo curl
  ! command -v node >/dev/null || browser || echo chromium
}

mapfile -t packages < <(missing)
if [[ ${#packages[@]} == 0 ]]; then
  exit 0
fi
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "The tests need PostgreSQL's server programs (initdb, postgres) in PATH or in" >&2
  echo "/usr/lib/postgresql/*/bin, curl, and Chromium where Node is. On Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
  exit 1
fi
echo "Installing what the tests start: ${packages[*]} ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq "${packages[@]}" >/dev/null
mapfile -t packages < <(missing)
if [[ ${#packages[@]} != 0 ]]; then
  echo "Installed, but still not to be found: ${packages[*]}" >&2
  exit 1
fi
