# Trapped in Art. The commands that matter: make run, make check, make test. make help lists
# all of them, from the comments that begin with a target's name.

export GOTOOLCHAIN := go1.27.4
export GOEXPERIMENT := simd
# So that what is built and what is tested share the compiled packages.
export GOFLAGS := -trimpath $(GOFLAGS)

SHELL := /bin/bash
ADDR  ?= 127.0.0.1:8080
DATA  ?=
# What is downloaded has the first encoding/json, which is a megabyte smaller than the second.
WASM  := GOOS=js GOARCH=wasm GOEXPERIMENT=simd,nojsonv2
BUILD := go build -ldflags "-s -w"
NODE  = $$(go env GOROOT)/lib/wasm/go_js_wasm_exec
# Node with the kernels of engine/backend/cpu: relaxed, plain, or broken (none of them).
NODE_KERNELS = node --stack-size=8192 --experimental-wasm-relaxed-simd \
	$(CURDIR)/engine/backend/cpu/node.js $$(go env GOROOT)/lib/wasm
export STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
export GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.4.0
export CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
BENCHSTAT := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# Of the benchmarks.
NETWORK    ?= vgg19
SIZE       ?= 256
ITERATIONS ?= 3
THREADS    ?= 2
ROUNDS     ?= 2
PYTHON     ?= /usr/bin/python3
COMPARE    := engine/backend/cpu/compare
KERNELS    := engine/backend/cpu/wasm
CHROMIUM   := go run ./wasm/bench/run

# Where tests write down what they leave out. The name is new for each run, so that a result
# of the cache is not taken for one.
ifndef TRAPPED_LEFT_OUT
export TRAPPED_LEFT_OUT := $(CURDIR)/bin/left-out-$(shell date +%s%N).txt
endif

.PHONY: all help check release soak build run site site-assets test unit unit-plain unit-wasm unit-kernels race fuzz lint browser browsers browsers-tools test-gpu gpu-tools gpu-operations gpu-paintings gpu-browser gpu-page compare-gpu screenshots axe tools prove generated systems \
	bench bench-page bench-program bench-wasm compare-native compare-wasm gallery clean

all: build

# help lists the targets.
help:
	@awk '/^# / { text = text (text == "" ? "" : " ") substr($$0, 3); next } \
	  match($$0, /^[a-z-]+:/) { name = substr($$0, 1, RLENGTH - 1); if (index(text, name " ") == 1) printf "%-16s %s\n", "make " name, substr(text, length(name) + 2) } \
	  { text = "" }' Makefile | fold -s -w 110 | sed '/^make /!s/^/                 /'

# build leaves one binary with everything in it: bin/trapped.
build: site-assets
	@$(BUILD) -o bin/trapped ./server

# site-assets compiles page and worker, draws the examples, and packs all that the
# page loads into server/site/files, from where the server embeds it. Without inlining
# the page's program, which computes nothing, is 142 KB smaller on the way.
site-assets:
	@mkdir -p bin/site
	@$(WASM) $(BUILD) -gcflags=all=-l -o bin/site/app.wasm ./web
	@$(WASM) $(BUILD) -tags wasmkernels -o bin/site/worker.wasm ./wasm
	@$(WASM) $(BUILD) -tags pictures -o bin/site/pictures.wasm ./wasm/pictures
	@go run ./wasm/share bin/site/worker.wasm
	@$(MAKE) --no-print-directory $(EXAMPLES)/opening.jpg
	@go run ./server/pack -out server/site/files bin/site web/static $(KERNELS)

