package present_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
	"lockstep/sync/statistics"
)

func TestReasonsOfTheOverview(t *testing.T) {
	t.Parallel()
	s := with(func(s *api.Snapshot) {
		s.Queue = queue.Counts{Dead: 1, Parked: 90, Skipped: 60, Waiting: 7, Running: 1}
		s.Reasons = []api.Reason{{Code: skip.Unreadable, Scenes: 50}, {Code: skip.NoMetadata, Scenes: 9}, {Code: skip.FilteredTag, Scenes: 8}, {Code: skip.PathNotMapped, Scenes: 12}}
	})
	list := present.NotInStep(s)
	var got []string
	for _, b := range list {
		got = append(got, present.Number(b.Scenes)+" "+b.Remedy.Label)
		if b.Name == "" || b.Remedy.Window == "" && b.Remedy.Again.ByName() {
			t.Errorf("%+v: no name, or a button that does nothing", b)
		}
	}
	want := []string{"1 Retry all failed", "12 Add path rule…", "9 Show scenes", "90 Ask Plex to scan", "50 Try again"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q: what needs a person first, and nothing a person chose", got, want)
	}
	if got := present.NotInStepHead(list); got != "162 scenes cannot be written yet" {
		t.Errorf("head %q", got)
	}
	if got := present.NotInStepHead(nil); got != "Nothing needs your attention" {
		t.Errorf("head %q", got)
	}
}

func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		s     api.Snapshot
		words string
		share string
	}{
		"in step":  {up(), "12" + nn + "034 in step", "100" + nn + "%"},
		"nothing":  {api.Snapshot{Live: true}, "", ""},
		"left out": {with(func(s *api.Snapshot) { s.Standing = api.Standing{InStep: 12000, LeftOut: 34} }), "12" + nn + "000 in step · 34 skipped by your filter", "100" + nn + "%"},
		"mixed": {with(func(s *api.Snapshot) {
			s.Scenes, s.Standing, s.Queue = 2000, api.Standing{InStep: 1700, NeedYou: 273}, queue.Counts{Parked: 7, Waiting: 10, Skipped: 270, Dead: 6}
		}), "1" + nn + "700 in step · 10 queued · 273 need attention · 7 not in Plex yet · 3 skipped · 7 not checked yet", "85" + nn + "%"},
		"more than known": {with(func(s *api.Snapshot) { s.Scenes, s.Standing = 10, api.Standing{InStep: 9, LeftOut: 3} }), "9 in step · 3 skipped by your filter", "100" + nn + "%"},
		"almost all":      {with(func(s *api.Snapshot) { s.Scenes, s.Standing = 20000, api.Standing{InStep: 19999, NeedYou: 1} }), "19" + nn + "999 in step · 1 needs attention", "99" + nn + "%"},
	} {
		x := present.SharesOf(c.s)
		if sum := x.InStep + x.Queued + x.NotInPlex + x.NeedYou + x.Skipped + x.Unknown + x.LeftOut; sum != x.Total {
			t.Errorf("%s: the parts make %d of %d", name, sum, x.Total)
		}
		share := ""
		if f, ok := x.Share(); ok {
			share = present.Percent(f, 0)
		}
		if got := present.ShareWords(x); got != c.words || share != c.share {
			t.Errorf("%s: %q and %q, want %q and %q", name, got, share, c.words, c.share)
		}
	}
}

func TestDaysEndWithToday(t *testing.T) {
	t.Parallel()
	if got := present.DaysSince(at); got != "2026-11-10" {
		t.Errorf("since %q", got)
	}
	late := present.Moment{Now: time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC), Zone: zone} // half past midnight there
	kept := []statistics.Day{
		{Day: "2026-11-09", Written: 100}, {Day: "2026-11-10", Written: 6},
		{Day: "2026-11-22", Written: 5, Skipped: map[skip.Code]int{skip.FilteredTag: 2}}, {Day: "2026-11-23", Written: 7, InStep: 12, Failed: 1},
	}
	for _, m := range []present.Moment{at, late} {
		days := present.Days(kept, m)
		var written []int
		for _, d := range days {
			written = append(written, d.Written)
		}
		if want := []int{6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 7}; !slices.Equal(written, want) {
			t.Errorf("%v, want %v", written, want)
		}
		if got := days[13]; got.Failed != 1 || got.Words != "23 Nov · 7 written · 12 in step already · 1 failed" || days[12].Words != "22 Nov · 5 written · 2 skipped · 0 failed" {
			t.Errorf("today %+v, yesterday %+v", got, days[12])
		}
	}
	if got := present.DaysSum(kept[1:]); got != "30 of 31 succeeded · 12 in step already" { // what a person left out counts for nothing
		t.Errorf("sum %q", got)
	}
	if got := present.DaysSum(nil); got != "" {
		t.Errorf("sum %q", got)
	}
}

