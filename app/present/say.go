package present

import (
	"strconv"
	"time"

	"lockstep/sync/message"
)

// Say is a message in the language chosen, with a full stop if it is a sentence.
func Say(m message.Message) string { return Moment{}.Say(m) }

// Say is a message with its times written for this moment.
func (m Moment) Say(said message.Message) string {
	return message.In(Language()).Say(said, format{m})
}

// SaySentence is a message with a capital and a full stop.
func SaySentence(m message.Message) string {
	return message.In(Language()).Sentence(m, format{})
}

// SayHeading is a message with a capital and without a full stop.
func SayHeading(m message.Message) string {
	return message.In(Language()).Heading(m, format{})
}

// SayClause is a message without its full stop, to be part of a line.
func SayClause(m message.Message) string {
	return message.In(Language()).Clause(m, format{})
}

// format writes the arguments of messages as this package writes everything else.
type format struct{ m Moment }

func (format) Count(n int64) string        { return Number(int(n)) }
func (format) Number(n int64) string       { return strconv.FormatInt(n, 10) }
func (format) Span(d time.Duration) string { return Duration(d) }
func (f format) Time(t time.Time) string   { return f.m.Clock(t) }
func (f format) Day(t time.Time) string    { return f.m.Day(t) }
