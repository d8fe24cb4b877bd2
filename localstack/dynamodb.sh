#!/usr/bin/env bash
# Runs a command with a DynamoDB Local of its own, in memory, and ends it after.
# usage: dynamodb.sh COMMAND...
source "$(dirname "$0")/env.sh"
"$root/localstack/install.sh" dynamodb
port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
DDB_LOCAL_TELEMETRY=0 setsid java "-Djava.library.path=$lib" -cp "$lib/*" \
  com.amazonaws.services.dynamodbv2.local.main.ServerRunner -port "$port" -inMemory -sharedDb > "$home/dynamodb.log" 2>&1 < /dev/null &
server=$!
trap 'kill -TERM -- "-$server" 2>/dev/null || true' EXIT
for _ in $(seq 1 60); do curl -s "http://127.0.0.1:$port" >/dev/null && break; sleep 0.5; done
echo "dynamodb: DynamoDB Local answers on port $port"
cd "$root" && FAIRLEAD_DYNAMODB_ENDPOINT="http://127.0.0.1:$port" "$@"