func TestWeekOfPlex(t *testing.T) {
	t.Parallel()
	for want, x := range map[string]outage.Metrics{
		"not monitored":                                 {},
		"no outage · monitored for 12 min":              {Known: 12 * time.Minute, Availability: 1},
		"1 outage, 2 min · monitored for 40 min":        {Known: 40 * time.Minute, Count: 1, Downtime: 2 * time.Minute, Availability: 0.95},
		"100" + nn + "% available · no outage":          {Known: 24 * time.Hour, Availability: 1},
		"99.62" + nn + "% available · 1 outage, 23 min": {Known: 7 * 24 * time.Hour, Count: 1, Downtime: 23 * time.Minute, Availability: 0.9962},
	} {
		if got := present.Week(x); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The strip says no more than it must, and never that all is well when it is not.
func TestServersInAWord(t *testing.T) {
	t.Parallel()
	s := up()
	if p, q := present.PlexBrief(s, at), present.StashBrief(s, at); p != (present.Line{Words: "Plex", Tone: present.Good}) || q != (present.Line{Words: "Stash", Tone: present.Good}) {
		t.Errorf("%+v %+v", p, q)
	}
	down(&s)
	stashAway(&s)
	if p, q := present.PlexBrief(s, at), present.StashBrief(s, at); p.Words != "Plex down since 14:02" || q.Words != "Stash has not answered since 14:07" || p.Tone != present.Bad {
		t.Errorf("%+v %+v", p, q)
	}
	if p := present.PlexBrief(api.Snapshot{}, at); p.Tone == present.Good || !strings.Contains(p.Words, "Plex") {
		t.Errorf("%+v", p)
	}
}

// A share says nothing while next to nothing happened.
func TestPortionsAreSharesOnceThereAreEnough(t *testing.T) {
	t.Parallel()
	for want, x := range map[string][2]int{
		"0 of 3": {0, 3}, "99 of 99": {99, 99}, "97" + nn + "%": {97, 100}, "99" + nn + "%": {499, 500},
		"99.9" + nn + "%": {1999, 2000}, "100" + nn + "%": {2000, 2000}, "0.1" + nn + "%": {1, 100_000}, "0" + nn + "%": {0, 100},
	} {
		if got := present.Portion(x[0], x[1]); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
}

// A chart never shows longer than Plex was watched, but an hour at least.
func TestChartsBeginWhenPlexWasFirstWatched(t *testing.T) {
	t.Parallel()
	page := func(watched time.Duration) api.OutagePage {
		p := api.OutagePage{From: now.Add(-7 * 24 * time.Hour), To: now}
		p.Timeline = []outage.Segment{{From: p.From, To: now.Add(-watched), Kind: outage.Off}, {From: now.Add(-watched), To: now, Kind: outage.Up}}
		if watched == 0 {
			p.Timeline = p.Timeline[:1]
		}
		return p
	}
	for watched, want := range map[time.Duration]time.Duration{
		0: 7 * 24 * time.Hour, 12 * time.Minute: time.Hour, 40 * time.Hour: 40 * time.Hour,
	} {
		p := present.Watched(page(watched))
		if got := p.To.Sub(p.From); got != want {
			t.Errorf("watched for %v, shown %v, want %v", watched, got, want)
		}
	}
	for watched, want := range map[time.Duration]string{0: "Plex, last 7 days", time.Minute: "Plex, last hour", 5 * time.Hour: "Plex, last 5 hours", 3 * 24 * time.Hour: "Plex, last 3 days"} {
		if got := present.WeekHead(present.Watched(page(watched))); got != want {
			t.Errorf("watched for %v: %q, want %q", watched, got, want)
		}
	}
	whole := api.OutagePage{From: now.Add(-24 * time.Hour), To: now, Timeline: []outage.Segment{{From: now.Add(-24 * time.Hour), To: now, Kind: outage.Up}}}
	if got := present.Watched(whole); !got.From.Equal(whole.From) {
		t.Errorf("begins at %v", got.From)
	}
}