EXAMPLES := bin/site/examples
# The examples are drawn anew when what draws them has changed.
bin/examples-drawn: $(wildcard web/examples/*.go)
	@rm -rf $(EXAMPLES) && go run ./web/examples bin/site && touch $@

# What the page opens with: the first photograph painted in the first style, by the network that
# is in the program.
$(EXAMPLES)/opening.jpg: bin/examples-drawn weights/fine.safetensors
	@$(BUILD) -o bin/painter ./server
	@bin/painter stylize --content $(EXAMPLES)/fruit.jpg --style $(EXAMPLES)/night.jpg --weights fine --size 768 --force --out $@

# run builds everything and serves the page at ADDR.
run:
	@start=$$(date +%s) && $(MAKE) --no-print-directory build && \
	echo "Built in $$(( $$(date +%s) - start )) s." && \
	exec bin/trapped serve --addr $(ADDR) $(if $(DATA),--data $(DATA))

DIR      ?= bin/site-static
NETWORKS ?= $(WEIGHTS)
# site writes the page for a host that only hands out files: into DIR, offering beside the
# small network those of NETWORKS, names of the data directory or files.
site: build
	@bin/trapped site --out $(DIR) $(if $(DATA),--data $(DATA)) $(foreach n,$(NETWORKS),--network $(n))

# release writes what is given to others into bin/release: the program for five systems, each built
# twice to the same bytes, with a list of what is in it, and checksums.
release: site-assets
	@scripts/release.sh

# check is for before each commit: format, vet, staticcheck, known holes (where their database can be
# had), and short tests of what changed.
check:
	@mkdir -p bin && scripts/check.sh

PARTS := lint generated unit unit-plain unit-wasm unit-kernels race fuzz
# test is everything that must hold, and lists what was left out; with TRAPPED_STRICT=1 it
# fails if anything was. Each part is a target of its own. Three of them run at a time, as some wait or
# keep one processor busy, and each prints what it has to say when it has ended; the page is last, by itself.
test: tools
	@$(MAKE) --no-print-directory -j3 --output-sync=target PAGE_LAST=1 $(PARTS) browser
	@scripts/left-out.sh $(TRAPPED_LEFT_OUT)
	@echo "All tests passed."
ifdef PAGE_LAST
browser: | $(PARTS)
endif

# soak runs for long what test has in a shorter form: chaos and load at full size, 2,000 hostile
# uploads (half an hour), and fuzzers.
soak: site-assets
	TRAPPED_SOAK=1 go test -count=1 -timeout 60m -run 'NothingIsLost|ManyPeople' ./server/command
	go test -count=1 -v -timeout 60m -run TestHostileUploads ./server/handler -args -uploads 2000
	$(MAKE) --no-print-directory fuzz FUZZTIME=10m

# lint is gofmt, vet and staticcheck, for each kind of program.
lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "These files are not formatted: run gofmt -w on them."; exit 1; }
	go vet -tags browser,browsers ./...
	$(WASM) go vet ./engine/... ./weights/... ./wasm/... ./web/... ./server/api
	$(WASM) go vet -tags wasmkernels ./engine/backend/cpu
	$(WASM) go vet -tags pictures ./engine/pixel ./wasm/pictures
	go -C engine/backend/cpu/gen vet .
	GOBIN=$(CURDIR)/bin go install $(STATICCHECK)
	bin/staticcheck $$(go list ./... | grep -v '/web$$')
	$(WASM) bin/staticcheck ./web/... ./wasm/...
	@scripts/vulnerabilities.sh

# systems is vet for every system that a release is made for, and for plain Go without simd, all of
# whose packages are built for that.
systems:
	GOEXPERIMENT= go vet ./...
	@for system in linux/arm64 darwin/arm64 darwin/amd64 windows/amd64; do \
	  echo "go vet for $$system" && GOOS=$${system%/*} GOARCH=$${system#*/} go vet ./... || exit 1; done

# generated sees that what gen writes is what is in the tree; go generate writes it anew. The first
# line of assembly is the command, which differs.
generated:
	@mkdir -p bin/gen
	go -C engine/backend/cpu/gen run . -out $(CURDIR)/bin/gen/kernels_amd64.s -stubs $(CURDIR)/bin/gen/stubs_amd64.go -pkg cpu -wasm $(CURDIR)/bin/gen
	@for name in kernels_amd64.s stubs_amd64.go; do diff -q <(tail -n +2 engine/backend/cpu/$$name) <(tail -n +2 bin/gen/$$name) || exit 1; done
	@for name in kernels.wasm kernels-relaxed.wasm; do cmp $(KERNELS)/$$name bin/gen/$$name || exit 1; done

# unit is all native tests. The page is packed first, for those that look at what is embedded.
unit: site-assets
	go test -timeout 30m ./...

# unit-plain is what differs without simd, as plain Go builds it: the kernels, and what paintings
# come to by them. All else is the same program as in unit; make systems builds all of it in plain Go, and
# make prove runs its tests there, too.
unit-plain:
	GOEXPERIMENT= go test -timeout 30m -short ./engine/backend/cpu
	GOEXPERIMENT= go test -timeout 30m -short -run 'Golden|^TestRun$$|SameRequest' ./engine/transfer

