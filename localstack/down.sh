#!/usr/bin/env bash
# Stops what up.sh started from this folder, and nothing else.
source "$(dirname "$0")/env.sh"
if [ "$(mode)" = docker ]; then docker stop fairlead-localstack >/dev/null 2>&1 || true; fi

# family PID: the process and all below it, some of which have sessions of their own.
family() {
  echo "$1"
  local child; for child in $(ps -o pid= --ppid "$1" 2>/dev/null); do family "$child"; done
}

if [ "$(mode)" = process ] && ours; then
  pid="$(cat "$home/pid")"
  members="$(family "$pid")"
  kill -TERM -- "-$pid" 2>/dev/null || true
  for _ in $(seq 1 20); do kill -0 -- "-$pid" 2>/dev/null || break; sleep 0.5; done
  kill -KILL -- "-$pid" 2>/dev/null || true
  # DynamoDB Local and functions that outlived their parent.
  for member in $members; do kill -KILL "$member" 2>/dev/null || true; done
fi
rm -f "$home/pid" "$home/port"
say "stopped"
