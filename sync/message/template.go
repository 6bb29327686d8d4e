package message

import (
	"regexp"
	"strconv"
	"strings"
)

// piece is a fixed part of a text, or a blank.
type piece struct {
	text  string   // of a fixed part
	arg   int      // number of the argument, zero for a fixed part
	as    string   // kind of the argument, or one of the forms below
	forms []string // of a count: for one, for any other number
}

// What a blank may ask for beside a kind.
const (
	asPlural    = "plural"    // of a count: the form alone, without the number
	asList      = "list"      // of a list: one, two, three
	asClauses   = "clauses"   // of a list: set apart by semicolons
	asSentences = "sentences" // of a list: each as a sentence
	asDots      = "dots"      // of a list: set apart by middle dots
)

var separators = map[string]string{asList: ", ", asClauses: "; ", asSentences: " ", asDots: " · "}

// blank is a number, a kind, and the forms of a count: {1 path}, {2 count scene|scenes}.
var blank = regexp.MustCompile(`\{([0-9]+) ([a-z]+)(?: ([^{}|]*)\|([^{}|]*))?\}`)

func pieces(text string) []piece {
	var out []piece
	end := 0
	for _, at := range blank.FindAllStringSubmatchIndex(text, -1) {
		if at[0] > end {
			out = append(out, piece{text: text[end:at[0]]})
		}
		n, _ := strconv.Atoi(text[at[2]:at[3]])
		p := piece{arg: n, as: text[at[4]:at[5]]}
		if at[6] >= 0 {
			p.forms = []string{text[at[6]:at[7]], text[at[8]:at[9]]}
		}
		out = append(out, p)
		end = at[1]
	}
	if end < len(text) {
		out = append(out, piece{text: text[end:]})
	}
	return out
}

// form is the form of a word for so many. English and German have one for one thing alone
// and one for any other number.
func (p piece) form(n int64) string {
	if p.forms == nil {
		return ""
	}
	if n == 1 {
		return p.forms[0]
	}
	return p.forms[1]
}

// kind is the kind of argument a blank is for.
func (p piece) kind() Kind {
	switch p.as {
	case asPlural:
		return KindCount
	case asClauses, asSentences, asDots:
		return KindList
	}
	return Kind(strings.TrimSpace(p.as))
}
