package present

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/outage"
	"lockstep/sync/skip"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// Blocked is a reason for which scenes are not in step, and the one button beside it.
type Blocked struct {
	Scenes       int
	Name, Advice string
	Tone         Tone
	Remedy       Remedy
}

// Remedy is what that button does: it opens a window, or has scenes tried again.
type Remedy struct {
	Label string
	// Window is what it opens; "" tries the scenes of Again once more.
	Window string
	Again  api.Selection
}

// NotInStep lists why scenes are not in step, what needs a person first. Scenes that a person
// left out are not in it, nor are those in the queue.
func NotInStep(s api.Snapshot) []Blocked {
	var out []Blocked
	add := func(n int, code skip.Code, tone Tone, r Remedy) {
		if n > 0 {
			why := skip.Of(code)
			out = append(out, Blocked{n, SayHeading(why.Message), SayHeading(why.Advice), tone, r})
		}
	}
	add(s.Queue.Dead, skip.FailedBefore, Bad, Remedy{Label: T("Retry all failed"), Again: api.Selection{AllDead: true}})
	add(s.Queue.Parked, skip.NotInPlex, Muted, Remedy{Label: T("Ask Plex to scan"), Again: api.Selection{Parked: true}})
	for _, r := range s.Reasons {
		if r.Code.Deliberate() {
			continue
		}
		tone := Muted
		if skip.Of(r.Code).Act {
			tone = Warn
		}
		add(r.Scenes, r.Code, tone, remedy(r.Code))
	}
	slices.SortStableFunc(out, func(a, b Blocked) int {
		return cmp.Or(cmp.Compare(b.Tone, a.Tone), b.Scenes-a.Scenes)
	})
	return out
}

// remedy is what is to be done about scenes that were skipped for a reason.
func remedy(c skip.Code) Remedy {
	switch c {
	case skip.PathNotMapped, skip.PathCase:
		return Remedy{Label: T("Add path rule…"), Window: Settings + ":" + string(config.Libraries)}
	case skip.OutsideLibrary:
		return Remedy{Label: T("Choose libraries…"), Window: Settings + ":" + string(config.Libraries)}
	case skip.NeedsSignIn:
		return Remedy{Label: T("Sign in…"), Window: Settings + ":" + string(config.Connections)}
	case skip.Brake:
		return Remedy{Label: T("Decide…"), Window: Preview}
	case skip.NotInPlex:
		return Remedy{Label: T("Ask Plex to scan"), Again: api.Selection{Reason: c}}
	}
	if !skip.Of(c).Act {
		return Remedy{Label: T("Try again"), Again: api.Selection{Reason: c}}
	}
	return Remedy{Label: T("Show scenes"), Window: Queue + ":" + string(c)}
}

// NotInStepHead is the heading over the reasons.
func NotInStepHead(list []Blocked) string {
	n := 0
	for _, b := range list {
		n += b.Scenes
	}
	if n == 0 {
		return T("Nothing needs your attention")
	}
	return T("%s cannot be written yet", Count(n, "scene", "scenes"))
}

// dayBars is how many days the bars of the overview show.
const dayBars = 14

// Day is what happened on one day, for a bar.
type Day struct {
	Words           string // which day, and what: "23 Nov · 42 written · 1 failed"
	Written, Failed int
}

// DaysSince is the first day of the bars, as statistics name it.
func DaysSince(m Moment) string {
	return statistics.Name(m.local(m.Now).AddDate(0, 0, 1-dayBars))
}

// Days makes a bar of each of the last fourteen days, today last.
func Days(days []statistics.Day, m Moment) []Day {
	out := make([]Day, dayBars)
	for i := range out {
		day := m.local(m.Now).AddDate(0, 0, i+1-dayBars)
		var d statistics.Day
		if at := slices.IndexFunc(days, func(d statistics.Day) bool { return d.Day == statistics.Name(day) }); at >= 0 {
			d = days[at]
		}
		out[i] = Day{join(m.Day(day), Done(d)), d.Written, d.Failed}
	}
	return out
}

// Done is what was done on a day: "42 written · 3 skipped · 1 failed".
func Done(d statistics.Day) string {
	return join(T("%s written", Number(d.Written)), some(d.InStep, T("%s in step already", Number(d.InStep))),
		some(d.Skips(), T("%s skipped", Number(d.Skips()))), T("%s failed", Number(d.Failed)), some(d.Retried, T("%s retried", Number(d.Retried))))
}

// DaysSum is what became of all that was tried in these days. What is skipped on purpose is no
// failure.
func DaysSum(days []statistics.Day) string {
	all := statistics.Sum(days)
	words := some(all.InStep, T("%s in step already", Number(all.InStep)))
	if right, examined := all.Right(); examined > 0 {
		words = join(T("%s succeeded", Portion(right, examined)), words)
	}
	return words
}

// ended is when a run ended, or began when it has not.
func ended(r store.Run) time.Time {
	if r.Ended.IsZero() {
		return r.Started
	}
	return r.Ended
}

// DaysHead is the line over bars that show so many in all.
func DaysHead(what string, all int) string {
	return join(what, T("%s in %s days", Number(all), strconv.Itoa(dayBars)))
}

// Week is the line over the strip of Plex: "99.62 % available · 1 outage, 23 min".
func Week(x outage.Metrics) string {
	if x.Known <= 0 {
		return T("not monitored")
	}
	words := T("no outage")
	if x.Count > 0 {
		words = Count(x.Count, "outage", "outages") + ", " + Duration(x.Downtime)
	}
	if !telling(x) {
		return join(words, T("monitored for %s", Duration(x.Known)))
	}
	return join(T("%s available", Percent(x.Availability, 2)), words)
}

// RunShort says what a run did, for a line of its own: "today 14:10 · 214 written · 3 skipped".
func RunShort(r store.Run, m Moment) string {
	words := m.Clock(ended(r))
	if sameDay(m.local(ended(r)), m.local(m.Now)) {
		words = T("today %s", words)
	}
	return join(words, ran(r))
}
