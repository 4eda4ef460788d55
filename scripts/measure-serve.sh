#!/usr/bin/env bash
# Prints what serving costs: the size of the stripped binary, the time from
# start to the first healthy answer on a database that is there, and the
# resident memory of an idle process. MB are 10^6 bytes. It compares with
# nothing and fails on nothing but a service that does not start.
#
#   scripts/measure-serve.sh [STARTS]
set -euo pipefail
cd "$(dirname "$0")/.."
starts=${1:-5}
dir=$(mktemp -d)
pid=
finish() {
  if [[ -n $pid ]]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
  rm -rf "$dir"
}
trap finish EXIT

CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$dir/knowhow" ./cmd/knowhow
printf 'binary        %.1f MB\n' "$(stat -c %s "$dir/knowhow" | awk '{print $1 / 1e6}')"

launch() {
  rm -f "$dir/out" # which the shell would empty too late: the address in it is the last one's
  "$dir/knowhow" serve --demo --database-url "sqlite:$dir/demo.db" --listen 127.0.0.1:0 >"$dir/out" 2>"$dir/log" &
  pid=$!
  # The first line is printed once the socket is served.
  until base=$(sed -n 's/^Serving //p' "$dir/out" 2>/dev/null) && [[ -n $base ]]; do
    kill -0 "$pid" 2>/dev/null || { cat "$dir/log" >&2; exit 1; }
    sleep 0.005
  done
  curl -sf --retry 50 --retry-delay 0 -o /dev/null "$base/readyz"
}
stop() {
  kill "$pid"
  wait "$pid" || true
  pid=
}
now() { date +%s%N; }

begin=$(now)
launch
printf 'first start   %.1f s, with the demo lived through\n' "$(awk "BEGIN {print ($(now) - $begin) / 1e9}")"
stop
for ((i = 1; i <= starts; i++)); do
  begin=$(now)
  launch
  printf 'start %d       %.3f s\n' "$i" "$(awk "BEGIN {print ($(now) - $begin) / 1e9}")"
  if ((i < starts)); then stop; fi
done
sleep 5
resident() { awk '/VmRSS/ {printf "%.1f MB", $2 * 1024 / 1e6}' "/proc/$1/status"; }
# The demo is two processes: what serves is the other's child.
printf 'idle memory   %s, and %s of the demo'"'"'s warden\n' "$(resident "$(pgrep -P "$pid")")" "$(resident "$pid")"
