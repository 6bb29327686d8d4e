package scene

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which two names are the same name: Unicode NFC without regard
// to case. Plex compares tag names like this, so two names with equal folds are one
// tag. The result is for comparison and keys only, never for display.
func Fold(s string) string {
	folded := strings.Map(foldRune, norm.NFC.String(s))
	// Lower case may compose where upper case could not: H with a macron below.
	return norm.NFC.String(folded)
}

// foldRune picks one member of the rune's case orbit, so that all members (K, k and
// the Kelvin sign) end up the same.
func foldRune(r rune) rune {
	least := r
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		least = min(least, o)
	}
	return unicode.ToLower(least)
}
