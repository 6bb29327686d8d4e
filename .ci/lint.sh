#!/bin/sh
# make lint: any finding fails.
set -eu
cd "$(dirname "$0")/.."
code=0

unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
    echo "gofmt -w is wanted for:" "$unformatted" >&2
    code=1
fi
CGO_ENABLED=0 go vet -tags nogui ./... || code=1
go vet -tags x11,e2e,pictures ./... || code=1

# Run by exact version and outside go.mod: the app itself does not depend on it.
staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2
if go run "$staticcheck" -version >/dev/null 2>&1; then
    CGO_ENABLED=0 go run "$staticcheck" -tags nogui ./... || code=1
    go run "$staticcheck" -tags x11,e2e ./... || code=1
else
    echo "lint: $staticcheck cannot be fetched here, left out" >&2
fi
exit "$code"