# unit-wasm is what differs in WebAssembly, under Node: the worker and what it talks to, networks as
# they arrive there, and paintings, with the kernels that the worker has. Of the rest the engine is the
# same Go on another machine of 64 bits, which make prove runs there as well.
unit-wasm:
	$(WASM) go test -timeout 30m -short -exec "$(NODE)" ./engine ./engine/pixel ./weights ./wasm/protocol ./wasm/worker ./wasm/networks ./web/envelope
	$(WASM) go test -timeout 30m -short -tags wasmkernels -exec "$(NODE_KERNELS) plain" -run '$(PAINTINGS)' ./engine/transfer
	$(WASM) go test -timeout 30m -tags wasmkernels -exec "$(NODE_KERNELS) plain" -run '^TestGolden$$' ./engine/transfer

# Whole paintings and losses, of the tests of engine/transfer.
PAINTINGS := Golden|^TestRun$$|SameRequest|NoAllocations|BlocksAreTheWhole/cpu|^TestCheckpoint$$|^TestMasks$$|^TestSteer$$|^TestLarger$$

# unit-kernels is the module of kernels, both variants and none, under Node and in Chromium.
unit-kernels: KERNEL_TEST = $(WASM) go test -tags wasmkernels -count=1
unit-kernels:
	$(KERNEL_TEST) -exec "$(NODE_KERNELS) plain" ./engine/backend/cpu -args -isa wasm
	$(KERNEL_TEST) -exec "$(NODE_KERNELS) relaxed" -run 'Kernels|Crew|AgainstRef/wasm-relaxed' ./engine/backend/cpu -args -isa wasm-relaxed
	$(KERNEL_TEST) -exec "$(NODE_KERNELS) broken" -run Kernels ./engine/backend/cpu -args -isa simd128
	@mkdir -p bin/kernels bin/kernels-broken
	$(KERNEL_TEST) -c -o bin/kernels/bench.wasm ./engine/backend/cpu
	@cp bin/kernels/bench.wasm $(KERNELS)/kernels.js bin/kernels-broken
	@for name in $(KERNELS)/*.wasm; do echo broken > bin/kernels-broken/$$(basename $$name); done
	go run ./wasm/share bin/kernels/bench.wasm
	$(CHROMIUM) -query "isa=wasm-relaxed&workers=3&helpers=2&test.v=true&test.run=Kernels%7CCrew" bin/kernels $(KERNELS) $$(go env GOROOT)/lib/wasm
	$(CHROMIUM) -query "isa=simd128&test.v=true&test.run=Kernels" bin/kernels-broken $$(go env GOROOT)/lib/wasm

# race is the race detector, where there are goroutines: every operation on several threads, the
# training, runs and their watchers, and the server. What has none, and whole paintings, it only slows
# down; make prove has the commands, which are programs of their own.
race:
	go test -timeout 30m -race -short -run 'SameBits/^go$$|Compact' ./engine/backend/cpu
	go test -timeout 30m -race -short -run 'Resumes' ./weights/train
	go test -timeout 30m -race -short -run 'Store|Stream|^TestPut' ./weights
	go test -timeout 30m -race -short ./engine ./weights/fetch ./wasm/networks ./wasm/worker ./web/runner \
		./server/handler ./server/jobs ./server/shares ./server/store

FUZZERS  ?= FuzzUpload:./server/handler FuzzShare:./server/handler FuzzParseRecipe:./engine FuzzCheckpoint:./engine/transfer FuzzContents:./web/envelope FuzzOpen:./web/envelope FuzzRecipeFragment:./web/envelope
FUZZTIME ?= 2s
# fuzz looks for input that breaks what reads from outside, for FUZZTIME each.
# FUZZERS are target:package. Their seeds are run by unit.
fuzz:
	@for f in $(FUZZERS); do go test -run '^$$' -fuzz "^$${f%%:*}$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$${f#*:}" || exit 1; done

# test-gpu runs the GPU's back end on two programs that stand for one: Mesa's lavapipe
# natively, and SwiftShader in Chromium's worker. What cannot be run fails. lavapipe's code is
# not optimised, as its compiler takes longer than the tests (GALLIVM_PERF). Mesa keeps it in the
# user's cache, so each shader is compiled once.
LAVAPIPE = $$(ls /usr/share/vulkan/icd.d/lvp_icd*.json 2>/dev/null | head -1)
GPU_TEST = GALLIVM_PERF=nopt VK_ICD_FILENAMES=$(LAVAPIPE) XDG_RUNTIME_DIR=$${XDG_RUNTIME_DIR:-/tmp} go test -tags gpu -count=1 -timeout 30m
GPU_RUN ?= .
test-gpu: tools gpu-tools
	@mkdir -p bin/gpu
	@$(MAKE) --no-print-directory build
	@$(MAKE) --no-print-directory -j2 gpu-paintings gpu-page

gpu-operations:
	$(GPU_TEST) -run '$(GPU_RUN)' ./engine/backend/webgpu

gpu-paintings: gpu-operations
	$(GPU_TEST) -run '^Test(GPU|Golden$$)' ./engine/transfer

gpu-page: gpu-browser
	go test -tags browser,gpu -count=1 -timeout 30m -run GraphicsCard ./web/

gpu-browser:
	$(WASM) go test -tags gpu,wasmkernels -c -o bin/gpu/bench.wasm ./engine/backend/webgpu
	$(CHROMIUM) -gpu swiftshader -timeout 30m -query "test.v=true&test.run=$(GPU_RUN)" bin/gpu $(KERNELS) $$(go env GOROOT)/lib/wasm

gpu-tools:
	@[ -n "$(LAVAPIPE)" ] && command -v spirv-val >/dev/null && exit 0; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
	if command -v apt-get >/dev/null && $$sudo true 2>/dev/null; then \
	  echo "Installing mesa-vulkan-drivers and spirv-tools with apt-get, for the tests."; \
	  $$sudo apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q mesa-vulkan-drivers libvulkan1 spirv-tools >/dev/null; \
	else \
	  echo "The tests of the GPU need Mesa's lavapipe and spirv-val. Install them with: sudo apt-get install mesa-vulkan-drivers libvulkan1 spirv-tools"; exit 1; \
	fi

# browser is the page in a real Chromium, in two tabs at a time.
browser: build axe
	go test -tags browser -count=1 -timeout 20m -parallel 2 ./web/

# browsers is the page in Chromium, Firefox and WebKit, each as it is and without some of what the
# page asks browsers for.
browsers: tools browsers-tools build
	go test -tags browser,browsers -count=1 -timeout 20m -run '^TestBrowsers$$' ./web/

browsers-tools:
	@scripts/tools.sh firefox webkit

# screenshots makes pictures of every view of the page, in bin/screenshots.
screenshots: tools build
	@mkdir -p bin/screenshots
	TRAPPED_SCREENSHOTS=$(CURDIR)/bin/screenshots go test -tags browser -count=1 -timeout 20m -run Screenshots ./web/
	@echo "The pictures are in bin/screenshots."

# bench-page measures first visits to the page in Chromium, and what they paint.
bench-page: tools build
	@set -o pipefail; TRAPPED_BENCH=1 go test -tags browser -count=1 -v -timeout 20m -run BenchPage ./web/ 2>&1 | grep -v level=

# axe gets axe-core, by which the tests look for what keeps people from using the page.
axe:
	@[ -f web/testdata/node_modules/axe-core/axe.min.js ] || \
	npm --prefix web/testdata ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null

# tools sees that Node and Chromium are there, and installs them where it may.
tools:
	@scripts/tools.sh

# prove is what takes too long for every day: the golden traces on the reference, in plain Go and in
# WebAssembly, and there the tests of everything that has no code of its own for them; and the commands
# with the race detector.
prove:
	go test -count=1 -race -short -timeout 60m ./server/command
	go test -count=1 -v -run GoldenTrace -timeout 60m ./engine/transfer -args -slow
	GOEXPERIMENT= go test -count=1 -v -run GoldenTrace/cpu -timeout 60m ./engine/transfer -args -slow
	GOEXPERIMENT= go test -count=1 -short -timeout 60m ./engine/... ./wasm/... ./weights/... ./web/envelope
	$(WASM) go test -count=1 -short -timeout 60m -exec "$(NODE)" ./engine/... ./weights/...
	$(WASM) go test -count=1 -timeout 60m -tags wasmkernels -exec "$(NODE_KERNELS) plain" ./engine/transfer

# bench measures, and compares with the run before it.
bench:
	GOBIN=$(CURDIR)/bin go install $(BENCHSTAT)
	set -o pipefail; go test -run '^$$' -bench . -count 6 -timeout 60m ./engine/backend/cpu ./engine/transfer | tee bin/bench-new.txt
	@if [ -f bin/bench-last.txt ]; then bin/benchstat bin/bench-last.txt bin/bench-new.txt; \
	else echo "There is no run before this one to compare it with."; fi
	@mv bin/bench-new.txt bin/bench-last.txt

# bench-wasm is trapped bench in WebAssembly: under Node, then in Chromium.
bench-wasm: tools bench-program
	@$(NODE_KERNELS) plain bin/bench/bench.wasm -network $(NETWORK) -size $(SIZE) -iterations $(ITERATIONS)
	@$(CHROMIUM) -query "network=$(NETWORK)&size=$(SIZE)&iterations=$(ITERATIONS)" bin/bench $(KERNELS) $$(go env GOROOT)/lib/wasm

# bench-program builds what bench-wasm and compare-wasm run.
bench-program:
	@mkdir -p bin/bench
	@$(WASM) $(BUILD) -tags wasmkernels -o bin/bench/bench.wasm ./wasm/bench

# compare-native runs VGG-19 here and in PyTorch, in turns.
compare-native: tools build
	@PYTHON=$(PYTHON) scripts/compare-native.sh $(ROUNDS) $(THREADS) $(ITERATIONS) $(COMPARE)

# compare-gpu runs the whole VGG-19 at 512 and 1024 px here on the machine's GPU, in PyTorch
# with CUDA, without TF32 and with it, and here on two threads of its processor.
compare-gpu: tools build
	@$(PYTHON) -c "import sys, torch; sys.exit(not torch.cuda.is_available())" 2>/dev/null || { echo "This needs PyTorch with CUDA, and a GPU for it."; exit 1; }
	@set -o pipefail; for size in 512 1024; do \
	  bin/trapped bench --network vgg19 --size $$size --backend webgpu --iterations 20 --json && \
	  $(PYTHON) $(COMPARE)/pytorch.py --size $$size --device cuda --iterations 20 && \
	  $(PYTHON) $(COMPARE)/pytorch.py --size $$size --device cuda --tf32 --iterations 20 && \
	  bin/trapped bench --network vgg19 --size $$size --threads 2 --iterations 1 --json || exit 1; \
	done

# compare-wasm runs VGG-19 in TensorFlow.js and here, both in Chromium on one thread.
compare-wasm: tools bench-program
	@command -v npm >/dev/null || { echo "This needs npm. Install it with: sudo apt-get install npm"; exit 1; }
	@cd $(COMPARE)/tfjs && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@set -o pipefail; { $(CHROMIUM) -page tfjs -query "size=$(SIZE)&iterations=$(ITERATIONS)" $(COMPARE)/tfjs && \
	  $(CHROMIUM) -query "network=vgg19&size=$(SIZE)&iterations=$(ITERATIONS)" bin/bench $(KERNELS) $$(go env GOROOT)/lib/wasm; \
	} | node $(COMPARE)/ratios.js

SHEET  ?= networks
SMALL  ?= fine,small
SHARED := $(or $(TRAPPED_SHARED),../shared)
# gallery paints pictures, measures them, and writes sheets to bin/gallery. SHEET=networks has six
# pairs with the networks in the program and with VGG-19, with measures, and for each pair a sheet
# of pieces three times as large; controls one pair with every preset and the main controls, notebook
# six pairs as Gatys' notebook paints them and as we do (SIZE=512; an hour), preview previews beside
# what they stand for. It needs the folder of data beside the project. SMALL is other names or
# files of networks, with commas, and PAIRS other pictures, as in
# golden_gate:the_scream,photo.png:painting.png. GALLERY=-keep takes what the last time has left.
gallery:
	@[ -d $(SHARED)/images ] || { echo "There are no pictures in $(SHARED)/images; say where they are with TRAPPED_SHARED."; exit 1; }
	go run ./weights/gallery -sheet $(SHEET) -network $(SMALL) -vgg19 $(SHARED)/vgg19/vgg19-conv1-conv3.safetensors -images $(SHARED)/images -out bin/gallery -size $(SIZE) $(if $(PAIRS),-pairs $(PAIRS)) $(GALLERY)

# clean removes what was built.
clean:
	rm -rf bin && find server/site/files -mindepth 1 ! -name README -delete
