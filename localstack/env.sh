# shellcheck shell=bash
# Shared by the scripts of this folder: where things are and which are used.
# Everything that is installed goes below .localstack, which git ignores.
# shellcheck disable=SC2034 # what stands here is for the scripts that read it
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
home="$root/.localstack"
lib="$home/dynamodb"

# The image of the last release that needs no account, and where there is an
# account a newer one. LOCALSTACK_IMAGE overrides.
image=localstack/localstack:4.13.1
[ -z "${LOCALSTACK_AUTH_TOKEN:-}" ] || image=localstack/localstack:2026.09.0
image="${LOCALSTACK_IMAGE:-$image}"
container="fairlead-localstack-$(printf %s "$root" | cksum | cut -d' ' -f1)" # one for each checkout

# The port is the one asked for, or the one that up.sh found free, or the usual.
usual=4566
port="${LOCALSTACK_PORT:-$(cat "$home/port" 2>/dev/null || echo "$usual")}"
url="http://localhost:$port"

say() { echo "localstack: $*"; }
fail() { echo "localstack: $*" >&2; exit 1; }

# decide: docker where there is an engine, so that LocalStack runs as a container;
# process where there is none, so that it runs as plain processes. LOCALSTACK_MODE
# overrides.
engine() { command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; }
decide() {
  case "${LOCALSTACK_MODE:-}" in
    process) echo process ;;
    docker) engine || fail "LOCALSTACK_MODE=docker, but no Docker engine answers (docker info)"; echo docker ;;
    "") if engine; then echo docker; else echo process; fi ;;
    *) fail "LOCALSTACK_MODE=$LOCALSTACK_MODE: want docker or process" ;;
  esac
}

# mode is that of the LocalStack which up.sh started, or else what it would start.
mode="$(cat "$home/mode" 2>/dev/null || decide)"

# answers: whether a LocalStack is at the url. taken PORT: whether anybody is.
answers() { curl -fsS -m 5 "$url/_localstack/health" >/dev/null 2>&1; }
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# pid is of the LocalStack that runs from this folder, found by its command: a file
# may be stale, and a process id is used again. Nothing where none runs.
pid() { ps -eo pid=,args= | awk -v command="$home/venv/bin/python -m fairlead_localstack" '{ at = $1; $1 = ""; if (substr($0, 2) == command) { print at; exit } }'; }

# ours: whether the LocalStack that up.sh started from this folder runs.
ours() {
  if [ "$mode" = docker ]; then [ -n "$(docker ps -q -f "name=^$container\$" 2>/dev/null)" ]; else [ -n "$(pid)" ]; fi
}

# twice COMMAND...: once more after a pause, for what comes over a network.
twice() { "$@" || { say "once more in 5 s: $1 failed" >&2; sleep 5; "$@"; }; }

# once NAME FILE...: true unless NAME was already done for these very files.
stamp() { cat "$@" | sha256sum | cut -c1-16; }
once() { local name="$1"; shift; [ "$(cat "$home/$name.done" 2>/dev/null)" != "$(stamp "$@")" ]; }
done_once() { local name="$1"; shift; stamp "$@" > "$home/$name.done"; }
