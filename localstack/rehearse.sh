#!/usr/bin/env bash
# Rehearses docs/operations.md, Restore a point in time, on what deploy.sh
# deployed: both tables are copied beside the originals (LocalStack cannot restore
# them), the stacks are deployed to the copies, and an order and a decision go
# into these and not into the originals. The next make deploy-local undoes it.
source "$(dirname "$0")/env.sh"
stage="$home/stage"
[ -f "$stage/env" ] || fail "nothing is deployed: make deploy-local"
# shellcheck source=/dev/null
. "$stage/env"
suffix="r$(date +%s)"
local_aws() { "$home/bin/awslocal" "$@"; }
fairlead() { FAIRLEAD_TOKEN="$("$root/bin/fairlead" --data "$stage" --user ops token --role manager --role crm)" "$root/bin/fairlead" "$@"; }
count() { local_aws dynamodb scan --select COUNT --table-name "$1" --query Count; }

copy() {
  local from="fairlead-local-$1" to="fairlead-local-$1-$suffix"; shift
  local_aws dynamodb create-table --table-name "$to" --billing-mode PAY_PER_REQUEST --key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE \
    --attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S "$@" >/dev/null
  local_aws dynamodb scan --table-name "$from" --query Items |
    node -e 'const items = JSON.parse(require("fs").readFileSync(0)); // bodies are JSON, and this command line wants them as text
      for (const item of items) for (const v of Object.values(item)) if (v.B) v.B = Buffer.from(v.B, "base64").toString();
      for (let i = 0; i < items.length; i += 25)
      console.log(JSON.stringify({[process.argv[1]]: items.slice(i, i + 25).map(Item => ({PutRequest: {Item}}))}))' "$to" > "$home/copy.jsonl"
  while read -r batch; do local_aws dynamodb batch-write-item --request-items "$batch" >/dev/null; done < "$home/copy.jsonl"
  say "copied $(count "$from") items of $from, the copy has $(count "$to")"
}

copy state
copy ledger --stream-specification StreamEnabled=true,StreamViewType=NEW_IMAGE
stream="$(local_aws dynamodb describe-table --table-name "fairlead-local-ledger-$suffix" --query Table.LatestStreamArn | tr -d '"')"
CDKARGS="-c restored=$suffix -c restoredStream=$stream" "$root/localstack/deploy.sh"
# shellcheck source=/dev/null
. "$stage/env"

heard="$(local_aws sqs create-queue --queue-name "heard-$suffix" --query QueueUrl | tr -d '"')"
arn="$(local_aws sqs get-queue-attributes --queue-url "$heard" --attribute-names QueueArn --query Attributes.QueueArn | tr -d '"')"
local_aws events put-rule --name "heard-$suffix" --event-bus-name "$FAIRLEAD_BUS" \
  --event-pattern "{\"source\":[\"fairlead\"],\"detail-type\":[\"decision.made\"],\"detail\":{\"data\":{\"customerId\":[\"restored-$suffix\"]}}}" >/dev/null
local_aws events put-targets --rule "heard-$suffix" --event-bus-name "$FAIRLEAD_BUS" --targets "Id=heard,Arn=$arn" >/dev/null
before="$(count fairlead-local-ledger)" copied="$(count "fairlead-local-ledger-$suffix")"
fairlead partners >/dev/null && say "the service answers from the copies"
printf 'customer_id,region,declared_value,currency\nrestored-%s,DE,7000.00,EUR\n' "$suffix" > "$home/customers.csv"
fairlead import customers --route "$home/customers.csv" >/dev/null
fairlead customer "restored-$suffix"
[ "$(count fairlead-local-ledger)" = "$before" ] || fail "the original ledger was written to"
[ "$(count "fairlead-local-ledger-$suffix")" -gt "$copied" ] || fail "nothing was written to the copy"
# The stream tells all that was copied before it comes to this one; only this one is heard.
for _ in $(seq 1 180); do
  if local_aws sqs receive-message --queue-url "$heard" --visibility-timeout 0 --max-number-of-messages 10 | grep -q "restored-$suffix"; then
    say "the stream of the copy is followed: the decision was announced"; exit 0
  fi
  sleep 1
done
fail "the decision was not announced in three minutes"
