# Shared by the scripts of this folder: where things are and which are used.
# Everything that is installed goes below .localstack, which git ignores.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
home="$root/.localstack"
lib="$home/dynamodb"
image="${LOCALSTACK_IMAGE:-localstack/localstack:4.13.1}"

# The port is the one asked for, or the one that up.sh found free, or the usual.
usual=4566
port="${LOCALSTACK_PORT:-$(cat "$home/port" 2>/dev/null || echo "$usual")}"
url="http://localhost:$port"

say() { echo "localstack: $*"; }
fail() { echo "localstack: $*" >&2; exit 1; }

# docker or process: with an engine LocalStack runs as a container, without one
# as plain processes. LOCALSTACK_MODE overrides.
mode() {
  if [ -n "${LOCALSTACK_MODE:-}" ]; then echo "$LOCALSTACK_MODE"
  elif command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; then echo docker
  else echo process; fi
}

# answers: whether a LocalStack is at the url. taken PORT: whether anybody is.
answers() { curl -fsS -m 5 "$url/_localstack/health" >/dev/null 2>&1; }
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ours: whether the LocalStack that up.sh started from this folder runs. A process
# id is used again after a restart, so its command is looked at as well.
ours() {
  if [ "$(mode)" = docker ]; then [ -n "$(docker ps -q -f name='^fairlead-localstack$' 2>/dev/null)" ]; return; fi
  [ -f "$home/pid" ] && ps -o args= -p "$(cat "$home/pid")" 2>/dev/null | grep -q fairlead_localstack
}

# twice COMMAND...: once more after a pause, for what comes over a network.
twice() { "$@" || { say "once more in 5 s: $1 failed" >&2; sleep 5; "$@"; }; }

# once NAME FILE...: true unless NAME was already done for these very files.
stamp() { cat "$@" | sha256sum | cut -c1-16; }
once() { local name="$1"; shift; [ "$(cat "$home/$name.done" 2>/dev/null)" != "$(stamp "$@")" ]; }
done_once() { local name="$1"; shift; stamp "$@" > "$home/$name.done"; }
