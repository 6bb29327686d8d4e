// Package mask takes out of what leaves this process what is nobody else's business. There
// are two things to take out, and one type for each:
//
// [Secrets] are tokens, keys and passwords. They never appear anywhere: not in the log, not
// in an error, not in an answer of the command line. Whoever learns one tells Secrets.
//
// A [Masker] replaces titles, names, paths and addresses by pseudonyms: in the report for
// support always, in the log when the settings ask for it. What Lockstep says itself is a
// message with typed arguments, and is masked by their types. What others say, such as an
// error of the system, is masked by what it looks like: quotes, paths, hosts, keys.
package mask

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lockstep/sync/message"
)

// Masker replaces names, paths, addresses and secrets in texts by pseudonyms: the same
// text always by the same one, so that a reader sees what belongs together and nothing
// else. What it was told is replaced wherever it stands; the rest is recognised by its
// form. When in doubt it masks. It is safe for concurrent use. The zero value is not
// usable; see New and Signed.
type Masker struct {
	mu    sync.Mutex
	seal  []byte            // key of Signed; nil for numbers
	names map[string]string // kind and text → pseudonym, where they are numbers
	count map[string]int
	known finder
	kept  finder
}

// New makes a masker that numbers what it masks, such as name-1. It knows no names yet.
func New() *Masker {
	return &Masker{names: map[string]string{}, count: map[string]int{}}
}

// Signed makes a masker whose pseudonyms, such as name-9f3a61, follow from the text and a
// key alone: with the same key they are the same in every process and at any time. Without
// the key nobody can try out what a text was. It remembers nothing of what it masks.
func Signed(key []byte) *Masker { return &Masker{seal: slices.Clone(key)} }

// The kinds of pseudonym.
const (
	secretKind = "secret"
	nameKind   = "name"
	fileKind   = "file"
	folderKind = "folder"
	hostKind   = "host"
	mailKind   = "mail"
	textKind   = "text"
	pathKind   = "path"
	urlKind    = "url"
)

// Secret tells the masker a token or key.
func (m *Masker) Secret(text string) { m.learn(text, secretKind) }

// Name tells the masker the title of something or the name of somebody.
func (m *Masker) Name(text string) { m.learn(text, nameKind) }

// Host tells the masker the name or number of a machine. Names that every machine has, such
// as localhost, are left out.
func (m *Masker) Host(text string) {
	if !own.MatchString(text) {
		m.learn(text, hostKind)
	}
}

// Path tells the masker a file; its name without folder and ending counts as a title.
func (m *Masker) Path(text string) {
	m.learn(text, pathKind)
	parts := segments(text)
	if len(parts) == 0 {
		return
	}
	base := parts[len(parts)-1]
	m.learn(base, nameKind)
	m.learn(strings.TrimSuffix(base, path.Ext(base)), nameKind)
}

// Keep tells the masker a text that may be read although it looks like a key.
func (m *Masker) Keep(text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept.add(text, "")
}

// keeps reports whether a whole text may be read.
func (m *Masker) keeps(text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.kept.find(text), span{0, len(text), ""})
}

func (m *Masker) learn(text, kind string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known.add(strings.TrimSpace(text), kind)
}

// Text masks a sentence, a line of a log, an error.
func (m *Masker) Text(text string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	text = clean(text)
	var b strings.Builder
	at := 0
	found := append(m.known.find(text), without(spans(text), m.kept.find(text))...)
	for _, s := range merged(found) {
		b.WriteString(text[at:s.from])
		b.WriteString(m.instead(text[s.from:s.to], s.kind))
		at = s.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// Message masks what belongs to people in a message, by the types of its arguments.
func (m *Masker) Message(said message.Message) message.Message { return said.Map(m.arg) }

func (m *Masker) arg(a message.Arg) message.Arg {
	switch a.Kind {
	case message.KindTitle, message.KindName, message.KindPath:
		a.Text = m.All(a.Text)
	case message.KindAddress:
		a.Text = m.address(a.Text)
	case message.KindDetail:
		a.Text = m.Text(a.Text)
	}
	return a
}

// address masks a host or a URL; some hosts everybody has.
func (m *Masker) address(text string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch text = clean(text); {
	case text == "" || own.MatchString(text):
		return text
	case strings.Contains(text, "://"):
		return m.url(text)
	}
	return m.pseudonym(text, hostKind)
}

// All masks a text as a whole, whatever is in it.
func (m *Masker) All(text string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	text = clean(text)
	switch {
	case text == "":
		return ""
	case isPath(text):
		return m.path(text)
	}
	return m.pseudonym(text, nameKind)
}

// instead is what stands in the place of a text. Several kinds at once are a text.
func (m *Masker) instead(text, kind string) string {
	switch kind {
	case pathKind:
		return m.path(text)
	case urlKind:
		return m.url(text)
	case textKind:
		inner := strings.Trim(text, "\"„“”")
		if isPath(inner) {
			return `"` + m.path(inner) + `"`
		}
		if addresses.FindString(inner) == inner {
			return `"` + m.url(inner) + `"`
		}
	}
	return m.pseudonym(text, kind)
}

// pseudonym numbers the texts of a kind. Letter case and quotes make no difference.
func (m *Masker) pseudonym(text, kind string) string {
	if kind == textKind || kind == nameKind {
		text, kind = strings.Trim(text, "\"„“” "), nameKind
	}
	key := kind + "\n" + strings.ToLower(text)
	if m.seal != nil {
		return kind + "-" + signature(m.seal, key)
	}
	if p, ok := m.names[key]; ok {
		return p
	}
	m.count[kind]++
	p := kind + "-" + strconv.Itoa(m.count[kind])
	m.names[key] = p
	return p
}

// signature is short: two texts in a library of thousands may share one, nobody's can be read.
func signature(key []byte, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// endings are kept: they say what a file is and nothing about it.
var endings = []string{".mp4", ".mkv", ".avi", ".mov", ".wmv", ".m4v", ".webm", ".ts", ".flv", ".jpg", ".png", ".db", ".log", ".json", ".sock"}

// path masks folder by folder, so that rules between two servers stay comparable.
func (m *Masker) path(text string) string {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "/"), `\`)
	separator := "/"
	if strings.Contains(text, `\`) {
		separator = `\`
	}
	parts := segments(text)
	out := make([]string, len(parts))
	for i, p := range parts {
		if i < len(parts)-1 {
			out[i] = m.pseudonym(p, folderKind)
			continue
		}
		end := strings.ToLower(path.Ext(p))
		if !slices.Contains(endings, end) {
			out[i] = m.pseudonym(p, folderKind)
			continue
		}
		out[i] = m.pseudonym(strings.TrimSuffix(p, path.Ext(p)), fileKind) + end
	}
	start := separator
	if len(text) > 1 && text[1] == ':' {
		start = text[:2] + separator
	} else if strings.HasPrefix(text, `\\`) {
		start = `\\`
	}
	return start + strings.Join(out, separator)
}

// segments are the folders of a path and its file, without drive.
func segments(text string) []string {
	if len(text) > 1 && text[1] == ':' {
		text = text[2:]
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == '\\' })
}

func isPath(text string) bool {
	return pathStart.MatchString(text) && len(segments(text)) > 0
}

// clean removes what could hide a text from the eye or from the masker.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
