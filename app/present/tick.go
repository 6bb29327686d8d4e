package present

import "time"

// Tick is a labelled moment on the axis of a chart.
type Tick struct {
	At    time.Time
	Words string
}

// Ticks labels a stretch of time: hours for up to a day and a half, days of the week for up to two
// weeks, every fifth day for up to two months, months beyond.
func Ticks(from, to time.Time, m Moment) []Tick {
	all := to.Sub(from)
	switch {
	case all <= 0:
		return nil
	case all <= 36*time.Hour:
		return hours(from, to, m)
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

// hours labels full hours, about six of them; minutes where there are not that many.
func hours(from, to time.Time, m Moment) []Tick {
	step := 6 * time.Hour
	for _, s := range []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour} {
		if to.Sub(from)/s <= 8 {
			step = s
			break
		}
	}
	start := m.local(from)
	at := time.Date(start.Year(), start.Month(), start.Day(), start.Hour(), 0, 0, 0, start.Location())
	var out []Tick
	for ; at.Before(to); at = at.Add(step) {
		for step > time.Hour && at.Hour()%int(step/time.Hour) != 0 {
			at = at.Add(time.Hour)
		}
		if at.After(from) && at.Before(to) {
			out = append(out, Tick{At: at, Words: clock(m.local(at))})
		}
	}
	return out
}
