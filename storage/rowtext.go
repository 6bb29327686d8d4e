package storage

import (
	"bytes"
	"encoding/json"

	"lockstep/sync/message"
)

// The marks of what a row of a report has, in the order in which they are stored. None of
// them can be part of a text: within one a quote is escaped.
var (
	titleMark   = []byte(`,"title":"`)
	pathMark    = []byte(`,"path":"`)
	wordsMark   = []byte(`,"words":`)
	changesMark = []byte(`,"changes":[`)
	keptMark    = []byte(`,"kept":[`)
	changeMark  = []byte(`{"field":`)
)

// rowNames reads title and path out of a stored row; "" for what is not where it belongs.
func rowNames(text []byte) (title, path string) {
	comma := bytes.IndexByte(text, ',')
	if comma < 0 || !bytes.HasPrefix(text[comma:], titleMark) {
		return "", ""
	}
	title, text = textAt(text[comma+len(titleMark):])
	if bytes.HasPrefix(text, pathMark) {
		path, _ = textAt(text[len(pathMark):])
	}
	return title, path
}

// rowFields is how many fields a stored row changes.
func rowFields(text []byte) int {
	_, changes, ok := bytes.Cut(text, changesMark)
	if !ok {
		return 0
	}
	changes, _, _ = bytes.Cut(changes, keptMark)
	return bytes.Count(changes, changeMark)
}

// rowWords reads what is said of rows. The same is said of many.
type rowWords struct {
	said  *message.Catalogue
	known map[string]string
}

// mostWords bounds what a rowWords remembers.
const mostWords = 4096

func newRowWords(said *message.Catalogue) *rowWords { return &rowWords{said, map[string]string{}} }

// of is what is said of a stored row, in lower case.
func (w *rowWords) of(text []byte) string {
	_, rest, ok := bytes.Cut(text, wordsMark)
	if !ok {
		return ""
	}
	raw := rest[:objectEnd(rest)]
	if known, ok := w.known[string(raw)]; ok {
		return known
	}
	var m message.Message
	if json.Unmarshal(raw, &m) != nil {
		return ""
	}
	words := fold(w.said.Text(m))
	if len(w.known) < mostWords {
		w.known[string(raw)] = words
	}
	return words
}

// objectEnd is where the JSON object ends that a text begins with.
func objectEnd(text []byte) int {
	deep, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			deep++
		case c == '}' || c == ']':
			if deep--; deep == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}
