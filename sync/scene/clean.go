package scene

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Clean drops what must not reach a screen or a database: invalid UTF-8, control
// characters, bidirectional overrides, zero-width characters. Line ends become "\n" when
// kept and a space otherwise.
func Clean(s string, keepLines bool) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	s = strings.ReplaceAll(s, "\r\n", "\n")
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		switch {
		case keepLines && isLineEnd(r):
			b.WriteByte('\n')
		case unicode.IsSpace(r) || isLineEnd(r):
			b.WriteByte(' ')
		case IsJoiner(r) && !joins(runes, i), unicode.IsControl(r), isInvisible(r):
		default:
			b.WriteRune(r)
		}
	}
	// What stood apart may compose now.
	return norm.NFC.String(b.String())
}

func isLineEnd(r rune) bool {
	return r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// IsJoiner recognises the zero-width joiner and non-joiner.
func IsJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

// joins reports a joiner that does something: between two characters of an emoji or of
// a script that needs it. Beside ASCII, spaces or another joiner it only hides.
func joins(runes []rune, i int) bool {
	if i == 0 || i == len(runes)-1 {
		return false
	}
	return shapes(runes[i-1]) && shapes(runes[i+1])
}

func shapes(r rune) bool {
	return r > unicode.MaxASCII && !unicode.IsSpace(r) && !unicode.IsControl(r) && !IsJoiner(r) && !isInvisible(r)
}

// isInvisible recognises format characters without a place in metadata.
func isInvisible(r rune) bool {
	switch {
	case r == '\u00ad', r == '\u061c', r == '\u180e', r == '\u200b', r == '\ufeff', // soft hyphen, marks, zero width
		r == '\u200e', r == '\u200f', '\u202a' <= r && r <= '\u202e', '\u2060' <= r && r <= '\u206f',
		'\ufff9' <= r && r <= '\ufffb', 0xe0000 <= r && r <= 0xe007f:
		return true
	}
	return false
}
