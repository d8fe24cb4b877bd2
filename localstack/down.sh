#!/usr/bin/env bash
# Stops what up.sh started from this folder, and nothing else.
source "$(dirname "$0")/env.sh"
was="nothing of this folder ran"

# family PID: the process and all below it, some of which have sessions of their own.
family() {
  echo "$1"
  local child; for child in $(ps -o pid= --ppid "$1" 2>/dev/null); do family "$child"; done
}

if [ "$mode" = docker ] && [ -n "$(docker ps -aq -f "name=^$container\$" 2>/dev/null)" ]; then
  docker stop "$container" >/dev/null 2>&1 || true # it ends the containers of its functions
  docker rm -f "$container" >/dev/null || fail "Docker could not remove the container $container"
  was=stopped
fi

leader="$(pid)"
if [ -n "$leader" ]; then
  members="$(family "$leader")"
  kill -TERM -- "-$leader" 2>/dev/null || true
  for _ in $(seq 1 20); do kill -0 -- "-$leader" 2>/dev/null || break; sleep 0.5; done
  kill -KILL -- "-$leader" 2>/dev/null || true
  # DynamoDB Local and functions that outlived their parent.
  for member in $members; do kill -KILL "$member" 2>/dev/null || true; done
  was=stopped
fi
rm -f "$home/pid" "$home/port" "$home/mode"
say "$was"
