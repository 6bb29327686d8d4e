#!/bin/sh
# make e2e: builds the app with Fyne's thread checks on and drives it like a user.
set -eu
cd "$(dirname "$0")/.."
go build -buildvcs=false -tags x11 -o build/lockstep-e2e .
LOCKSTEP_BIN=$PWD/build/lockstep-e2e go test -tags x11,e2e -count=1 -timeout 8m ./app/e2e "$@"
