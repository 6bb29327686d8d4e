package message

import (
	"strconv"
	"time"
)

// plain writes for the log and for programs.
type plain struct{}

func (plain) Count(n int64) string        { return strconv.FormatInt(n, 10) }
func (plain) Number(n int64) string       { return strconv.FormatInt(n, 10) }
func (plain) Span(d time.Duration) string { return d.String() }
func (plain) Time(t time.Time) string     { return t.Format(time.RFC3339) }
func (plain) Day(t time.Time) string      { return t.Format(time.DateOnly) }
