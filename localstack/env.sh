# Shared by the scripts of this folder: where things are and which are used.
# Everything that is installed goes below .localstack, which git ignores.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
home="$root/.localstack"
lib="$home/dynamodb"
image="${LOCALSTACK_IMAGE:-localstack/localstack:4.13.1}"
url="http://localhost:4566"

# docker or process: with an engine LocalStack runs as a container, without one
# as plain processes. LOCALSTACK_MODE overrides.
mode() {
  if [ -n "${LOCALSTACK_MODE:-}" ]; then echo "$LOCALSTACK_MODE"
  elif command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; then echo docker
  else echo process; fi
}

# once NAME FILE...: true unless NAME was already done for these very files.
stamp() { cat "$@" | sha256sum | cut -c1-16; }
once() { local name="$1"; shift; [ "$(cat "$home/$name.done" 2>/dev/null)" != "$(stamp "$@")" ]; }
done_once() { local name="$1"; shift; stamp "$@" > "$home/$name.done"; }
