#!/usr/bin/env bash
# Fails, naming the files, where gofmt would change one.
set -euo pipefail

files=$(find . -name '*.go' -not -path '*/node_modules/*' -not -path './.*' -print0 | xargs -0 gofmt -l)
if [[ -n $files ]]; then
  printf 'gofmt would change:\n%s\n' "$files" >&2
  exit 1
fi
