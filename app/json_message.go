package app

import (
	"time"

	"lockstep/sync/message"
)

// messageJSON is a sentence for programs: the code stays the same in every version and
// language, the arguments fill its blanks in order, the words are English.
type messageJSON struct {
	Code  message.Code `json:"code"`
	Args  []argJSON    `json:"args"`
	Words string       `json:"words"`
}

// argJSON is one argument: a text, a number, a span in seconds, a time, a sentence within the
// sentence or a list of arguments.
type argJSON struct {
	Kind  message.Kind `json:"kind"`
	Value any          `json:"value"`
}

// messageOf is the form of a message for programs; nil, which is null, when it says nothing.
func messageOf(m message.Message) *messageJSON {
	if m.IsZero() {
		return nil
	}
	return &messageJSON{m.Code, each(m.Args(), argOf), m.String()}
}

func argOf(a message.Arg) argJSON {
	out := argJSON{Kind: a.Kind, Value: a.Text}
	switch a.Kind {
	case message.KindCount, message.KindNumber:
		out.Value = a.Number
	case message.KindSpan:
		out.Value = time.Duration(a.Number).Seconds()
	case message.KindTime, message.KindDay:
		out.Value = a.Time
	case message.KindMessage:
		out.Value = messageOf(*a.Message)
	case message.KindList:
		out.Value = each(a.List, argOf)
	}
	return out
}

// messagesOf are the forms of several messages; those that say nothing are null.
func messagesOf(all []message.Message) []*messageJSON { return each(all, messageOf) }
