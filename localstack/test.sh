#!/usr/bin/env bash
# Runs a command that tells the stories of e2e/ to the service that deploy.sh
# deployed. They go on where the one before ended, so they want a new installation:
# one that was tested already is thrown away and deployed again.
# usage: test.sh COMMAND...    make test-localstack knows the command
source "$(dirname "$0")/env.sh"
stage="$home/stage"
[ -f "$stage/env" ] || fail "nothing is deployed: make deploy-local"
answers || fail "it does not answer on $url: make localstack-up deploy-local"
trap 'echo "localstack: interrupted in the middle of a story: the next make test-localstack deploys anew" >&2; exit 130' INT TERM HUP
if [ -f "$stage/tested" ]; then "$root/localstack/deploy.sh" --fresh; exec "$0" "$@"; fi
touch "$stage/tested"

# awslocal, as the scenarios call it: in the container, or in our environment.
mkdir -p "$home/bin"
cp "$root/bin/fairlead" "$home/bin/fairlead"
if [ "$mode" = docker ]; then
  printf '#!/bin/sh\nexec docker exec -i -e AWS_PAGER= -e AWS_DEFAULT_OUTPUT=json -e AWS_DEFAULT_REGION=us-east-1 %s awslocal "$@"\n' "$container" > "$home/bin/awslocal"
else
  printf '#!/bin/sh\nAWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_PAGER= exec %q --endpoint-url %q --output json "$@"\n' \
    "$home/venv/bin/aws" "$url" > "$home/bin/awslocal"
fi
chmod +x "$home/bin/awslocal"

# shellcheck source=/dev/null
. "$stage/env"
export FAIRLEAD_BIN_DIR="$home/bin"
say "$mode mode, telling the scenarios to $FAIRLEAD_SERVER"
cd "$root" && "$@"
