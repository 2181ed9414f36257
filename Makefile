# Trapped in Art. The two commands that matter: make run, make test.

export GOTOOLCHAIN := go1.27.4
export GOEXPERIMENT := simd

SHELL := /bin/bash
ADDR  ?= 127.0.0.1:8080
DATA  ?=
WASM  := GOOS=js GOARCH=wasm
BUILD := go build -trimpath -ldflags "-s -w"
NODE  = $$(go env GOROOT)/lib/wasm/go_js_wasm_exec
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: all build run site-assets test unit unit-plain unit-wasm race lint browser tools prove bench clean

all: build

# build leaves one binary with everything in it: bin/trapped.
build: site-assets
	@$(BUILD) -o bin/trapped ./server

# site-assets compiles page and worker, draws the examples, and packs all that the
# page loads into server/site/files, from where the server embeds it.
site-assets:
	@mkdir -p bin/site
	@$(WASM) $(BUILD) -o bin/site/app.wasm ./web
	@$(WASM) $(BUILD) -o bin/site/worker.wasm ./wasm
	@go run ./web/examples bin/site
	@go run ./server/pack -out server/site/files bin/site web/static

run:
	@start=$$(date +%s) && $(MAKE) --no-print-directory build && \
	echo "Built in $$(( $$(date +%s) - start )) s." && \
	exec bin/trapped serve --addr $(ADDR) $(if $(DATA),--data $(DATA))

# test is everything that must hold. Each part is a target of its own.
test: tools lint unit unit-plain unit-wasm race browser
	@echo "All tests passed."

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "These files are not formatted: run gofmt -w on them."; exit 1; }
	go vet ./... && go vet -tags browser ./web/
	$(WASM) go vet ./engine/... ./weights/... ./wasm/... ./web/... ./server/api
	GOBIN=$(CURDIR)/bin go install $(STATICCHECK)
	bin/staticcheck $$(go list ./... | grep -v '/web$$')
	$(WASM) bin/staticcheck ./web ./wasm/...

unit:
	go test -timeout 30m ./...

# The same without simd, as plain Go builds it.
unit-plain:
	GOEXPERIMENT= go build ./... && GOEXPERIMENT= go test -timeout 30m ./...

# The packages that the worker is made of, compiled to WebAssembly, under Node.
unit-wasm:
	$(WASM) go test -timeout 30m -exec "$(NODE)" ./engine/... ./weights/... ./wasm/protocol/... ./wasm/worker/...

race:
	go test -timeout 30m -race -short ./engine/... ./weights/... ./wasm/... ./server/...

browser: build
	go test -tags browser -count=1 ./web/

# tools sees that Node and Chromium are there, and installs them where it may.
tools:
	@need=""; command -v node >/dev/null || need="nodejs"; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || need="$$need chromium"; \
	[ -z "$$need" ] && exit 0; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	if command -v apt-get >/dev/null && $$sudo true 2>/dev/null; then \
	  echo "Installing $$need with apt-get, for the tests."; \
	  $$sudo apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q $$need >/dev/null; \
	else \
	  echo "The tests need $$need. Install it with: sudo apt-get install $$need"; exit 1; \
	fi

# prove is what takes too long for every day: the golden traces on the reference.
prove:
	go test -count=1 -v -run GoldenTrace -timeout 60m ./engine/transfer -args -slow
	GOEXPERIMENT= go test -count=1 -v -run GoldenTrace/cpu -timeout 60m ./engine/transfer -args -slow

bench:
	go test -run '^$$' -bench . ./engine/backend/cpu

clean:
	rm -rf bin && find server/site/files -mindepth 1 ! -name README -delete
