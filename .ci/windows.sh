#!/bin/sh
# make windows: what the windows cost on a virtual desktop without a graphics card. From a click in the
# tray to a painted window, from a key to the next page, how many frames a second scrolling has, and the
# memory of the process that shows windows; see docs/performance.md. SCENES=n for another library.
set -eu
cd "$(dirname "$0")/.."
go build -buildvcs=false -tags "${TAGS:?}" -o build/lockstep-e2e .
LOCKSTEP_BENCH_SCENES=${SCENES:-500} LOCKSTEP_BIN=$PWD/build/lockstep-e2e \
    go test -tags x11,e2e -count=1 -timeout 20m -run '^$' -bench 'Window|Page|Scroll|AllPages' -benchtime "${TIMES:-3x}" ./app/e2e
CGO_ENABLED=0 go test -tags nogui -count=1 -run '^$' -bench . ./app/windows
