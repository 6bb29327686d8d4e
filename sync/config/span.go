package config

import (
	"math"
	"strconv"
	"strings"
	"time"

	"lockstep/sync/message"
)

// Span writes a duration as the settings show it: "90s", "30m", "6h" or "7d".
func Span(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%day == 0:
		return strconv.Itoa(int(d/day)) + "d"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return d.String()
}

// mostDays is what a duration can hold; the test fails for NaN as well.
const mostDays = 100_000

// ParseSpan reads what Span writes, and everything time.ParseDuration reads.
func ParseSpan(v string) (time.Duration, error) {
	v = strings.TrimSpace(v)
	if n, ok := strings.CutSuffix(v, "d"); ok {
		days, err := strconv.ParseFloat(n, 64)
		if err == nil && math.Abs(days) <= mostDays {
			return time.Duration(days * float64(day)), nil
		}
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		return 0, message.Wrong(message.ConfigNotASpan, message.Title(v))
	}
	return d, nil
}

// Unit is one that spans are written in.
type Unit struct {
	Letter string
	Of     time.Duration
}

// Units are those of spans, the smallest first: seconds, minutes, hours, days.
var Units = []Unit{{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", day}}

// InUnits is a span as a number of the largest unit that gives a whole one, of seconds when none
// does; unit is its place in Units.
func InUnits(d time.Duration) (number string, unit int) {
	for i := len(Units) - 1; i > 0 && d > 0; i-- {
		if d%Units[i].Of == 0 {
			return strconv.FormatInt(int64(d/Units[i].Of), 10), i
		}
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64), 0
}
