#!/bin/sh
# Names the tests of packages that have two sizes, as a pattern for go test -run: with
# -race and -short they are smaller, or left out. All others are the same in both and need
# not run twice. One that asks for its size anywhere but in the test itself would be missed, so that
# fails.
set -eu
awk '
    /^func / { name = ""; if (match($0, /^func Test[A-Za-z0-9_]*/)) name = substr($0, 6, RLENGTH - 5); helper = /^func withoutRace\(/ }
    /testing\.Short\(\)|withoutRace\(t\)/ && !helper {
        if (name == "") { print FILENAME ":" FNR ": asks for the size of a test outside of it" > "/dev/stderr"; bad = 1 }
        else if (!(name in seen)) { seen[name]; list = list (list == "" ? "" : "|") name }
    }
    END { if (bad || list == "") exit 1; print "^(" list ")$" }
' $(printf '%s/*_test.go ' "$@")
