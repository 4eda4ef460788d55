# Knowhow. `make help` lists what there is to make.
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c

# Pure Go throughout: no C compiler is needed, to build or to test.
export CGO_ENABLED := 0
# What is tested is compiled as what is built is, so that it is compiled once.
export GOFLAGS := $(strip $(filter-out -trimpath,$(shell go env GOFLAGS 2>/dev/null)) -trimpath)

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
SAMPLE  := cmd/knowhow/replay/sample/questions.jsonl
# Every test package may start a PostgreSQL of its own, so not all at once.
GOTEST  := go test -p 4 -vet=off -ldflags=-s -timeout 60m
# What takes longest begins first, so that no processor is idle at the end.
LONGEST := ./payouts ./web ./marketplace/question ./marketplace/quality ./cmd/knowhow/internal/demo ./cmd/knowhow/serve ./cmd/knowhow/replay ./cmd/knowhow

.PHONY: help
help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/knowhow, one static binary
	go build -ldflags "-s -w -X knowhow/cmd/knowhow/version.Number=$(VERSION)" -o bin/knowhow ./cmd/knowhow

# What runs in browsers is built only where something changed; a build of the
# Go program alone needs no Node, and answers for its pages "make web".
UI       := web/ui
UI_FILES := $(shell find $(UI)/src $(UI)/public web/messages -type f -not -name '*_test.go' -not -name 'schema.d.ts') $(wildcard $(UI)/*.html $(UI)/*.ts $(UI)/*.json $(UI)/*.mjs)

.PHONY: web
web: $(UI)/dist/app/.built ## build the browser apps and the widget (needs Node 20)
	@:

$(UI)/node_modules/.installed: $(UI)/package-lock.json $(UI)/package.json
	scripts/npm-ci.sh
	@touch $@

$(UI)/dist/app/.built: $(UI)/node_modules/.installed $(UI_FILES) docs/openapi.json
	cd $(UI) && node build.mjs
	@touch $@

.PHONY: web-test
web-test: $(UI)/node_modules/.installed ## test the browser apps' own logic
	cd $(UI) && node node_modules/vitest/vitest.mjs run

.PHONY: web-report
web-report: web build deps ## print what browsers load first and how soon they are ready, and fail where it is too much
	cd $(UI) && node report.mjs && node e2e/speed.mjs

.PHONY: browser
browser: web build deps ## walk every face in a browser, at both sizes; takes some fifteen minutes
	cd $(UI) && node e2e/run.mjs

.PHONY: screenshots
screenshots: web build deps ## take every page in light and dark at both sizes into web/ui/.screens
	cd $(UI) && node e2e/screenshots.mjs

.PHONY: compiled
compiled: # the first time, while npm waits for the network
	@[ -e $(UI)/node_modules/.installed ] || go build ./cmd/knowhow/...

.PHONY: run
run: ## serve the demo brand at http://127.0.0.1:8080
	@$(MAKE) --no-print-directory -j2 $(if $(shell command -v npm),web) compiled
	@$(MAKE) --no-print-directory build
	@command -v npm >/dev/null || echo "Node 20 and npm are not installed: what needs scripts in a browser is missing" >&2
	bin/knowhow serve --demo --database-url sqlite:bin/demo.db

.PHONY: replay
replay: build ## replay the small data set on SQLite and print the report
	rm -f bin/replay.db*
	bin/knowhow replay --data $(SAMPLE) --from brindle-161 --database-url sqlite:bin/replay.db

.PHONY: measure
measure: ## print what serving costs: binary, time to start, idle memory
	scripts/measure-serve.sh

# What needs Node is left out where it is missing.
NODE := $(shell command -v node)

.PHONY: test
test: deps ## check and test everything, on SQLite and PostgreSQL, and the faces where Node is
	$(MAKE) -j2 check $(if $(NODE),$(UI)/node_modules/.installed)
	$(if $(NODE),$(MAKE) web,@echo "Node 20 is not installed: nothing is tested in browsers" >&2)
	$(MAKE) -j2 test-go $(if $(NODE),test-faces)

# Beside it browsers are tested, whose people wait: they go first.
.PHONY: test-go
test-go:
	nice $(GOTEST) $(LONGEST) ./...
	scripts/tidy.sh

.PHONY: test-faces
test-faces: web-test browser-core

.PHONY: browser-core
browser-core: web build
	cd $(UI) && node e2e/run.mjs core

.PHONY: storm
storm: deps ## two minutes of load on four processes that are killed at random
	KNOWHOW_STORM=2m $(GOTEST) -count=1 -v -run '^TestStorm$$' ./cmd/knowhow

.PHONY: soak
soak: deps ## the tests' long loops; takes long
	KNOWHOW_SOAK=1 $(GOTEST) -count=1 -timeout 4h ./...

.PHONY: check
check: ## formatting, go vet and, where it is installed, the linter
	scripts/gofmt.sh
	go vet ./...
	if command -v golangci-lint >/dev/null; then golangci-lint run; fi

.PHONY: lint
lint: ## run golangci-lint, which must be installed
	golangci-lint run

.PHONY: deps
deps: ## install what the tests start, PostgreSQL and Chromium, where it is missing
	scripts/deps.sh

.PHONY: clean
clean: ## remove what was built
	rm -rf bin $(UI)/dist/app $(UI)/dist/widget
