package present

import "time"

// Tick is a labelled moment on the axis of a chart.
type Tick struct {
	At    time.Time
	Words string
}

// Ticks labels a stretch of time: days of the week for up to two weeks, every fifth
// day for up to two months, months beyond.
func Ticks(from, to time.Time, m Moment) []Tick {
	all := to.Sub(from)
	if all <= 0 {
		return nil
	}
	start := m.local(from)
	at := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, start.Location())
	form, days, months := "Mon 2", 1, 0
	switch {
	case all > 62*day:
		at, form, days, months = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location()), "Jan", 0, 1
	case all > 14*day:
		form, days = "2 Jan", 5
	}
	var out []Tick
	for at = at.AddDate(0, months, days); at.Before(to); at = at.AddDate(0, months, days) {
		out = append(out, Tick{At: at, Words: date(at, form)})
	}
	return out
}
