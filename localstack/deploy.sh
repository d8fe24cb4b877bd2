#!/usr/bin/env bash
# Builds the functions for this machine and deploys the local stage to LocalStack,
# then says where the API is. What it made stands in .localstack/stage: the key
# that signs development tokens, the secret of webhooks, and the addresses.
# usage: deploy.sh [--fresh]    --fresh starts LocalStack anew first: it forgets everything
source "$(dirname "$0")/env.sh"
stage="$home/stage"
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_REGION=us-east-1
export AWS_ENDPOINT_URL="$url" AWS_ENDPOINT_URL_S3="$url" JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 NODE_NO_WARNINGS=1
if [ "${1:-}" = --fresh ]; then
  "$root/localstack/down.sh"; rm -rf "$stage"; "$root/localstack/up.sh"
  exec "$0" # the port may be another one
fi
answers || fail "it does not answer on $url: make localstack-up"
exec 3>&2 # what runs when it is interrupted may be redirected
trap 'echo "localstack: interrupted while deploying: make deploy-local goes on; localstack/deploy.sh --fresh starts anew" >&3; exit 130' INT TERM HUP
"$root/localstack/install.sh" cdk

# keys NAME: the public key set of the development tokens, as the api reads it.
keys() {
  local public; public="$(openssl pkey -in "$stage/token.key" -pubout -outform DER | tail -c 32 | base64 -w0)"
  printf '{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":"%s","kty":"OKP","use":"sig","x":"%s"}]}' \
    "$(base64 -d <<<"$public" | sha256sum | cut -c1-16)" "$(tr '+/' '-_' <<<"$public" | tr -d '=\n')"
}

goarch="$(go env GOARCH)"
case "$goarch" in amd64) arch=x86_64 ;; *) arch="$goarch" ;; esac
say "building the functions for $arch"
export DIST="$home/dist" FUNCARCH="$goarch" # for the CDK as well, which builds before it looks
make -s -C "$root" functions bin/fairlead

mkdir -p "$stage"
rm -f "$stage/tested" "$stage/env" # until it is done, nothing is deployed
"$root/bin/fairlead" --data "$stage" token --role manager >/dev/null # makes the key the first time
[ -f "$stage/webhooks.json" ] || (umask 077; printf '{"standard":["whsec_%s"]}\n' "$(openssl rand -base64 24)" > "$stage/webhooks.json")

settings=(-c stage=local -c rail=sandbox -c arch="$arch" -c dist="$home/dist" -c devKeys="$(keys)" -c hookSecrets="$(cat "$stage/webhooks.json")")
read -r -a more <<<"${CDKARGS:-}"
settings+=(${more[@]+"${more[@]}"})
cdklocal() { (cd "$root" && "$home/cdk/node_modules/.bin/cdklocal" "$@"); }
# quietly runs a command and shows what it said only if it fails.
quietly() { "$@" > "$home/deploy.log" 2>&1 || { tail -n 40 "$home/deploy.log" >&2; exit 1; }; }
say "deploying the stacks"
quietly cdklocal bootstrap "${settings[@]}"
quietly cdklocal deploy --all --require-approval never --outputs-file "$stage/outputs.json" --output "$home/cdk.out" "${settings[@]}"

# output NAME: one output of any stack.
output() { sed -n 's/.*"'"$1"'": "\(.*\)".*/\1/p' "$stage/outputs.json" | head -n 1; }
api="$url/_aws/execute-api/$(output RestApi)/local"
cat > "$stage/env" <<END
export FAIRLEAD_SERVER=$api
export FAIRLEAD_LOCALSTACK=$url
export FAIRLEAD_TOKEN_DIR=$stage
export FAIRLEAD_WEBHOOK_QUEUE=$(output WebhookQueue)
export FAIRLEAD_DEAD_LETTER_QUEUE=$(output DeadLetterQueue)
export FAIRLEAD_LEDGER=fairlead-local-ledger
export FAIRLEAD_BUS=fairlead-local-events
export FAIRLEAD_STATEMENT_BUCKET=$(output StatementBucket)
export FAIRLEAD_BATCH_BUCKET=$(output BatchBucket)
export FAIRLEAD_STATE_MACHINE_ARN=$(output StateMachine)
export FAIRLEAD_PAYRUN_FUNCTION=$(output PayrunFunction)
export FAIRLEAD_WORKER_FUNCTION=$(output WorkerFunction)
export FAIRLEAD_SWEEP_FUNCTION=$(output SweepFunction)
END
for _ in $(seq 1 30); do curl -fsS "$api/healthz" >/dev/null 2>&1 && break; sleep 1; done
curl -fsS "$api/healthz" >/dev/null || { tail -n 20 "$home/localstack.log" >&2; fail "the API does not answer on $api; above is the end of LocalStack's log"; }
say "the API answers on $api"
say "try it: bin/fairlead --server $api --token \"\$(bin/fairlead --data $stage token --role manager)\" partners"
