#!/usr/bin/env bash
# Starts LocalStack and waits until it answers: as a container where there is a
# Docker engine, as plain processes where there is none. Says which.
source "$(dirname "$0")/env.sh"
if curl -fsS "$url/_localstack/health" >/dev/null 2>&1; then echo "localstack: already answers on $url"; exit 0; fi
mkdir -p "$home"

up_docker() {
  echo "localstack: starting $image with Docker"
  docker run -d --rm --name fairlead-localstack -p 127.0.0.1:4566:4566 -p 127.0.0.1:4510-4559:4510-4559 \
    -e LOCALSTACK_AUTH_TOKEN="${LOCALSTACK_AUTH_TOKEN:-}" -e PROVIDER_OVERRIDE_DYNAMODB=v2 -e PROVIDER_OVERRIDE_DYNAMODBSTREAMS=v2 \
    -e DISABLE_EVENTS=1 -v /var/run/docker.sock:/var/run/docker.sock "$image" >/dev/null
}

up_process() {
  echo "localstack: no Docker engine, starting LocalStack 4.13.1 as plain processes"
  "$root/localstack/install.sh" process
  env FILESYSTEM_ROOT="$home/fs" GATEWAY_LISTEN=127.0.0.1:4566 LOCALSTACK_HOST=localhost:4566 \
    PROVIDER_OVERRIDE_DYNAMODB=v2 PROVIDER_OVERRIDE_DYNAMODBSTREAMS=v2 DYNAMODB_IN_MEMORY=1 DYNAMODB_SHARE_DB=1 \
    SKIP_SSL_CERT_DOWNLOAD=1 DISABLE_EVENTS=1 LAMBDA_RUNTIME_EXECUTOR=process DYNAMODB_LOCAL_LIB="$lib" \
    setsid "$home/venv/bin/python" -m fairlead_localstack > "$home/localstack.log" 2>&1 < /dev/null &
  echo $! > "$home/pid"
}

if [ "$(mode)" = docker ]; then up_docker; else up_process; fi
for _ in $(seq 1 180); do
  if curl -fsS "$url/_localstack/health" >/dev/null 2>&1 && { [ "$(mode)" = docker ] || grep -q '^Ready' "$home/localstack.log"; }; then
    echo "localstack: ready on $url"; exit 0
  fi
  if [ -f "$home/pid" ] && [ "$(mode)" = process ] && ! kill -0 "$(cat "$home/pid")" 2>/dev/null; then
    echo "localstack: it ended while starting; its log ends with:" >&2; tail -n 20 "$home/localstack.log" >&2; exit 1
  fi
  sleep 1
done
echo "localstack: not ready after 180 s; see $home/localstack.log" >&2
exit 1
