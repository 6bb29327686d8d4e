package plan

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lockstep/sync/scene"
)

// taken stands in a title for a name that was taken out: no title holds a control character.
const taken = "\x00"

// What may stand between names, and between a name and the rest of a title.
const (
	marks = `[\s,;:&+/|·•–—-]`
	words = `(?i:and|und|with|mit|feat\.?|ft\.?|featuring)`
)

var (
	// bracketed are brackets around nothing but names.
	bracketed = regexp.MustCompile(`[(\[{](?:` + marks + `|` + words + `)*` + taken + `(?:` + marks + `|` + words + `|` + taken + `)*[)\]}]`)
	// gap is names with what joined them to the rest: before them and behind them.
	gap = regexp.MustCompile(`((?:^|\s+)` + words + `\s+|` + marks + `*)` + taken + `(?:(?:` + marks + `|` + words + `)*` + taken + `)*(\s+` + words + `(?:\s+|$)|(?:` + marks + `|[.!?…])*)`)
	// joined is a word that joins what was taken out to what stays.
	joinedBy = regexp.MustCompile(`^\s*` + words + `\s*$`)
	// apartBefore and apartBehind are what a name of one word stands apart by.
	apartBefore = regexp.MustCompile(`(?:[,;:&+/|·•–—\x00(\[{-]|(?:^|\s)` + words + `)\s*$`)
	apartBehind = regexp.MustCompile(`^\s*(?:[,;:&+/|·•–—\x00)\]}-]|` + words + `\s*\x00)`)
	lastWord    = regexp.MustCompile(`^[\s.!?…]*$`)
)

// nameless is a title without these names, and without the marks and words that joined them to
// the rest; it is empty if nothing else is in it. A name is taken out where it is whole words,
// whatever its case and Unicode form. One of a single word, which may mean something else in a
// title, is taken out only where it stands apart: beside a mark, in brackets or beside another
// name.
func nameless(title string, names []string) string {
	out := norm.NFC.String(title)
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for again := true; again; {
		again = false
		for _, n := range names {
			var found bool
			if out, found = takeOut(out, norm.NFC.String(n)); found {
				again = true
			}
		}
	}
	if !strings.Contains(out, taken) {
		return title
	}
	return line(mended(out))
}

// takeOut takes a name out of a title wherever it may be, and tells whether it was anywhere.
func takeOut(title, name string) (out string, found bool) {
	if name == "" || !strings.Contains(scene.Fold(title), scene.Fold(name)) {
		return title, false
	}
	single := !strings.ContainsFunc(name, unicode.IsSpace)
	for from := 0; ; {
		begin, end := find(title[from:], name)
		if begin < 0 {
			return title, found
		}
		begin, end = begin+from, end+from
		before, behind := title[:begin], title[end:]
		if !whole(before, title[begin:end], behind) || single && !apart(before, behind) {
			_, size := utf8.DecodeRuneInString(title[begin:])
			from = begin + size
			continue
		}
		title, found, from = before+taken+behind, true, begin+len(taken)
	}
}

// find is where a name begins and ends in a text, -1 if it does not occur.
func find(text, name string) (begin, end int) {
	want := []rune(name)
	for begin := range text {
		n, end := 0, begin
		for at, r := range text[begin:] {
			if n == len(want) || scene.Fold(string(r)) != scene.Fold(string(want[n])) {
				break
			}
			n, end = n+1, begin+at+utf8.RuneLen(r)
		}
		if n == len(want) {
			return begin, end
		}
	}
	return -1, -1
}

// whole reports that a name between two texts is no part of a longer word, such as one with an
// apostrophe or a hyphen.
func whole(before, name, behind string) bool {
	first, _ := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	if wordy(first) {
		r, size := utf8.DecodeLastRuneInString(before)
		if strings.ContainsRune("'’-", r) {
			r, _ = utf8.DecodeLastRuneInString(before[:len(before)-size])
		}
		if wordy(r) {
			return false
		}
	}
	if wordy(last) {
		r, size := utf8.DecodeRuneInString(behind)
		if strings.ContainsRune("'’-", r) {
			r, _ = utf8.DecodeRuneInString(behind[size:])
		}
		if wordy(r) {
			return false
		}
	}
	return true
}

func wordy(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }

// apart reports that a name between two texts stands apart from the rest, or is all there is.
func apart(before, behind string) bool {
	if lastWord.MatchString(before) && lastWord.MatchString(behind) {
		return true
	}
	return apartBefore.MatchString(before) || apartBehind.MatchString(behind)
}

// mended closes the gaps that names left: at either end nothing stays of what joined them, and
// in the middle one of the two marks beside them.
func mended(title string) string {
	title = bracketed.ReplaceAllString(title, taken)
	var b strings.Builder
	at := 0
	for _, m := range gap.FindAllStringSubmatchIndex(title, -1) {
		b.WriteString(title[at:m[0]])
		if m[0] > 0 && m[1] < len(title) {
			b.WriteString(between(title[m[2]:m[3]], title[m[4]:m[5]]))
		}
		at = m[1]
	}
	b.WriteString(title[at:])
	return b.String()
}

// between is what stands in the place of names between two parts of a title, of what stood
// before and behind them.
func between(before, behind string) string {
	blankBefore, blankBehind := strings.TrimSpace(before) == "", strings.TrimSpace(behind) == ""
	switch {
	case !blankBefore && !blankBehind:
		return behind
	case !blankBefore && !joinedBy.MatchString(before):
		return before
	case !blankBehind && !joinedBy.MatchString(behind):
		return behind
	case before == "" && behind == "":
		return "" // a name of marks at both ends
	}
	return " "
}
