#!/usr/bin/env bash
# Starts LocalStack and waits until it answers: as a container where there is a
# Docker engine, as plain processes where there is none. Says which, and where:
# where somebody else has the usual port, it takes the next free one, unless
# LOCALSTACK_PORT asks for a certain one. Whoever starts it twice at once waits
# for the first; an interrupt stops what was started.
source "$(dirname "$0")/env.sh"
mkdir -p "$home"

# shellcheck disable=SC2317 # it is a trap
interrupted() {
  trap - INT TERM HUP
  echo "localstack: interrupted while starting" >&2
  "$root/localstack/down.sh" 9>&-
  exit 130
}
trap interrupted INT TERM HUP

if command -v flock >/dev/null 2>&1; then
  exec 9> "$home/up.lock"
  flock -n 9 || { say "another start is under way: waiting for it"; flock 9; }
fi

mode="$(cat "$home/mode" 2>/dev/null || decide)" # whoever was first may have written it meanwhile
if ours; then
  port="$(cat "$home/port" 2>/dev/null || echo "$port")" url="http://localhost:$port"
  [ "${LOCALSTACK_MODE:-$mode}" = "$mode" ] || fail "it already runs in $mode mode: make localstack-down first"
  [ "${LOCALSTACK_PORT:-$port}" = "$port" ] || fail "it already runs on port $port: make localstack-down first"
  if answers; then say "already answers on $url ($mode mode)"; exit 0; fi
  say "an earlier start does not answer on $url: starting anew"
  "$root/localstack/down.sh" 9>&-
  port="${LOCALSTACK_PORT:-$usual}" url="http://localhost:$port"
fi
rm -f "$home/mode" "$home/pid" # stale: nothing of ours runs
mode="$(decide)"

if taken "$port"; then
  [ -z "${LOCALSTACK_PORT:-}" ] || fail "port $port is taken by somebody else: set LOCALSTACK_PORT to a free one"
  for port in $(seq "$usual" 4599); do taken "$port" || break; done
  taken "$port" && fail "the ports $usual to 4599 are all taken: set LOCALSTACK_PORT to a free one"
  say "port $usual is taken by somebody else: using $port"
  url="http://localhost:$port"
fi
rm -rf "$home/stage/env" "$home/stage/tested" # what was deployed is gone

up_docker() {
  say "a Docker engine answers: starting $image as a container"
  docker rm -f "$container" >/dev/null 2>&1 || true # one that ended by itself
  local token=() # by name: its value is nobody's business
  [ -z "${LOCALSTACK_AUTH_TOKEN:-}" ] || token=(-e LOCALSTACK_AUTH_TOKEN)
  docker run -d --name "$container" -p "127.0.0.1:$port:$port" -v /var/run/docker.sock:/var/run/docker.sock \
    -e GATEWAY_LISTEN="0.0.0.0:$port" -e LOCALSTACK_HOST="localhost:$port" ${token[@]+"${token[@]}"} \
    -e PROVIDER_OVERRIDE_DYNAMODB=v2 -e PROVIDER_OVERRIDE_DYNAMODBSTREAMS=v2 -e DISABLE_EVENTS=1 "$image" >/dev/null 9>&- ||
    { rm -f "$home/mode"; fail "Docker could not start $image; above is what it said. LOCALSTACK_MODE=process does without Docker"; }
}

up_process() {
  say "no Docker engine: starting LocalStack 4.13.1 as plain processes"
  "$root/localstack/install.sh" process
  rm -rf "$home/fs"
  env FILESYSTEM_ROOT="$home/fs" GATEWAY_LISTEN="127.0.0.1:$port" LOCALSTACK_HOST="localhost:$port" \
    PROVIDER_OVERRIDE_DYNAMODB=v2 PROVIDER_OVERRIDE_DYNAMODBSTREAMS=v2 DYNAMODB_IN_MEMORY=1 DYNAMODB_SHARE_DB=1 \
    SKIP_SSL_CERT_DOWNLOAD=1 DISABLE_EVENTS=1 LAMBDA_RUNTIME_EXECUTOR=process DYNAMODB_LOCAL_LIB="$lib" \
    setsid "$home/venv/bin/python" -m fairlead_localstack > "$home/localstack.log" 2>&1 < /dev/null 9>&- &
  echo $! > "$home/pid"
  disown
}

# log is the end of what LocalStack wrote.
log() {
  if [ "$mode" = docker ]; then docker logs --tail 20 "$container" 2>&1 || true; else tail -n 20 "$home/localstack.log"; fi
}
ready() { answers && { [ "$mode" = docker ] || grep -q '^Ready' "$home/localstack.log"; }; }
lost() { [ "$mode" = process ] && grep -q CannotListenError "$home/localstack.log"; }
gone() {
  if [ "$mode" = docker ]; then ours && return 1; else kill -0 "$(cat "$home/pid" 2>/dev/null || echo none)" 2>/dev/null && return 1; fi
  return 0
}

echo "$port" > "$home/port"
echo "$mode" > "$home/mode"
if [ "$mode" = docker ]; then up_docker; else up_process; fi
patience="${LOCALSTACK_PATIENCE:-180}"
for _ in $(seq 1 "$patience"); do
  if lost; then # somebody was faster: it would wait for ever, and we would talk to theirs
    "$root/localstack/down.sh" >/dev/null 9>&-
    [ "${LOCALSTACK_TRY:-1}" -lt 3 ] || fail "port $port was taken while it started, three times"
    LOCALSTACK_TRY=$((${LOCALSTACK_TRY:-1} + 1)) exec "$0"
  fi
  if ready; then say "ready on $url"; exit 0; fi
  if gone; then say "it ended while starting; its log ends with:" >&2; log >&2; "$root/localstack/down.sh" >/dev/null 9>&-; exit 1; fi
  sleep 1
done
say "not ready on $url after $patience s; its log ends with:" >&2
log >&2
"$root/localstack/down.sh" 9>&-
exit 1
