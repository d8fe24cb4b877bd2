# Everything here needs Go and make; check also fetches its two tools once, into
# .tools. See README.md.

GO    ?= go
DATA  ?= .fairlead
ADDR  ?= 127.0.0.1:8080
# where the clock of the sample programme stands
NOW   ?= 2026-07-20T09:00:00Z
TOOLS := .tools

LINT_VERSION := v2.15.0
VULN_VERSION := v1.9.0
LINT := $(TOOLS)/golangci-lint-$(LINT_VERSION)/golangci-lint
VULN := $(TOOLS)/govulncheck-$(VULN_VERSION)/govulncheck
# tool installs one of them; once more after a pause, for what the network loses.
install = GOBIN=$(abspath $(dir $@)) GOFLAGS= $(GO) install $(1)
tool = $(install) || { echo "$(1): once more in 5 s"; sleep 5; $(install); }

.PHONY: run test check build bench fmt vet lint vuln clean
.PHONY: checks synth deploy destroy localstack-up deploy-local test-localstack localstack-down test-dynamo test-infra

# run loads the sample programme into an embedded store, tells its story, and
# serves the API and the pages until Ctrl-C.
run: bin/fairlead
	bin/fairlead --data $(DATA) demo
	bin/fairlead --data $(DATA) --now $(NOW) serve --addr $(ADDR)

.PHONY: bin/fairlead
bin/fairlead:
	$(GO) build -trimpath -o $@ ./cmd/fairlead

# test runs every test that needs no Docker, network service or account, and
# ends with a summary. ARGS goes to go test: make test ARGS='-race ./internal/money'
test:
	$(GO) run ./internal/gotest $(ARGS)

check: checks test

checks: fmt vet lint shell vuln

# check-aws checks what is deployed on AWS: templates, DynamoDB Local, LocalStack.
# .ci/run does it after check.
.PHONY: check-aws
check-aws:
	@.ci/run templates dynamodb localstack

fmt:
	@unformatted=$$(gofmt -l cmd internal $(wildcard events functions infra e2e)); \
	if [ -n "$$unformatted" ]; then echo "not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; fi
	@echo "fmt: clean"

vet:
	$(GO) vet ./...
	@echo "vet: clean"

lint: $(LINT)
	$(LINT) run --allow-parallel-runners ./...

$(LINT):
	@$(call tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION))

# shell looks at the scripts, where shellcheck is at hand.
.PHONY: shell
shell:
	@command -v shellcheck >/dev/null || { echo "shell: skipped: no shellcheck"; exit 0; }; \
	shellcheck localstack/*.sh .ci/run .ci/vuln && echo "shell: clean"

# vuln asks the Go vulnerability database, where it can be reached.
vuln: $(VULN)
	@.ci/vuln $(VULN)

$(VULN):
	@$(call tool,golang.org/x/vuln/cmd/govulncheck@$(VULN_VERSION))

# build makes the static functions for AWS, one bootstrap each, and the binary
# for this machine.
DIST     ?= dist
FUNCARCH ?= arm64
FUNCTIONS := $(patsubst functions/%/main.go,$(DIST)/%/bootstrap,$(wildcard functions/*/main.go))

build: bin/fairlead functions

.PHONY: functions $(FUNCTIONS)
functions: $(FUNCTIONS)
$(FUNCTIONS): $(DIST)/%/bootstrap:
	CGO_ENABLED=0 GOOS=linux GOARCH=$(FUNCARCH) $(GO) build -tags lambda.norpc -trimpath -ldflags='-s -w' -o $@ ./functions/$*

# bench prints the figures of docs/performance.md. BENCH picks: make bench BENCH=Split
BENCH ?= .
bench:
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

# On AWS: CDK (infra/), with its command line as pinned in localstack/package.json.
# STAGE names the installation; CDKARGS adds to its settings: CDKARGS='-c alarmEmail=..'.
# synth needs no account.
STAGE   ?= dev
CDKARGS ?=
CDK     := cd infra && JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 $(CURDIR)/.localstack/cdk/node_modules/.bin/cdk

synth: functions
	@localstack/install.sh cdk
	$(CDK) synth --quiet -c stage=$(STAGE) $(CDKARGS)

deploy: functions
	@localstack/install.sh cdk
	$(CDK) deploy --all -c stage=$(STAGE) $(CDKARGS)

# destroy takes away what can be made again. Tables and statements stay.
destroy: functions
	@localstack/install.sh cdk
	$(CDK) destroy Fairlead-$(STAGE)-Service Fairlead-$(STAGE)-Payout -c stage=$(STAGE) $(CDKARGS)

# On LocalStack: with Docker where there is an engine, as plain processes where
# there is none (then Python 3.11 to 3.13, Java 17, Maven and Node are needed).
localstack-up:
	@localstack/up.sh

deploy-local:
	@localstack/deploy.sh

test-localstack:
	@localstack/test.sh

localstack-down:
	@localstack/down.sh

# test-dynamo runs the conformance suite on DynamoDB Local, beside memory and bolt.
test-dynamo:
	@localstack/dynamodb.sh $(GO) run ./internal/gotest -count=1 -v -run 'Contract|TestMemory' ./internal/table/tabletest ./internal/table/bolt ./internal/table/dynamo ./internal/cloud

# test-infra holds the templates to what they promise, and to cdk-nag's rules.
test-infra:
	cd infra && $(GO) vet ./...
	cd infra && JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 $(GO) run github.com/fairlead/fairlead/internal/gotest -count=1 -v ./...

# cost prints docs/cost.md, computed anew from the measured units and the price
# list in internal/cloud/prices.json.
.PHONY: cost
cost:
	$(GO) test -count=1 -run TestCost ./internal/cloud -update-cost
	@cat docs/cost.md

# closing and coldstart take longer than a test may: see docs/performance.md.
.PHONY: closing coldstart
closing:
	$(GO) test -count=1 -v -run TestClosing ./internal/payrun -closings 400000
coldstart:
	$(GO) test -count=1 -v -run 'TestColdStart|TestFirstRequest' ./internal/cloud -coldstarts 250

# test-arm64 runs on the other processor what every processor must agree on: the
# draw, the values in minor units, and the golden numbers they come from. On an
# arm64 machine it needs nothing, elsewhere the emulator of qemu-user.
ARM64_EXEC := $(if $(filter aarch64 arm64,$(shell uname -m)),,$(firstword $(shell command -v qemu-aarch64 || command -v qemu-aarch64-static)))
.PHONY: test-arm64
test-arm64:
ifeq ($(filter aarch64 arm64,$(shell uname -m))$(ARM64_EXEC),)
	@echo "test-arm64 needs qemu-aarch64 on this machine: apt-get install qemu-user"; exit 1
else
	@$(GO) build -o bin/gotest ./internal/gotest
	GOARCH=arm64 bin/gotest -count=1 -v $(if $(ARM64_EXEC),-exec $(ARM64_EXEC)) -run 'Pin|Golden|Published|Extreme|SpecialCase' ./internal/routing ./internal/clv ./internal/value
endif

# peer fits a million customers here and with the Python package lifetimes, which
# it installs, pinned, into an environment of its own. It wants python3.
PEER := $(TOOLS)/peer
.PHONY: peer
peer:
	@test -x $(PEER)/bin/python || python3 -m venv $(PEER)
	$(PEER)/bin/pip install -q --disable-pip-version-check -r internal/clv/testdata/peer-requirements.txt
	$(GO) test -count=1 -v -run TestPeer ./internal/clv -peer $(abspath $(PEER)/bin/python)

clean:
	rm -rf bin dist infra/cdk.out
