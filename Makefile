# Everything here needs Go and make, unless a target says what else. Tools are
# fetched once, pinned, into .tools (docs/adr/0011-tools-are-pinned-in-the-makefile.md).

GO    ?= go
DATA  ?= .fairlead
ADDR  ?= 127.0.0.1:8080
# where the clock of the sample programme stands
NOW   ?= 2026-07-20T09:00:00Z
DIST  ?= dist

# tool is where a tool of this package and version stands, alone with what it is made of.
TOOLS := .tools
tool = $(TOOLS)/$(1)/$(notdir $(firstword $(subst @, ,$(1))))
LINT       := $(call tool,github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0)
VULN       := $(call tool,golang.org/x/vuln/cmd/govulncheck@v1.9.0)
GOTESTSUM  := $(call tool,gotest.tools/gotestsum@v1.13.0)
ACTIONLINT := $(call tool,github.com/rhysd/actionlint/cmd/actionlint@v1.7.12)
SBOM       := $(call tool,github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0)
GREMLINS   := $(call tool,github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0)

# go test with a summary at its end.
TEST = GOTESTSUM=$(abspath $(GOTESTSUM)) $(CURDIR)/.ci/test

.PHONY: help
help:
	@awk '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z][a-z0-9-]*:.*## / { target = $$0; sub(/:.*/, "", target); sub(/.*## /, ""); printf "  make %-17s %s\n", target, $$0 }' Makefile

# Once more after a pause, for what the network loses.
$(LINT) $(VULN) $(GOTESTSUM) $(ACTIONLINT) $(SBOM) $(GREMLINS): $(TOOLS)/%:
	@get() { GOBIN=$(abspath $(dir $@)) GOFLAGS= GOOS= GOARCH= $(GO) install $(patsubst %/,%,$(dir $*)); }; \
	get || { echo "$(notdir $@): once more in 5 s"; sleep 5; get; }

##@ Try it
.PHONY: run bin/fairlead clean
run: bin/fairlead ## load the sample programme, tell its story, serve API and pages until Ctrl-C
	bin/fairlead --data $(DATA) demo
	bin/fairlead --data $(DATA) --now $(NOW) serve --addr $(ADDR)

bin/fairlead:
	$(GO) build -trimpath -o $@ ./cmd/fairlead

clean: ## remove what was built
	rm -rf bin $(DIST) cdk.out

##@ Change it
.PHONY: test check checks fmt vet lint shell workflows vuln
test: $(GOTESTSUM) ## every test that needs no Docker, network or account; make test ARGS='-race ./internal/money'
	@$(TEST) $(if $(ARGS),$(ARGS),./...)

check: checks test ## what every change must pass: checks and tests

checks: fmt vet lint shell workflows vuln ## format, vet, lint, scripts, workflows, known vulnerabilities

fmt: ## is everything formatted
	@unformatted=$$(gofmt -l *.go client cmd e2e events functions infra internal localstack); \
	if [ -n "$$unformatted" ]; then echo "not formatted (gofmt -w):"; echo "$$unformatted"; exit 1; fi
	@echo "fmt: clean"

# ALL is every package of both modules of the workspace: ./... ends at the other
# one, whose dependencies take a minute to compile the first time.
ALL := ./... ./infra/...

vet: ## go vet
	$(GO) vet $(ALL)
	@echo "vet: clean"

lint: $(LINT) ## golangci-lint, as .golangci.yml has it
	$(LINT) run --allow-parallel-runners $(ALL)

