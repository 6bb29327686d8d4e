package message

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Kind says what an argument is: how it is written for people, and what is masked of it
// when words leave this computer.
type Kind string

// The kinds. All but word, count, number, span, time and day may tell something private.
const (
	// KindTitle is what people call or write into their things: a library, a scene, a tag, a
	// performer, the value of a field. It is shown as it is in every language.
	KindTitle Kind = "title"
	// KindPath is a file or folder, of this computer or of a server.
	KindPath Kind = "path"
	// KindName is the name of a person, an account or a machine.
	KindName Kind = "name"
	// KindAddress is a host or a URL.
	KindAddress Kind = "address"
	// KindWord is a fixed technical word that is no secret and the same in every language:
	// the name of a product, a version, an option, a fingerprint.
	KindWord Kind = "word"
	// KindDetail is text of somebody else, such as a server's or the system's own error.
	KindDetail Kind = "detail"
	// KindCount is how many there are of something; the text may have a form for one and a
	// form for more.
	KindCount Kind = "count"
	// KindNumber is a number that counts nothing: an id, a status, a percentage.
	KindNumber Kind = "number"
	// KindSpan is a stretch of time.
	KindSpan Kind = "span"
	// KindTime is a moment, KindDay its day alone.
	KindTime Kind = "time"
	KindDay  Kind = "day"
	// KindMessage is another message, said without its full stop.
	KindMessage Kind = "message"
	// KindList is several arguments.
	KindList Kind = "list"
)

// Arg fills one blank of a message. Which of the fields count follows from Kind.
type Arg struct {
	Kind    Kind
	Text    string    // title, path, name, address, word, detail
	Number  int64     // count, number; nanoseconds of a span
	Time    time.Time // time, day
	Message *Message
	List    []Arg
}

// Title is what people call or write into their things.
func Title(s string) Arg { return Arg{Kind: KindTitle, Text: s} }

// Path is a file or folder.
func Path(s string) Arg { return Arg{Kind: KindPath, Text: s} }

// Name is the name of a person, an account or a machine.
func Name(s string) Arg { return Arg{Kind: KindName, Text: s} }

// Address is a host or a URL.
func Address(s string) Arg { return Arg{Kind: KindAddress, Text: s} }

// Word is a fixed technical word that is no secret.
func Word[S ~string](s S) Arg { return Arg{Kind: KindWord, Text: string(s)} }

// Detail is text of somebody else.
func Detail(s string) Arg { return Arg{Kind: KindDetail, Text: s} }

// Count is how many there are of something.
func Count(n int) Arg { return Arg{Kind: KindCount, Number: int64(n)} } // ids are positive

// Number is a number that counts nothing.
func Number[N ~int | ~int64 | ~uint64](n N) Arg { return Arg{Kind: KindNumber, Number: int64(n)} }

// Span is a stretch of time.
func Span(d time.Duration) Arg { return Arg{Kind: KindSpan, Number: int64(d)} }

// Time is a moment, to the second.
func Time(t time.Time) Arg { return Arg{Kind: KindTime, Time: t.UTC().Truncate(time.Second)} }

// Day is the day of a moment.
func Day(t time.Time) Arg { return Arg{Kind: KindDay, Time: t.UTC().Truncate(time.Second)} }

// Of is another message.
func Of(m Message) Arg { return Arg{Kind: KindMessage, Message: &m} }

// List is several arguments.
func List(args ...Arg) Arg { return Arg{Kind: KindList, List: args} }

// MarshalJSON writes an argument as its kind and its value: {"title":"Films"}.
func (a Arg) MarshalJSON() ([]byte, error) {
	var v any = a.Text
	switch a.Kind {
	case KindCount, KindNumber:
		v = a.Number
	case KindSpan:
		v = time.Duration(a.Number).String()
	case KindTime, KindDay:
		v = a.Time
	case KindMessage:
		v = a.Message
	case KindList:
		v = a.List
	}
	return json.Marshal(map[Kind]any{a.Kind: v})
}

var errArg = errors.New("an argument is one kind with its value")

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Arg) UnmarshalJSON(data []byte) error {
	var m map[Kind]json.RawMessage
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	if len(m) != 1 {
		return errArg
	}
	for kind, v := range m {
		*a = Arg{Kind: kind}
		return a.read(v)
	}
	return nil
}

func (a *Arg) read(v json.RawMessage) error {
	switch a.Kind {
	case KindTitle, KindPath, KindName, KindAddress, KindWord, KindDetail:
		return json.Unmarshal(v, &a.Text)
	case KindCount, KindNumber:
		return json.Unmarshal(v, &a.Number)
	case KindSpan:
		var s string
		if err := json.Unmarshal(v, &s); err != nil {
			return err
		}
		d, err := time.ParseDuration(s)
		a.Number = int64(d)
		return err
	case KindTime, KindDay:
		return json.Unmarshal(v, &a.Time)
	case KindMessage:
		return json.Unmarshal(v, &a.Message)
	case KindList:
		return json.Unmarshal(v, &a.List)
	}
	return fmt.Errorf("unknown kind %.20q of an argument", string(a.Kind))
}
