# make help lists the targets. The scripts they call are in .ci/.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -X main.version=$(VERSION)

# The version comes from LDFLAGS; Go's own stamp would only make builds fail in
# a checkout that belongs to somebody else.
GO := go
BUILD := $(GO) build -buildvcs=false

# Fyne's Wayland half needs more -dev packages; X11 runs on both. migrated_fynedo
# turns Fyne's thread checks off: right for a release, while the end-to-end tests want them.
# no_emoji leaves out Fyne's own emoji, which would be read once for each style of text, 9 MB in all,
# also where there are none: those of the system are found when a title has one.
TAGS := x11,migrated_fynedo,no_emoji

.DEFAULT_GOAL := help
.PHONY: help demo pictures test unit e2e build headless package bench windows lists soak preview lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## build, and run against simulated servers (without a desktop: pictures in demo-out/)
	@.ci/setup.sh $(if $(DISPLAY)$(WAYLAND_DISPLAY),build,desktop)
	$(BUILD) -tags $(TAGS),pictures -ldflags '$(LDFLAGS)' -o build/lockstep-demo .
	@.ci/demo.sh

test: ## every check: format, vet, unit tests with -race, static build, end to end
	@.ci/setup.sh desktop
	@.ci/test.sh

pictures: ## every page in every state, size and language, drawn without a display, in pictures-out/
	@.ci/setup.sh go
	mkdir -p pictures-out
	LOCKSTEP_SHOTS=$(CURDIR)/pictures-out CGO_ENABLED=0 $(GO) test -tags nogui -count=1 -run 'Drawn|German' ./app/windows

unit: ## unit tests alone, without -race, cgo or a display
	@.ci/setup.sh go
	CGO_ENABLED=0 $(GO) test -tags nogui ./...

e2e: ## end-to-end tests alone: the built app on a display and a session bus of its own
	@.ci/setup.sh desktop
	@.ci/e2e.sh

build: ## the desktop app: build/lockstep
	@.ci/setup.sh build
	$(BUILD) -tags $(TAGS) -ldflags '$(LDFLAGS)' -o build/lockstep .

headless: ## the app for servers, static, without a window or cgo: build/lockstep-headless
	@.ci/setup.sh go
	CGO_ENABLED=0 $(BUILD) -tags nogui -trimpath -ldflags '-s -w $(LDFLAGS)' -o build/lockstep-headless .

package: ## archives to install from, in dist/
	@.ci/setup.sh package
	@VERSION='$(VERSION)' TAGS='$(TAGS)' .ci/package.sh

bench: ## benchmarks: scenes/s, requests/scene, peak memory
	@.ci/setup.sh go
	CGO_ENABLED=0 $(GO) test -tags nogui -run '^$$' -bench . -benchmem -timeout 30m ./sync/... ./storage/... ./app/...

windows: ## what windows cost: click to painted, page switch, scrolling, memory; SCENES=n for another library
	@.ci/setup.sh desktop
	@TAGS='x11,no_emoji' SCENES=$(SCENES) .ci/windows.sh

lists: ## what reports of 20 000 and 100 000 rows cost a window: memory, frames a second, searches
	@.ci/setup.sh desktop
	@.ci/lists.sh

soak: ## every request with every fault, and half an hour of random faults; SPAN=5m and SEED=n for less, and for the same again
	@.ci/setup.sh go
	CGO_ENABLED=0 LOCKSTEP_SOAK=$(or $(SPAN),30m) LOCKSTEP_SOAK_SEED=$(SEED) $(GO) test -tags nogui -run '^Test(Soak|WhateverFails)' -v -timeout 2h ./sync/engine

preview: ## a preview is what is then written, in 10 000 random libraries with faults; CHECKS=n for another number
	@.ci/setup.sh go
	TMPDIR=$(firstword $(wildcard /dev/shm) /tmp) GOGC=400 CGO_ENABLED=0 $(GO) test -tags nogui -v -timeout 1h -parallel 4 -run '^TestAPreviewIsWhatIsThenWritten$$' ./sync/worker -rapid.checks=$(or $(CHECKS),10000)

lint: ## gofmt, vet, the linters of .golangci.yml, dead code
	@.ci/setup.sh build
	@.ci/lint.sh

clean: ## remove what the other targets made
	rm -rf build dist demo-out pictures-out
