# make help tells what there is. Each target is one command; `go test ./...` and
# `go run ./cmd/holdfast` work without make.

GO       ?= go
FUZZTIME ?= 15s

.PHONY: help build demo test lint conformance generate golden fuzz bench new-rule

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the program, as ./holdfast
	$(GO) build -trimpath -o holdfast ./cmd/holdfast

demo: ## scan the built-in simulated account: no AWS, no credentials (ARGS="--format html")
	$(GO) run ./cmd/holdfast demo $(ARGS)

test: ## all tests that Go alone can run, in minutes
	$(GO) test ./...

lint: ## formatting, vet, staticcheck, the rules' own checks, generated files up to date
	.ci/lint

conformance: ## hold what we write against other people's tools (HOLDFAST_SCHEMAS=folder of their schemas)
	conformance/run

generate: ## JSON Schemas, docs/rules and docs/operations.md, from types, rules and operations
	.ci/generate

golden: ## accept what the program writes now, the README too; read the diff before you commit it
	.ci/golden

fuzz: ## every fuzz target for FUZZTIME (15s)
	@grep -ro --include='*_test.go' 'func Fuzz[A-Za-z0-9_]*' . | sed 's/:func / /' | while read -r file name; do \
		echo "$${file%/*} $$name"; $(GO) test "$${file%/*}" -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) || exit 1; done

bench: ## benchmarks, each once (BENCH=pattern, COUNT=10 for benchstat)
	$(GO) test ./... -run '^$$' -bench '$(or $(BENCH),.)' -benchmem -count $(or $(COUNT),1)

new-rule: ## a rule and its failing tests: SUBJECT=table RULE=pitr_enabled
	@test -n "$(SUBJECT)" -a -n "$(RULE)" || { echo 'usage: make new-rule SUBJECT=table RULE=pitr_enabled' >&2; exit 2; }
	$(GO) run ./cmd/holdfast rules new $(SUBJECT).$(RULE)
