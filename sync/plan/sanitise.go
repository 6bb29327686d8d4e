package plan

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/sync/scene"
)

const (
	// maxLine is the width of Plex's columns for titles, studios and tag names.
	maxLine = 255
	// maxText is the longest summary in characters, as in the tool Lockstep replaces.
	maxText = 10_000
	// maxEncoded is the longest summary in bytes as it travels: it cannot be split over
	// several requests, common proxies stop at 8 kB and the rest of the edit needs room.
	maxEncoded = 5_500
	// ellipsis ends a summary that was cut.
	ellipsis = "…"
)

// line cleans a single-line value: no control characters, single spaces, at most
// maxLine characters.
func line(s string) string {
	s = strings.Join(strings.Fields(scene.Clean(s, false)), " ")
	return cut(s, maxLine, len(s)*3)
}

// text cleans a value of several lines. Line breaks stay, at most one empty line in a
// row, and the whole fits into one request; short tells that it had to be shortened.
func text(s string) (out string, short bool) {
	var lines []string
	for l := range strings.SplitSeq(scene.Clean(s, true), "\n") {
		l = strings.Join(strings.Fields(l), " ")
		if l == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, l)
	}
	s = strings.TrimSpace(strings.Join(lines, "\n"))
	if utf8.RuneCountInString(s) <= maxText && encodedLen(s) <= maxEncoded {
		return s, false
	}
	return cut(s, maxText-1, maxEncoded-encodedLen(ellipsis)) + ellipsis, true
}

// cut shortens s to so many characters and encoded bytes, at the last space when that
// lies beyond 80 % of what fits, and never inside a combined character.
func cut(s string, runes, encoded int) string {
	fits, n, size := 0, 0, 0
	for i, r := range s {
		size += encodedLen(string(r))
		if n++; n > runes || size > encoded {
			return boundary(s, i)
		}
		fits = i + utf8.RuneLen(r)
	}
	return s[:fits]
}

func boundary(s string, end int) string {
	head := s[:end]
	next, _ := utf8.DecodeRuneInString(s[end:])
	if space := strings.LastIndexFunc(head, unicode.IsSpace); !unicode.IsSpace(next) && space*5 > len(head)*4 {
		head = head[:space]
	} else {
		for head != "" && (unicode.Is(unicode.M, next) || scene.IsJoiner(next)) {
			var size int
			next, size = utf8.DecodeLastRuneInString(head)
			head = head[:len(head)-size]
		}
	}
	return strings.TrimRightFunc(head, func(r rune) bool { return unicode.IsSpace(r) || scene.IsJoiner(r) })
}

// encodedLen is the length of s percent-encoded in a query.
func encodedLen(s string) int {
	n := 0
	for i := range len(s) {
		if c := s[i]; 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			n++
		} else {
			n += 3
		}
	}
	return n
}
