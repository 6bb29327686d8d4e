package present

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"lockstep/sync/scene"
)

// said has the sentences that others make, mostly the engine and its adapters, with the
// German one of each. They come as finished English text, may have been stored long ago
// or sent by another process, and are told apart by their fixed parts. Blanks are %s for
// a name or other text that stays as it is, %v for words that are heard in turn, %l for
// a list of such words, %d for a whole number and %t for a time in RFC 3339.
//
//go:embed heard.json
var said []byte

// heardSentence is one sentence with blanks: the fixed parts around them, and what each
// takes.
type heardSentence struct {
	english, german string
	parts           []string
	verbs           []byte
}

// day2006 is how the sentences about single fields write a day.
const day2006 = "2 Jan 2006"

var blanks = regexp.MustCompile(`%[svlcdt]`)

var heardOf = sync.OnceValue(func() (all struct {
	whole map[string]string
	open  []heardSentence
}) {
	var m map[string]string
	if err := json.Unmarshal(said, &m); err != nil {
		panic(err) // the file is part of the program, and tested
	}
	all.whole = map[string]string{}
	for english, german := range m {
		s := heardSentence{english: english, german: german, parts: blanks.Split(english, -1)}
		for _, v := range blanks.FindAllString(english, -1) {
			s.verbs = append(s.verbs, v[1])
		}
		if len(s.verbs) == 0 {
			all.whole[english] = german
			continue
		}
		all.open = append(all.open, s)
	}
	slices.SortFunc(all.open, func(a, b heardSentence) int { // what is fixed most is tried first
		if d := fixed(b) - fixed(a); d != 0 {
			return d
		}
		return strings.Compare(a.english, b.english)
	})
	return all
})

func fixed(s heardSentence) int { return len(strings.Join(s.parts, "")) }

// Heard says what others said, in the language chosen: a fault, a hint, a reason. What
// nobody knows, such as a server's own text, stays as it is.
func Heard(words string) string { return Moment{}.Heard(words) }

// Heard is Heard with the times in the sentence written for this moment.
func (m Moment) Heard(words string) string {
	out, _ := m.heard(words)
	return out
}

func (m Moment) heard(words string) (string, bool) {
	if words == "" {
		return "", true
	}
	if out, ok := m.single(words); ok {
		return out, true
	}
	if out, ok := m.sentences(words); ok {
		return out, true
	}
	if out, ok := m.open(words); ok {
		return out, true
	}
	if out, ok := m.headed(words); ok {
		return out, true
	}
	if out, ok := m.clauses(words); ok {
		return out, true
	}
	if head, tail, ok := strings.Cut(words, ": "); ok {
		if begin, known := m.single(head); known {
			return begin + ": " + m.Heard(tail), true
		}
	}
	return words, false
}

// single is a sentence without blanks, with or without its full stop, begun with a
// capital or not.
func (m Moment) single(words string) (string, bool) {
	bare := strings.TrimSuffix(words, ".")
	stop := words[len(bare):]
	for _, w := range []string{bare, lower(bare), upper(bare)} {
		for _, form := range []string{w, w + "."} {
			out, ok := whole(form)
			if !ok {
				continue
			}
			if w != bare && w == lower(bare) {
				out = upper(out)
			}
			return strings.TrimSuffix(out, ".") + stop, true
		}
	}
	return words, false
}

// whole looks a sentence up as it is.
func whole(words string) (string, bool) {
	c := spoken.Load()
	if german, ok := heardOf().whole[words]; ok {
		if c == nil {
			return words, true
		}
		return german, true
	}
	if c == nil {
		return words, false
	}
	out, ok := (*c)[words]
	return out, ok
}

var sentenceEnd = regexp.MustCompile(`[.?] [A-Z]`)

// sentences hears one sentence after the other; it is false when one is not known.
func (m Moment) sentences(words string) (string, bool) {
	at := sentenceEnd.FindStringIndex(words)
	if at == nil {
		return words, false
	}
	cut := at[0] + 1
	first, known := m.heard(words[:cut])
	if !known {
		return words, false
	}
	rest, known := m.heard(words[cut+1:])
	return first + " " + rest, known
}