shell: ## shellcheck of the scripts, where it is at hand
	@command -v shellcheck >/dev/null || { echo "shell: skipped: no shellcheck"; exit 0; }; \
	shellcheck localstack/*.sh $(filter-out .ci/mutants,$(wildcard .ci/*)) && echo "shell: clean"

workflows: $(ACTIONLINT) ## actionlint of .github/workflows
	@$(ACTIONLINT) .github/workflows/*.yml && echo "workflows: clean"

vuln: $(VULN) ## what the Go vulnerability database knows, where it can be reached
	@.ci/vuln $(VULN)

.PHONY: mutate
mutate: $(GREMLINS) ## do the tests of money notice changed code; make mutate SINCE=all ROOMS=internal/money
	@GREMLINS=$(abspath $(GREMLINS)) .ci/mutate $(ROOMS)

##@ Release it (CONTRIBUTING.md)
.PHONY: binaries release
binaries: $(SBOM) ## the command line for Linux, macOS and Windows, checksums and SBOMs in dist/release
	@SBOM=$(abspath $(SBOM)) .ci/binaries $(DIST)/release

release: ## tag what VERSION says and build its binaries; the tree must be clean
	@.ci/release

##@ Measure it
.PHONY: bench cost closing coldstart peer
BENCH ?= .
bench: ## the figures of docs/performance.md; BENCH picks: make bench BENCH=Split
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

cost: ## write docs/cost.md from the measured units and internal/cloud/prices.json
	$(GO) test -count=1 -run TestCost ./internal/cloud -update-cost
	@cat docs/cost.md

closing: ## closings of many customers at once; longer than a test may take
	$(GO) test -count=1 -v -run TestClosing ./internal/closing -closings 400000

coldstart: ## 250 starts of every function; longer than a test may take
	$(GO) test -count=1 -v -run 'TestColdStart|TestFirstRequest' ./internal/cloud -coldstarts 250

PEER := $(TOOLS)/peer
peer: ## a million customers fitted here and by the Python package lifetimes; needs python3
	@test -x $(PEER)/bin/python || python3 -m venv $(PEER)
	$(PEER)/bin/pip install -q --disable-pip-version-check -r internal/clv/testdata/peer-requirements.txt
	$(GO) test -count=1 -v -run TestPeer ./internal/clv -peer $(abspath $(PEER)/bin/python)

##@ Test it elsewhere
# Every test is named there as it ends: they are few, and each is a promise.
test-arm64 test-infra test-dynamo test-localstack: export GOTESTSUM_FORMAT = testname

# What every processor must agree on: the draw, the values in minor units, and
# the golden numbers they come from.
ARM64_EXEC := $(if $(filter aarch64 arm64,$(shell uname -m)),,$(firstword $(shell command -v qemu-aarch64 || command -v qemu-aarch64-static)))
.PHONY: test-arm64 test-infra test-dynamo check-aws
test-arm64: $(GOTESTSUM) ## the draw and the values on arm64; elsewhere needs qemu-user
ifeq ($(filter aarch64 arm64,$(shell uname -m))$(ARM64_EXEC),)
	@echo "test-arm64 needs qemu-aarch64 on this machine: apt-get install qemu-user"; exit 1
else
	@GOARCH=arm64 $(TEST) -count=1 $(if $(ARM64_EXEC),-exec $(ARM64_EXEC)) \
	  -run 'Pin|Golden|Published|Extreme|SpecialCase' ./internal/routing ./internal/clv ./internal/value
endif

test-infra: $(GOTESTSUM) ## what the CDK's templates promise, and cdk-nag's rules; needs Node
	$(GO) vet ./infra/...
	@JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 $(TEST) -count=1 ./infra/...

test-dynamo: $(GOTESTSUM) ## the conformance suite on memory, bolt and DynamoDB Local; needs Java 17 and Maven
	@localstack/dynamodb.sh env $(TEST) -count=1 -run 'Contract|TestMemory' \
	  ./internal/table/tabletest ./internal/table/bolt ./internal/table/dynamo ./internal/cloud

check-aws: ## templates, DynamoDB Local and LocalStack, with one summary
	@.ci/run templates dynamodb localstack

##@ LocalStack: in Docker where there is an engine, else as plain processes
.PHONY: localstack-up deploy-local test-localstack localstack-down
localstack-up: ## start it; without Docker needs Python 3.11 to 3.13, Java 17, Maven and Node
	@localstack/up.sh

deploy-local: ## build the functions and deploy the local stage
	@localstack/deploy.sh

test-localstack: $(GOTESTSUM) ## tell the stories of e2e/ to what is deployed
	@localstack/test.sh env $(TEST) -count=1 -timeout 20m ./e2e $(ARGS)

localstack-down: ## stop what localstack-up started from this folder
	@localstack/down.sh

##@ On AWS: STAGE names the installation, CDKARGS='-c alarmEmail=..' adds settings
# The CDK (cdk.json, infra/) has its command line as pinned in localstack/package.json;
# it makes the functions first.
STAGE    ?= dev
CDKARGS  ?=
CDK      := JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 $(CURDIR)/.localstack/cdk/node_modules/.bin/cdk
FUNCARCH ?= arm64
FUNCTIONS := $(patsubst functions/%/main.go,$(DIST)/%/bootstrap,$(wildcard functions/*/main.go))

.PHONY: build functions $(FUNCTIONS) synth diff deploy destroy
build: bin/fairlead functions ## the binary for this machine, and the static functions for AWS

functions: $(FUNCTIONS)
$(FUNCTIONS): $(DIST)/%/bootstrap:
	GOWORK=off CGO_ENABLED=0 GOOS=linux GOARCH=$(FUNCARCH) $(GO) build -tags lambda.norpc -trimpath -ldflags='-s -w' -o $@ ./functions/$*

synth: ## templates into cdk.out; needs Node, no account
	@localstack/install.sh cdk
	$(CDK) synth --quiet -c stage=$(STAGE) $(CDKARGS)

diff: ## what a deployment would change; needs Node and an account
	@localstack/install.sh cdk
	$(CDK) diff -c stage=$(STAGE) $(CDKARGS)

deploy: ## deploy all stacks; needs Node and an account
	@localstack/install.sh cdk
	$(CDK) deploy --all -c stage=$(STAGE) $(CDKARGS)

destroy: ## take away what can be made again; tables and statements stay
	@localstack/install.sh cdk
	$(CDK) destroy Fairlead-$(STAGE)-Service Fairlead-$(STAGE)-Payout -c stage=$(STAGE) $(CDKARGS)
