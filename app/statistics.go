package app

import (
	"slices"
	"time"

	"lockstep/app/present"
	"lockstep/sync/skip"
	"lockstep/sync/statistics"
)

// statisticsJSON is what `statistics --json` prints.
type statisticsJSON struct {
	Days  []dayJSON `json:"days"` // the oldest first; days on which nothing happened are left out
	Total dayJSON   `json:"total"`
}

// dayJSON is what was done on one day, or on several.
type dayJSON struct {
	Day           string            `json:"day"` // 2026-03-01, in the zone of this computer; empty for the total
	Written       int               `json:"written"`
	InStep        int               `json:"inStep"` // examined and right already
	Skipped       map[skip.Code]int `json:"skipped"`
	Failed        int               `json:"failed"`
	Retried       int               `json:"retried"`
	PlexRequests  int               `json:"plexRequests"`
	StashRequests int               `json:"stashRequests"`
	Success       *float64          `json:"success"` // 0 to 1; null when nothing was examined
}

func dayOf(d statistics.Day) dayJSON {
	out := dayJSON{d.Day, d.Written, d.InStep, dict(d.Skipped), d.Failed, d.Retried, d.Plex, d.Stash, nil}
	if share, known := d.Success(); known {
		out.Success = &share
	}
	return out
}

// onDay is what was done on the day of a moment.
func onDay(days []statistics.Day, at time.Time) statistics.Day {
	name := statistics.Name(at)
	if i := slices.IndexFunc(days, func(d statistics.Day) bool { return d.Day == name }); i >= 0 {
		return days[i]
	}
	return statistics.Day{Day: name}
}

func statisticsOf(days []statistics.Day) statisticsJSON {
	return statisticsJSON{each(days, dayOf), dayOf(statistics.Sum(days))}
}

// Run counts what was done by day.
func (c *statisticsCmd) Run(s *session) error {
	since := ""
	if c.Days > 0 {
		since = statistics.Name(now().AddDate(0, 0, 1-c.Days))
	}
	return s.read(func(r reading) error {
		days, err := r.Statistics(s.ctx, since)
		if err != nil {
			return wrap("read the statistics", err)
		}
		s.answer(statisticsOf(days), func() { s.statistics(days) })
		return nil
	})
}

func (s *session) statistics(days []statistics.Day) {
	if len(days) == 0 {
		s.say("Nothing has happened in these days.")
		return
	}
	rows := make([][]string, 0, len(days)+1)
	for _, d := range days {
		rows = append(rows, dayRow(d.Day, d))
	}
	sum := statistics.Sum(days)
	s.table([]string{"DAY", "WRITTEN", "IN STEP", "SKIPPED", "FAILED", "RETRIED", "REQUESTS", "SUCCESS"}, append(rows, dayRow("all", sum)))
	for _, r := range skip.All() {
		if n := sum.Skipped[r.Code]; n > 0 {
			s.say("%s skipped: %s", present.Number(n), present.Say(r.Message))
		}
	}
}

func dayRow(name string, d statistics.Day) []string {
	row := []string{name}
	for _, n := range []int{d.Written, d.InStep, d.Skips(), d.Failed, d.Retried} {
		row = append(row, present.Number(n))
	}
	success := "–"
	if right, examined := d.Right(); examined > 0 {
		success = present.Portion(right, examined)
	}
	return append(row, present.T("Plex %s, Stash %s", present.Number(d.Plex), present.Number(d.Stash)), success)
}
