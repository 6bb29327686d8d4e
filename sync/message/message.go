// Package message is how everything below the surfaces says something to people: a code
// from a closed list and the arguments that belong to it, never a finished sentence. What
// is stored and sent are these two; the sentence is made at the edge, by one catalogue for
// each language, of which English is the first. The log and the text of errors are English.
//
// A new message is a constant in one of the files codes_*.go, a text in en.json and one in
// de.json. See "How to write a message" in CONTRIBUTING.md.
package message

import (
	"encoding/json"
	"slices"
)

// Code identifies a message. Codes are stored and part of the JSON output; the list of all
// is the English catalogue.
type Code string

// Message is what is said: a code and what fills the blanks of its text. The zero value
// says nothing. Two messages are equal when they say the same.
type Message struct {
	Code Code
	args string // the arguments as JSON, so that messages can be compared
}

// None says nothing.
var None Message

// New makes a message. The arguments fill its blanks by their numbers, from 1.
func New(code Code, args ...Arg) Message {
	if len(args) == 0 {
		return Message{Code: code}
	}
	data, err := json.Marshal(args)
	if err != nil {
		panic(err) // only a time outside the years 0 to 9999 cannot be written
	}
	return Message{code, string(data)}
}

// Args are the arguments.
func (m Message) Args() []Arg {
	var out []Arg
	if m.args != "" {
		_ = json.Unmarshal([]byte(m.args), &out) // New wrote it
	}
	return out
}

// MarshalJSON writes code and arguments. The arguments are written as they are kept: to read
// them first would cost twice as much for each message that lies in another.
func (m Message) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code Code            `json:"code,omitempty"`
		Args json.RawMessage `json:"args,omitempty"`
	}{m.Code, json.RawMessage(m.args)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Message) UnmarshalJSON(data []byte) error {
	var w struct {
		Code Code  `json:"code"`
		Args []Arg `json:"args"`
	}
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*m = New(w.Code, w.Args...)
	return nil
}

// IsZero reports whether nothing is said.
func (m Message) IsZero() bool { return m.Code == "" }

// Is reports whether the message is the one with this code, whatever fills its blanks.
func (m Message) Is(code Code) bool { return m.Code == code }

// String is the message in English, as the log has it: numbers in plain digits, times in
// RFC 3339.
func (m Message) String() string { return English().Text(m) }

// Map is the message with every argument replaced by what change makes of it, those of
// messages within it too. A list or a message is not given to change, only what is in it.
func (m Message) Map(change func(Arg) Arg) Message {
	return New(m.Code, each(m.Args(), change)...)
}

func each(args []Arg, change func(Arg) Arg) []Arg {
	out := make([]Arg, len(args))
	for i, a := range args {
		switch a.Kind {
		case KindMessage:
			inner := a.Message.Map(change)
			a.Message = &inner
		case KindList:
			a.List = each(a.List, change)
		default:
			a = change(a)
		}
		out[i] = a
	}
	return out
}

// Clauses says several things in one sentence, set apart by semicolons. What says nothing
// is left out; one alone is said as it is.
func Clauses(all ...Message) Message { return several(JoinClauses, all) }

// Sentences says one sentence after the other, each with a capital and a full stop. What
// says nothing is left out.
func Sentences(all ...Message) Message { return several(JoinSentences, all) }

func several(how Code, all []Message) Message {
	var args []Arg
	last := None
	for _, m := range all {
		for _, part := range joined(how, m) { // what was joined before stands beside the rest, not within it
			last = part
			args = append(args, Of(part))
		}
	}
	if len(args) == 0 || len(args) == 1 && how == JoinClauses {
		return last
	}
	return New(how, List(args...))
}

// Also says more after what was said, unless it was said already: what happens again and again
// is told once.
func Also(said, more Message) Message {
	all := sentences(said)
	n := len(all)
	for _, m := range sentences(more) {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	switch len(all) {
	case 0, n:
		return said
	case 1:
		return more
	}
	return Sentences(all...)
}

// sentences are the messages Sentences made one of; of any other message itself, of None nothing.
func sentences(m Message) []Message { return joined(JoinSentences, m) }

// Parts are the messages Clauses made one of; of any other message itself, of None nothing.
func Parts(m Message) []Message { return joined(JoinClauses, m) }

// joined are the messages that were joined in one way to m; m alone if it is no such message.
func joined(how Code, m Message) []Message {
	if m.IsZero() {
		return nil
	}
	args := m.Args()
	if m.Code != how || len(args) != 1 || len(args[0].List) == 0 {
		return []Message{m}
	}
	out := make([]Message, 0, len(args[0].List))
	for _, a := range args[0].List {
		if a.Message == nil { // nobody who joins writes that; a file may hold it
			return []Message{m}
		}
		out = append(out, *a.Message)
	}
	return out
}