// clauses hears what semicolons set apart, the longest known beginning first: a
// sentence may have one of its own.
func (m Moment) clauses(words string) (string, bool) {
	for end := strings.LastIndex(words, "; "); end >= 0; end = strings.LastIndex(words[:end], "; ") {
		if first, known := m.clause(words[:end]); known {
			return first + "; " + m.Heard(words[end+2:]), true
		}
	}
	first, rest, ok := strings.Cut(words, "; ")
	if !ok {
		return words, false
	}
	return first + "; " + m.Heard(rest), true
}

func (m Moment) clause(words string) (string, bool) {
	if out, ok := m.single(words); ok {
		return out, true
	}
	if out, ok := m.open(words); ok {
		return out, true
	}
	return m.headed(words)
}

// headed is a known beginning followed by what it is about: "title: …", "summary kept: …".
func (m Moment) headed(words string) (string, bool) {
	if head, tail, ok := strings.Cut(words, ": "); ok {
		if begin, known := m.single(head); known {
			tail, known = m.heard(tail)
			return begin + ": " + tail, known
		}
	}
	head, tail, ok := strings.Cut(words, " ")
	if !ok || !slices.Contains(scene.Fields(), scene.Field(head)) {
		return words, false
	}
	tail, ok = m.heard(tail)
	return T(head) + " " + tail, ok
}

// open is a sentence with blanks.
func (m Moment) open(words string) (string, bool) {
	for _, s := range heardOf().open {
		if out, ok := m.fill(s, words); ok {
			return out, true
		}
		if c := lower(words); c != words {
			if out, ok := m.fill(s, c); ok {
				return upper(out), true
			}
		}
	}
	return words, false
}

// fill says a sentence if the words are it, with or without its full stop.
func (m Moment) fill(s heardSentence, words string) (string, bool) {
	bare := strings.TrimSuffix(words, ".")
	taken, ok := s.taken(bare)
	if !ok {
		return "", false
	}
	for i, v := range s.verbs {
		if taken[i], ok = m.blank(v, taken[i]); !ok {
			return "", false
		}
	}
	form := s.german
	if spoken.Load() == nil {
		form = s.english
	}
	if strings.HasSuffix(s.english, ".") {
		form = strings.TrimSuffix(form, ".")
	}
	i := -1
	return blanks.ReplaceAllStringFunc(form, func(string) string { i++; return taken[i] }) + words[len(bare):], true
}

// taken is what words without their full stop have in the blanks of a sentence, nothing
// of it empty; false when they are another sentence.
func (s heardSentence) taken(words string) ([]string, bool) {
	last := len(s.parts) - 1
	rest, begins := strings.CutPrefix(words, s.parts[0])
	rest, ends := strings.CutSuffix(rest, strings.TrimSuffix(s.parts[last], "."))
	if !begins || !ends {
		return nil, false
	}
	out := make([]string, len(s.verbs))
	for i := range out {
		out[i] = rest
		if i+1 < last {
			var ok bool
			if out[i], rest, ok = strings.Cut(rest, s.parts[i+1]); !ok {
				return nil, false
			}
		}
		if out[i] == "" {
			return nil, false
		}
	}
	return out, true
}

// quotes are what sentences put around names, in English and as T has them.
var quotes = strings.NewReplacer("“", "„", "”", "“")

// blank is what stands in a blank, as it is said.
func (m Moment) blank(verb byte, words string) (string, bool) {
	switch verb {
	case 'v':
		return m.Heard(words), true
	case 'l':
		names := strings.Split(words, ", ")
		for i, n := range names {
			names[i] = m.Heard(n)
		}
		return list(names), true
	case 'c':
		return Cause(words), true
	case 'd':
		return number(words)
	case 's':
		if spoken.Load() != nil {
			return quotes.Replace(words), true
		}
	case 't':
		if at, err := time.Parse(time.RFC3339, words); err == nil {
			return m.Clock(at), true
		}
		at, err := time.Parse(day2006, words)
		return m.Day(at.Add(day / 2)), err == nil // noon is that day in nearly every zone
	}
	return words, true
}
