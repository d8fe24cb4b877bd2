#!/usr/bin/env bash
# Runs a command with a DynamoDB Local of its own, in memory, and ends it after.
# usage: dynamodb.sh COMMAND...
source "$(dirname "$0")/env.sh"
"$root/localstack/install.sh" dynamodb
port=$((20000 + RANDOM % 10000))
while taken "$port"; do port=$((port + 1)); done
DDB_LOCAL_TELEMETRY=0 setsid java "-Djava.library.path=$lib" -cp "$lib/*" \
  com.amazonaws.services.dynamodbv2.local.main.ServerRunner -port "$port" -inMemory -sharedDb > "$home/dynamodb.log" 2>&1 < /dev/null &
server=$!
trap 'kill -TERM -- "-$server" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM
for _ in $(seq 1 120); do
  kill -0 "$server" 2>/dev/null || break
  taken "$port" && break
  sleep 0.5
done
if ! taken "$port" || ! kill -0 "$server" 2>/dev/null; then
  echo "dynamodb: DynamoDB Local does not answer on port $port; its log ends with:" >&2
  tail -n 20 "$home/dynamodb.log" >&2
  exit 1
fi
echo "dynamodb: DynamoDB Local answers on port $port"
cd "$root" && FAIRLEAD_DYNAMODB_ENDPOINT="http://127.0.0.1:$port" "$@"
