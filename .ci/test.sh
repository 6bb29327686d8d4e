#!/bin/sh
# make test: from the quick checks to the slow ones. Fyne's C parts take minutes
# to compile once per flavour, so there is one flavour with them (x11), compiled
# while the checks that need none run.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build

say() { printf '\n== %s\n' "$*"; }

go build -buildvcs=false -tags x11 -o build/lockstep-e2e . >build/desktop.log 2>&1 &
desktop=$!
trap 'kill "$desktop" 2>/dev/null || true' EXIT

say "headless build, static"
CGO_ENABLED=0 go build -buildvcs=false -tags nogui -o build/lockstep-headless .
if readelf -d build/lockstep-headless | grep NEEDED; then
    echo "build/lockstep-headless links the libraries above and would not start without them" >&2
    exit 1
fi
CGO_ENABLED=0 go test -tags nogui .

say "desktop build"
if ! wait "$desktop"; then
    cat build/desktop.log >&2
    exit 1
fi
trap - EXIT

say "linters"
.ci/lint.sh

say "unit tests, -race; the largest scenarios of the engine in a smaller size"
# The engine takes longest and comes first, so that it does not run alone at the end.
go test -race -short -tags x11 -timeout 20m ./sync/engine \
    $(go list -tags x11 ./... | grep -v -e '^lockstep$' -e '/app/e2e$' -e '/sync/engine$')

# Only the tests that are smaller above: all others would do the same once more.
say "scenarios of the engine in full size, every state of the verdict, pictures of the windows"
sizes=$(.ci/sizes.sh sync/engine sync/health app/windows)
go test -tags x11 -timeout 20m -parallel 4 -run "$sizes" ./sync/engine ./sync/health ./app/windows

say "end to end"
LOCKSTEP_BIN=$PWD/build/lockstep-e2e go test -tags x11,e2e -count=1 -timeout 8m ./app/e2e
