#!/usr/bin/env bash
# Installs what the local stage needs, pinned, once: DynamoDB Local for the
# conformance tests (dynamodb), LocalStack as plain processes (process), and the
# CDK's command line (cdk).
# usage: install.sh dynamodb|process|cdk
source "$(dirname "$0")/env.sh"
mkdir -p "$home"

# alone NAME: whoever wants the same at the same time waits for the first.
alone() { if command -v flock >/dev/null 2>&1; then exec 9> "$home/$1.lock"; flock 9; fi; }

need() { command -v "$1" >/dev/null 2>&1 || fail "$1 is needed ($2) and not on this machine"; }

install_dynamodb() {
  alone dynamodb
  once dynamodb "$root/localstack/dynamodb/pom.xml" || return 0
  need java "DynamoDB Local runs on Java 17"; need mvn "it fetches DynamoDB Local"
  say "installing DynamoDB Local into .localstack/dynamodb"
  rm -rf "$lib"
  twice mvn -q -B -Dstyle.color=never -f "$root/localstack/dynamodb/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$lib"
  done_once dynamodb "$root/localstack/dynamodb/pom.xml"
}

install_process() {
  install_dynamodb
  alone process
  local sources=("$root/localstack/requirements.txt" "$root"/localstack/plugin/pyproject.toml "$root"/localstack/plugin/fairlead_localstack/*.py)
  once process "${sources[@]}" || return 0
  need python3 "LocalStack runs on Python 3.11 to 3.13"
  say "installing LocalStack 4.13.1 into .localstack/venv (about two minutes, 525 MB)"
  [ -x "$home/venv/bin/pip" ] || { rm -rf "$home/venv"; python3 -m venv "$home/venv"; }
  twice "$home/venv/bin/pip" install -q --disable-pip-version-check -r "$root/localstack/requirements.txt"
  twice "$home/venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall "$root/localstack/plugin"
  rm -rf "$root/localstack/plugin/build" "$root"/localstack/plugin/*.egg-info
  done_once process "${sources[@]}"
}

install_cdk() {
  alone cdk
  local sources=("$root/localstack/package.json" "$root/localstack/package-lock.json")
  once cdk "${sources[@]}" || return 0
  need node "the CDK is written in TypeScript"; need npm "it fetches the CDK's command line"
  say "installing the CDK's command line into .localstack/cdk"
  mkdir -p "$home/cdk" && cp "${sources[@]}" "$home/cdk/"
  (cd "$home/cdk" && twice npm ci --silent --no-audit --no-fund)
  done_once cdk "${sources[@]}"
}

case "${1:-}" in
  dynamodb) install_dynamodb ;;
  process) install_process ;;
  cdk) install_cdk ;;
  *) echo "usage: install.sh dynamodb|process|cdk" >&2; exit 2 ;;
esac
