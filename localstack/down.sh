#!/usr/bin/env bash
# Stops what up.sh started, and nothing else.
source "$(dirname "$0")/env.sh"
if [ "$(mode)" = docker ]; then docker stop fairlead-localstack >/dev/null 2>&1 || true; fi
if [ -f "$home/pid" ]; then
  pid="$(cat "$home/pid")"
  kill -TERM -- "-$pid" 2>/dev/null || true
  for _ in $(seq 1 20); do kill -0 -- "-$pid" 2>/dev/null || break; sleep 0.5; done
  kill -KILL -- "-$pid" 2>/dev/null || true
  rm -f "$home/pid"
fi
echo "localstack: stopped"
