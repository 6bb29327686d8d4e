#!/bin/sh
# make lint: any finding fails. The linters and the reason for each are in
# .golangci.yml, their versions in .ci/tools/go.mod.
set -eu
cd "$(dirname "$0")/.."
code=0
mkdir -p build/tools

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
    echo "gofmt -w is wanted for:" "$unformatted" >&2
    code=1
fi

CGO_ENABLED=0 go vet -tags nogui ./... || code=1

# Compiled once and kept. On a machine that cannot fetch them the other checks still say something.
if go -C .ci/tools build -buildvcs=false -o ../../build/tools/ tool; then
    build/tools/golangci-lint run --allow-parallel-runners || code=1
    dead=$(build/tools/deadcode -test -tags x11,e2e,pictures ./...)
    if [ -n "$dead" ]; then
        printf 'nobody calls these, no test either:\n%s\n' "$dead" >&2
        code=1
    fi
elif [ -n "${CI:-}" ]; then
    code=1
fi
exit "$code"
