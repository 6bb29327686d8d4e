package message

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

//go:embed en.json
var english []byte

//go:embed de.json
var german []byte

// Catalogue has the texts of all messages in one language.
type Catalogue struct {
	texts map[Code][]piece
}

var (
	englishOnce = sync.OnceValue(func() *Catalogue { return load(english) })
	germanOnce  = sync.OnceValue(func() *Catalogue { return load(german) })
)

// English is the catalogue of the log, of errors and of JSON output.
func English() *Catalogue { return englishOnce() }

// In is the catalogue of a language by its two letters; English for one there is none for.
func In(language string) *Catalogue {
	if language == "de" {
		return germanOnce()
	}
	return englishOnce()
}

func load(data []byte) *Catalogue {
	var texts map[Code]string
	if err := json.Unmarshal(data, &texts); err != nil {
		panic(err) // the file is part of the program, and tested
	}
	c := &Catalogue{texts: make(map[Code][]piece, len(texts))}
	for code, text := range texts {
		c.texts[code] = pieces(text)
	}
	return c
}

// Format writes what a language and a place write in their own way.
type Format interface {
	Count(n int64) string
	Number(n int64) string
	Span(d time.Duration) string
	Time(t time.Time) string
	Day(t time.Time) string
}

// Known reports whether there is a message with this code.
func Known(code Code) bool { _, ok := English().texts[code]; return ok }

// Say is a message in the language of the catalogue, as its text is: with a full stop or
// without. What has no text, such as a message of a newer Lockstep, is said as its code.
func (c *Catalogue) Say(m Message, f Format) string {
	if m.IsZero() {
		return ""
	}
	text, ok := c.texts[m.Code]
	if !ok {
		return string(m.Code)
	}
	var b strings.Builder
	args := m.Args()
	for _, p := range text {
		b.WriteString(c.fill(p, args, f))
	}
	return b.String()
}

// Text is a message with numbers and times as programs write them: for searching and for
// the log.
func (c *Catalogue) Text(m Message) string { return c.Say(m, plain{}) }

// Sentence is a message as a sentence of its own: it begins with a capital and ends with a
// full stop. A name at its beginning stays as it is.
func (c *Catalogue) Sentence(m Message, f Format) string {
	words := c.Say(m, f)
	if c.begins(m) {
		words = capital(words)
	}
	if r, _ := utf8.DecodeLastRuneInString(words); words == "" || strings.ContainsRune(".?!…", r) {
		return words
	}
	return words + "."
}

// Heading is a message with a capital and without a full stop.
func (c *Catalogue) Heading(m Message, f Format) string {
	words := Clause(c.Say(m, f))
	if c.begins(m) {
		return capital(words)
	}
	return words
}

// Clause is a message without its full stop, to be part of something longer.
func (c *Catalogue) Clause(m Message, f Format) string { return Clause(c.Say(m, f)) }

// Clause takes the full stop off words.
func Clause(words string) string { return strings.TrimSuffix(words, ".") }

// begins reports whether a message begins with words of the catalogue, not with something
// that belongs to somebody.
func (c *Catalogue) begins(m Message) bool {
	text := c.texts[m.Code]
	if len(text) == 0 || text[0].arg == 0 {
		return true
	}
	a, ok := arg(m.Args(), text[0].arg)
	for ok && a.Kind == KindList && len(a.List) > 0 {
		a = a.List[0]
	}
	return ok && a.Kind == KindMessage && c.begins(*a.Message)
}

func capital(words string) string {
	r, n := utf8.DecodeRuneInString(words)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + words[n:]
}

func arg(args []Arg, n int) (Arg, bool) {
	if n < 1 || n > len(args) {
		return Arg{}, false
	}
	return args[n-1], true
}

// fill is a piece of a text with its blank filled in.
func (c *Catalogue) fill(p piece, args []Arg, f Format) string {
	if p.arg == 0 {
		return p.text
	}
	a, ok := arg(args, p.arg)
	if !ok {
		return "…"
	}
	switch {
	case p.as == asPlural:
		return p.form(a.Number)
	case a.Kind == KindCount && p.forms != nil:
		return f.Count(a.Number) + " " + p.form(a.Number)
	case a.Kind == KindList:
		return c.list(p.as, a.List, f)
	}
	return c.value(a, f)
}

func (c *Catalogue) list(as string, args []Arg, f Format) string {
	parts := make([]string, 0, len(args))
	for _, a := range args {
		if as == asSentences && a.Kind == KindMessage {
			parts = append(parts, c.Sentence(*a.Message, f))
			continue
		}
		parts = append(parts, c.value(a, f))
	}
	return strings.Join(parts, separators[as])
}

// value is an argument as people read it.
func (c *Catalogue) value(a Arg, f Format) string {
	switch a.Kind {
	case KindCount:
		return f.Count(a.Number)
	case KindNumber:
		return f.Number(a.Number)
	case KindSpan:
		return f.Span(time.Duration(a.Number))
	case KindTime:
		return f.Time(a.Time)
	case KindDay:
		return f.Day(a.Time)
	case KindMessage:
		return c.Clause(*a.Message, f)
	case KindList:
		return c.list(asList, a.List, f)
	}
	return a.Text
}
