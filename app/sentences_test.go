package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockstep/sync/message"
)

// told are the keys of sentences and those that hold the same with a code. A cause or an
// outcome can be a word of a closed list too, which has none.
var told = map[string]string{
	"words": "message", "hint": "hintMessage", "why": "whyMessage", "advice": "adviceMessage", "incomplete": "incompleteMessage",
	"note": "noteMessage", "error": "errorMessage", "cause": "causeMessage", "outcome": "outcomeMessage", "lines": "lineMessages",
}

// catalogue has the English texts with their blanks.
func catalogue(t *testing.T) map[message.Code]string {
	t.Helper()
	data, err := os.ReadFile("../sync/message/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[message.Code]string
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// unsaid tells which sentences of a document have no code, arguments and words.
func unsaid(texts map[message.Code]string, at string, doc any) (all []string) {
	switch v := doc.(type) {
	case []any:
		for i, x := range v {
			all = append(all, unsaid(texts, fmt.Sprintf("%s[%d]", at, i), x)...)
		}
	case map[string]any:
		if _, ok := v["code"].(string); ok && v["args"] != nil {
			_, err := messageFrom(texts, v)
			if err != nil {
				return []string{at + ": " + err.Error()}
			}
			return nil
		}
		for key, x := range v {
			all = append(all, unsaid(texts, at+"."+key, x)...)
			all = append(all, alone(at, key, v)...)
		}
	}
	return all
}

// alone tells of a sentence that does not stand beside its message.
func alone(at, key string, v map[string]any) []string {
	other, ok := told[key]
	if !ok || at == "status" && key == "words" {
		return nil // the line of the tray, which is made of the other keys
	}
	switch said := v[key].(type) {
	case string:
		if said == "" || v[other] == nil && (key == "cause" || key == "outcome") && !strings.Contains(said, " ") {
			return nil
		}
		if m, _ := v[other].(map[string]any); m["words"] == said {
			return nil
		}
	case []any:
		if same(said, v[other]) || key == "words" && same(said, v["messages"]) {
			return nil
		}
	default:
		return nil
	}
	return []string{fmt.Sprintf("%s.%s is %q and %s is %v", at, key, v[key], other, v[other])}
}

// same reports whether a list of sentences stands beside the list of their messages.
func same(said []any, messages any) bool {
	all, ok := messages.([]any)
	if !ok || len(all) != len(said) {
		return false
	}
	for i, m := range all {
		words, _ := m.(map[string]any)
		if said[i] != "" && words["words"] != said[i] {
			return false
		}
	}
	return true
}

var blanks = regexp.MustCompile(`\{([0-9]+) ([a-z]+)[^}]*\}`)

// messageFrom reads a message as programs do, and checks it against the catalogue.
func messageFrom(texts map[message.Code]string, v map[string]any) (message.Message, error) {
	code := message.Code(v["code"].(string))
	text, known := texts[code]
	if !known {
		return message.None, fmt.Errorf("%q is not in the catalogue", code)
	}
	given, _ := v["args"].([]any)
	var args []message.Arg
	for _, x := range given {
		a, err := argFrom(texts, x)
		if err != nil {
			return message.None, fmt.Errorf("%s: %w", code, err)
		}
		args = append(args, a)
	}
	for _, b := range blanks.FindAllStringSubmatch(text, -1) {
		var n int
		_, _ = fmt.Sscan(b[1], &n) // the pattern lets nothing but digits through
		if n > len(args) || args[n-1].Kind != kindOf(b[2]) {
			return message.None, fmt.Errorf("%s wants a %s as argument %d of %v", code, b[2], n, given)
		}
	}
	m := message.New(code, args...)
	if m.String() != v["words"] {
		return message.None, fmt.Errorf("%s is %q, want %q", code, v["words"], m)
	}
	return m, nil
}

func kindOf(blank string) message.Kind {
	switch blank {
	case "plural":
		return message.KindCount
	case "clauses", "sentences", "dots":
		return message.KindList
	}
	return message.Kind(blank)
}

// argFrom reads an argument whose value must be of the type its kind promises.
func argFrom(texts map[message.Code]string, doc any) (message.Arg, error) {
	v, _ := doc.(map[string]any)
	a := message.Arg{}
	kind, _ := v["kind"].(string)
	a.Kind = message.Kind(kind)
	var ok bool
	switch a.Kind {
	case message.KindTitle, message.KindPath, message.KindName, message.KindAddress, message.KindWord, message.KindDetail:
		a.Text, ok = v["value"].(string)
	case message.KindCount, message.KindNumber:
		var n float64
		n, ok = v["value"].(float64)
		a.Number = int64(n)
	case message.KindSpan:
		var seconds float64
		seconds, ok = v["value"].(float64)
		a.Number = int64(time.Duration(seconds * float64(time.Second)).Round(time.Microsecond))
	case message.KindTime, message.KindDay:
		text, _ := v["value"].(string)
		at, err := time.Parse(time.RFC3339, text)
		a.Time, ok = at, err == nil
	case message.KindMessage:
		var inner map[string]any
		if inner, ok = v["value"].(map[string]any); ok {
			m, err := messageFrom(texts, inner)
			a.Message = &m
			return a, err
		}
	case message.KindList:
		var list []any
		list, ok = v["value"].([]any)
		for _, x := range list {
			item, err := argFrom(texts, x)
			if err != nil {
				return a, err
			}
			a.List = append(a.List, item)
		}
	}
	if !ok {
		return a, fmt.Errorf("no argument: %v", doc)
	}
	return a, nil
}

func TestSentencesWithoutTheirMessageAreFound(t *testing.T) {
	t.Parallel()
	texts := catalogue(t)
	good := `{"words":"The address of Plex is not set.","message":{"code":"command.no-address","args":[{"kind":"word","value":"Plex"}],"words":"The address of Plex is not set."},` +
		`"cause":"edited","lines":["a"],"lineMessages":[{"code":"other","args":[{"kind":"detail","value":"a"}],"words":"a"}]}`
	for name, c := range map[string]struct{ from, to, want string }{
		"as it is":         {"", "", ""},
		"no message":       {`"message":{`, `"other":{`, "doc.words"},
		"other words":      {`"words":"The address of Plex is not set.","message"`, `"words":"Plex.","message"`, "doc.words"},
		"an unknown code":  {`command.no-address`, `command.nothing`, "not in the catalogue"},
		"another kind":     {`"kind":"word"`, `"kind":"title"`, "wants a word"},
		"another type":     {`"value":"Plex"`, `"value":7`, "no argument"},
		"other arguments":  {`"value":"Plex"`, `"value":"Stash"`, "want"},
		"a line less":      {`"lineMessages":[{`, `"lineMessages":[],"rest":[{`, "doc.lines"},
		"a cause in words": {`"cause":"edited"`, `"cause":"it was edited"`, "doc.cause"},
	} {
		var doc any
		if err := json.Unmarshal([]byte(strings.Replace(good, c.from, c.to, 1)), &doc); err != nil {
			t.Fatal(name, err)
		}
		got := strings.Join(unsaid(texts, "doc", doc), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
