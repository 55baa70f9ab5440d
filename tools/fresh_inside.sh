#!/usr/bin/env bash
# What `make fresh` runs in the new machine: the README's two commands, and what they brought along.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }
packages() { dpkg-query -W -f '${Package} ${Version}\n' | sort; }
before=$(packages)

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
answers() {
  python3 -c "import sys, urllib.request as r; sys.exit(r.urlopen('http://127.0.0.1:$port/', timeout=5).status != 200)" 2>/dev/null
}

say "make run"
log=$(mktemp)
start=$SECONDS
PORT=$port setsid make run >"$log" 2>&1 &
run=$!
until answers; do
  kill -0 "$run" 2>/dev/null || { cat "$log"; echo "make run ended before its page answered"; exit 1; }
  sleep 0.2
done
page=$((SECONDS - start))
cat "$log"
say "the page answers after $page s"
kill -TERM -- "-$run"
wait "$run" || true
answers && { echo "the service goes on after SIGTERM"; exit 1; }

say "make test"
start=$SECONDS
status=0
make test || status=$?
tested=$((SECONDS - start))

say "installed by make: Debian packages"
comm -13 <(echo "$before") <(packages) | sed 's/^/  /'
say "installed by make: Python packages in .venv"
.venv/bin/python -m pip list --format=freeze 2>/dev/null | sed 's/^/  /'
say "page after $page s, make test $tested s, status $status"
exit "$status"
