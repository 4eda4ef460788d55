#!/usr/bin/env bash
# Installs what the browser apps are built with, exactly as the lock file has it.
set -euo pipefail
cd "$(dirname "$0")/../web/ui"

if ! command -v npm >/dev/null; then
  echo 'The browser apps are built with Node 20 or newer and npm, which are not here.' >&2
  echo 'On Debian or Ubuntu: sudo apt-get install nodejs npm' >&2
  exit 1
fi
npm ci --prefer-offline --no-audit --no-fund --loglevel=error
