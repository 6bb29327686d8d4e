package present_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/app/present"
	"lockstep/assets"
	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

const nn = "\u202f" // the narrow no-break space between thousands

var (
	zone = time.FixedZone("test", 3600)
	now  = time.Date(2026, 11, 23, 13, 12, 0, 0, time.UTC) // 14:12 in the zone
	at   = present.Moment{Now: now, Zone: zone}
)

func ago(d time.Duration) time.Time { return now.Add(-d) }

func up() api.Snapshot {
	return api.Snapshot{
		Live: true, Configured: true, Verdict: health.Up, Since: ago(76 * time.Hour), Scenes: 12034, Standing: api.Standing{InStep: 12034},
		Plex: api.Connection{OK: true, Checked: true}, Stash: api.Connection{OK: true, Checked: true, Since: ago(2 * time.Hour)},
	}
}

func with(change func(*api.Snapshot)) api.Snapshot {
	s := up()
	change(&s)
	return s
}

func writing(s *api.Snapshot) {
	s.Queue = queue.Counts{Waiting: 18, Running: 1, Retrying: 1}
	s.InHand = []api.InHand{{Scene: 7, Name: "Tidal Pools at Dawn", Step: "writing"}}
	s.Run = api.Progress{Total: 42, Done: 22, Unchecked: 1, Current: "Tidal Pools at Dawn", Written: 23, ToWrite: 42, Rate: 0.9, Left: 20, Started: now.Add(-time.Minute).Unix()}
	s.At = now
}

func down(s *api.Snapshot) {
	s.Verdict, s.Since = health.Down, ago(10*time.Minute)
	s.Breaker = api.Breaker{State: breaker.Open, NextProbe: now.Add(40 * time.Second), Cause: message.Foreign("connection refused"), OpenedAt: s.Since}
	s.Outage = &outage.Record{ID: 3, Started: s.Since, Cause: message.Foreign("connection refused")}
	s.Queue = queue.Counts{Waiting: 14}
}

func stashAway(s *api.Snapshot) {
	s.Stash = api.Connection{Checked: true, Error: message.Foreign("connection refused"), Class: string(fault.Unreachable), Since: ago(5 * time.Minute)}
}

func TestIconAndStatusFollowTheSnapshot(t *testing.T) {
	t.Parallel()
	both := func(f ...func(*api.Snapshot)) api.Snapshot {
		return with(func(s *api.Snapshot) {
			for _, g := range f {
				g(s)
			}
		})
	}
	signIn := func(s *api.Snapshot) {
		s.Attention = []api.Attention{{Kind: api.RestoredData, Message: message.Foreign("restored")}, {Kind: api.SignInPlex, Message: message.Foreign("Plex asks you to sign in again.")}}
	}
	pause := func(s *api.Snapshot) { s.Paused, s.PausedTill = true, now.Add(78*time.Minute) }
	stands := func(st api.Standing, q queue.Counts) api.Snapshot {
		return with(func(s *api.Snapshot) { s.Standing, s.Queue = st, q })
	}
	cases := map[string]struct {
		s            api.Snapshot
		icon, status string
	}{
		"zero":                  {api.Snapshot{}, assets.Unsure, "Lockstep is not running"},
		"in step":               {up(), assets.Up, "In step · 12" + nn + "034 scenes"},
		"filtered":              {stands(api.Standing{InStep: 12000, LeftOut: 34}, queue.Counts{Skipped: 34}), assets.Up, "In step · 12" + nn + "000 scenes · 34 skipped by your filter"},
		"all are filtered":      {stands(api.Standing{LeftOut: 12034}, queue.Counts{Skipped: 12034}), assets.Up, "In step · 0 scenes · 12" + nn + "034 skipped by your filter"},
		"some need a person":    {stands(api.Standing{InStep: 11734, NeedYou: 300}, queue.Counts{Skipped: 298, Dead: 2}), assets.Attention, "11" + nn + "734 in step · 300 need attention"},
		"one failed":            {stands(api.Standing{InStep: 12033, NeedYou: 1}, queue.Counts{Dead: 1}), assets.Attention, "12" + nn + "033 in step · 1 needs attention"},
		"none in step":          {stands(api.Standing{}, queue.Counts{Parked: 12034}), assets.Attention, "0 in step · 12" + nn + "034 not in Plex yet"},
		"some not in Plex":      {stands(api.Standing{InStep: 12032}, queue.Counts{Parked: 2}), assets.Up, "12" + nn + "032 in step · 2 not in Plex yet"},
		"unreadable":            {stands(api.Standing{InStep: 12030}, queue.Counts{Skipped: 4}), assets.Up, "12" + nn + "030 in step · 4 skipped"},
		"all kinds":             {stands(api.Standing{InStep: 11000, LeftOut: 34, NeedYou: 900}, queue.Counts{Skipped: 1000, Parked: 34}), assets.Attention, "11" + nn + "000 in step · 900 need attention · 34 not in Plex yet · 66 skipped · 34 skipped by your filter"},
		"nothing known":         {with(func(s *api.Snapshot) { s.Scenes, s.Standing = 0, api.Standing{} }), assets.Up, "Nothing to do yet"},
		"a job is left":         {stands(api.Standing{InStep: 12000, NeedYou: 34}, queue.Counts{Skipped: 33, Dead: 1, Waiting: 1}), assets.Working, "1 queued"},
		"being looked at":       {both(writing, func(s *api.Snapshot) { s.InHand[0].Step, s.Run.Total, s.Run.Done = "reading", 20000, 5142 }), assets.Working, "Checking 5" + nn + "143 of 20" + nn + "000 · 23 written"},
		"nothing to write":      {both(writing, func(s *api.Snapshot) { s.Run.ToWrite, s.Run.Written = 0, 0 }), assets.Working, "Checking 23 of 42"},
		"few to be written":     {both(writing, func(s *api.Snapshot) { s.Run.Total, s.Run.ToWrite, s.Run.Written = 20000, 300, 12 }), assets.Working, "Checking 23 of 20" + nn + "000 · 12 written"},
		"the last are written":  {both(writing, func(s *api.Snapshot) { s.Run.Total, s.Run.Done, s.Run.ToWrite, s.Run.Written = 20000, 19711, 300, 12 }), assets.Working, "Writing 12 of 300 — Tidal Pools at Dawn"},
		"between batches":       {both(writing, func(s *api.Snapshot) { s.InHand, s.Run.Current, s.Run.Unchecked, s.Run.ToWrite = nil, "", 0, 43 }), assets.Working, "Writing 23 of 43"},
		"tried again for hours": {stands(api.Standing{InStep: 12000, NeedYou: 33}, queue.Counts{Skipped: 33, Retrying: 1}), assets.Attention, "12" + nn + "000 in step · 33 need attention · 1 retrying"},
		"writing":               {both(writing), assets.Working, "Writing 23 of 42 — Tidal Pools at Dawn"},
		"only retrying":         {with(func(s *api.Snapshot) { s.Queue.Retrying = 1 }), assets.Working, "1 retrying"},
		"held":                  {with(func(s *api.Snapshot) { s.Queue.Waiting = 1200 }), assets.Working, "1" + nn + "200 queued"},
		"comparing":             {with(func(s *api.Snapshot) { s.Reconcile = &api.ReconcileState{Checked: 700, Total: 1204} }), assets.Working, "Comparing 700 of 1" + nn + "204 scenes"},
		"comparing, no end":     {with(func(s *api.Snapshot) { s.Reconcile = &api.ReconcileState{} }), assets.Working, "Comparing the libraries…"},
		"paused":                {both(writing, pause, func(s *api.Snapshot) { s.InHand = nil }), assets.Paused, "Paused until 15:30 · 20 queued"},
		"paused for good":       {with(func(s *api.Snapshot) { s.Paused = true }), assets.Paused, "Paused"},
		"quitting":              {both(writing, func(s *api.Snapshot) { s.Stopping = message.New(message.StepInHand) }), assets.Working, "Quitting: finishing the current scene"},
		"asked":                 {both(writing, pause, signIn), assets.Attention, "Plex asks you to sign in again · 20 queued"},
		"first run":             {with(func(s *api.Snapshot) { s.Configured = false }), assets.Attention, "Enter the addresses of Stash and Plex"},
		"unknown attention": {with(func(s *api.Snapshot) {
			s.Attention = []api.Attention{{Kind: "later", Message: message.New(message.AdviceFirstRunUnfinished)}}
		}), assets.Attention, "Finish the set-up to begin"},
		"down":               {both(writing, down), assets.Down, "Plex down since 14:02 · 14 queued"},
		"down before asking": {both(down, signIn), assets.Down, "Plex down since 14:02 · 14 queued"},
		"down while paused":  {both(down, pause), assets.Down, "Plex down since 14:02 · 14 queued"},
		"no network":         {both(down, stashAway), assets.Down, "Neither Stash nor Plex has answered since 14:02 · 14 queued"},
		"disputed":           {both(down, func(s *api.Snapshot) { s.Verdict = health.Disputed }), assets.Unsure, "Checking Plex…"},
		"unknown":            {with(func(s *api.Snapshot) { s.Verdict = health.Unknown }), assets.Unsure, "Checking Plex…"},
		"stash away":         {both(stashAway), assets.Unsure, "Stash has not answered since 14:07"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := present.Icon(c.s); got != c.icon {
				t.Errorf("icon %q, want %q", got, c.icon)
			}
			if got := present.Status(c.s, at); got != c.status {
				t.Errorf("status %q, want %q", got, c.status)
			}
		})
	}
}

// The first incident: an open record beside a closed breaker must never read as an outage.
func TestOnlyTheVerdictSaysDown(t *testing.T) {
	t.Parallel()
	for _, v := range []health.Verdict{health.Unknown, health.Up, health.Disputed} {
		s := with(down)
		s.Verdict = v
		if got := present.Icon(s); got == assets.Down {
			t.Errorf("verdict %q shows the icon %q", v, got)
		}
		if got := present.Band(s, at); got != "" {
			t.Errorf("verdict %q shows the band %q", v, got)
		}
		if got := present.Plex(s, at); got.Tone == present.Bad {
			t.Errorf("verdict %q shows %q", v, got.Words)
		}
		row := present.Outage(*s.Outage, v, at)
		if row.Tone == present.Bad || row.Length != "being checked" {
			t.Errorf("verdict %q shows the row %+v", v, row)
		}
	}
	row := present.Outage(*with(down).Outage, health.Down, at)
	if row.When != "23 Nov 14:02 – now" || row.Length != "10 min" {
		t.Errorf("while down: %+v", row)
	}
}

func TestProgressAndItsTrust(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*api.Snapshot)
		rate   string
	}{
		"told":          {writing, "0.9 scenes/s · about 20 s left"},
		"too early":     {func(s *api.Snapshot) { writing(s); s.Run.Started = now.Unix() }, ""},
		"no rate":       {func(s *api.Snapshot) { writing(s); s.Run.Rate = 0 }, ""},
		"paused":        {func(s *api.Snapshot) { writing(s); s.Paused = true }, ""},
		"down":          {func(s *api.Snapshot) { writing(s); s.Verdict = health.Down }, ""},
		"slow and long": {func(s *api.Snapshot) { writing(s); s.Run.Rate, s.Run.Left = 0.02, 250000 }, "1 scene a minute · more than 2 d left"},
		"fast":          {func(s *api.Snapshot) { writing(s); s.Run.Rate, s.Run.Left = 14.24, 4200 }, "14 scenes/s · about 1 h 10 min left"},
		"not known yet": {func(s *api.Snapshot) { writing(s); s.Run.Left = 0 }, "0.9 scenes/s"},
		"a while ago":   {func(s *api.Snapshot) { writing(s); s.Run.Left, s.At = 600, ago(2*time.Minute) }, "0.9 scenes/s · about 8 min left"},
		"long ago":      {func(s *api.Snapshot) { writing(s); s.Run.Left, s.At = 600, ago(time.Hour) }, "0.9 scenes/s · about 5 min left"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := present.Rate(with(c.change), at); got != c.rate {
				t.Errorf("rate %q, want %q", got, c.rate)
			}
		})
	}
	if got := present.Fraction(api.Progress{}); got != 1 {
		t.Errorf("an idle bar shows %v", got)
	}
	if got := present.Fraction(api.Progress{Total: 4, Done: 1}); got != 0.25 {
		t.Errorf("fraction %v", got)
	}
	if got := present.Fraction(api.Progress{Total: 4, Done: 1, Unchecked: 2}); got != 0.75 {
		t.Errorf("with two to be checked: fraction %v", got)
	}
}

func TestBandTellsTheNextTry(t *testing.T) {
	t.Parallel()
	s := with(down)
	if got, want := present.Band(s, at), "Next try in 40 s."; got != want {
		t.Errorf("band %q, want %q", got, want)
	}
	s.Breaker.State = breaker.HalfOpen
	if got, want := present.Band(s, at), "Trying now."; got != want {
		t.Errorf("band %q, want %q", got, want)
	}
	only := up()
	stashAway(&only)
	only.Stash.Error = message.Foreign("Stash is not running at this address")
	if got, want := present.Band(only, at)+" "+present.AwayBecause(only), "Lockstep keeps trying. Stash is not running at this address."; got != want {
		t.Errorf("band %q, want %q", got, want)
	}
	stashAway(&s)
	if got, want := present.Band(s, at), "Trying now."; got != want {
		t.Errorf("band %q, want %q", got, want)
	}
}

func TestMenuKeepsItsWidthWhateverTheTitle(t *testing.T) {
	t.Parallel()
	s := with(writing)
	long := strings.Repeat("The Very Long Voyage of the Night Mail ", 5)
	s.Run.Current, s.InHand = long, []api.InHand{{Name: long, Step: "writing"}}
	if got, want := present.MenuOf(s, at).Status, "Writing 23 of 42 — The Very Long Voyage of the Night Mail…"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if s.InHand[0].Name != long || !strings.Contains(present.Status(s, at), long) {
		t.Error("the window's line, or the snapshot itself, is cut as well")
	}
}

func TestMenuNamesWhatCanBeDone(t *testing.T) {
	t.Parallel()
	s := with(writing)
	s.Standing.NeedYou = 8
	want := present.Menu{Icon: assets.Working, Status: "Writing 23 of 42 — Tidal Pools at Dawn", Queue: "Queue… (23 of 42)",
		Reports: "Reports… (8 need attention)", Outages: "Outages…", CanSync: true, CanReconcile: true, Language: "en"}
	if got := present.MenuOf(s, at); got != want {
		t.Errorf("menu %+v, want %+v", got, want)
	}
	s.Paused, s.PausedTill, s.InHand, s.Standing.NeedYou = true, now.Add(78*time.Minute), nil, 1
	s.Reconcile = &api.ReconcileState{}
	got := present.MenuOf(s, at)
	if got.Resume != "Resume (paused until 15:30)" || got.Reports != "Reports… (1 needs attention)" || got.CanReconcile || got.Queue != "Queue… (20 queued)" {
		t.Errorf("paused menu %+v", got)
	}
	s.PausedTill = time.Time{}
	if got := present.MenuOf(s, at).Resume; got != "Resume" {
		t.Errorf("resume %q", got)
	}
	if got := present.MenuOf(api.Snapshot{}, at); got.CanSync || got.Queue != "Queue…" {
		t.Errorf("menu without engine %+v", got)
	}
}

func TestConnectionLines(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		line func(api.Snapshot, present.Moment) present.Line
		s    api.Snapshot
		want present.Line
	}{
		"plex up":   {present.Plex, up(), present.Line{Words: "Plex reachable", Tone: present.Good}},
		"plex down": {present.Plex, with(down), present.Line{Words: "Plex down since 14:02: connection refused", Tone: present.Bad}},
		"plex refuses": {present.Plex, with(func(s *api.Snapshot) {
			s.Plex = api.Connection{Checked: true, Error: message.Foreign("the token was refused")}
		}), present.Line{Words: "Plex: the token was refused", Tone: present.Warn}},
		"plex not set up":  {present.Plex, with(func(s *api.Snapshot) { s.Verdict, s.Configured, s.Plex = health.Unknown, false, api.Connection{} }), present.Line{Words: "Plex not set up", Tone: present.Muted}},
		"stash not set up": {present.Stash, with(func(s *api.Snapshot) { s.Configured, s.Stash = false, api.Connection{} }), present.Line{Words: "Stash not set up", Tone: present.Muted}},
		"plex unknown":     {present.Plex, with(func(s *api.Snapshot) { s.Verdict = health.Unknown }), present.Line{Words: "Checking Plex", Tone: present.Muted}},
		"plex unwatched":   {present.Plex, api.Snapshot{}, present.Line{Words: "Plex not monitored", Tone: present.Muted}},
		"stash up":         {present.Stash, up(), present.Line{Words: "Stash reachable", Tone: present.Good}},
		"stash away":       {present.Stash, with(stashAway), present.Line{Words: "Stash has not answered since 14:07: connection refused", Tone: present.Bad}},
		"stash key": {present.Stash, with(func(s *api.Snapshot) {
			s.Stash = api.Connection{Checked: true, Error: message.Foreign("wants an API key")}
		}), present.Line{Words: "Stash: wants an API key", Tone: present.Warn}},
		"stash unknown":   {present.Stash, with(func(s *api.Snapshot) { s.Stash = api.Connection{} }), present.Line{Words: "Checking Stash", Tone: present.Muted}},
		"stash unwatched": {present.Stash, api.Snapshot{}, present.Line{Words: "Stash not monitored", Tone: present.Muted}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.line(c.s, at); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestOutageRows(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		r    outage.Record
		want present.OutageRow
	}{
		"ended":    {outage.Record{ID: 2, Started: ago(10 * time.Minute), Ended: now, Cause: message.Foreign("connection refused"), JobsHeld: 14, Requeued: 2}, present.OutageRow{When: "23 Nov 14:02 – 14:12", Length: "10 min", Cause: "connection refused", Held: "14 changes held", Note: "2 retried afterwards"}},
		"repaired": {outage.Record{ID: 1, Started: ago(50 * time.Hour), Ended: ago(25 * time.Hour), Repaired: true, Note: message.New(message.OutageNoEnd)}, present.OutageRow{When: "21 Nov 12:12 – 22 Nov 13:12", Length: "1 d 1 h", Cause: "unknown cause", Note: "repaired at start: record had no end"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := present.Outage(c.r, health.Up, at); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestMetricsSentence(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		m    outage.Metrics
		want string
	}{
		"nothing known": {outage.Metrics{}, "Plex was not monitored during this time."},
		"none":          {outage.Metrics{Known: 30 * 24 * time.Hour, Availability: 1}, "Plex available 100" + nn + "% · no outage · monitored for 30 d"},
		"an hour":       {outage.Metrics{Known: time.Hour, Availability: 1}, "No outage · monitored for 1 h"},
		"a bad hour":    {outage.Metrics{Count: 2, Known: time.Hour, MTTR: time.Minute, MTBF: 29 * time.Minute, Availability: 0.97}, "2 outages · average recovery 1 min · 29 min between outages · monitored for 1 h"},
		"some":          {outage.Metrics{Count: 3, Known: 30 * 24 * time.Hour, MTTR: 23 * time.Minute, MTBF: 9 * 24 * time.Hour, Availability: 0.9962}, "Plex available 99.62" + nn + "% · 3 outages · average recovery 23 min · 9 d between outages"},
		"never 100":     {outage.Metrics{Count: 1, Known: 365 * 24 * time.Hour, MTTR: time.Second, MTBF: time.Hour, Availability: 0.99999999}, "Plex available 99.99" + nn + "% · 1 outage · down for 1 s · monitored for 365 d"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := present.Metrics(c.m); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestOutageHeadAndSegments(t *testing.T) {
	t.Parallel()
	head := present.OutageHead(api.OutagePage{Verdict: health.Down}, with(down), at)
	if want := "Plex down since 14:02 · 14 changes are queued"; head.Words != want { // why is in the table
		t.Errorf("head %q, want %q", head.Words, want)
	}
	if head := present.OutageHead(api.OutagePage{Verdict: health.Up}, up(), at); head.Tone != present.Good {
		t.Errorf("head while up: %+v", head)
	}
	off := present.Segment(outage.Segment{From: ago(2 * time.Hour), To: ago(time.Hour), Kind: outage.Off}, at)
	if want := "23 Nov 12:12 – 13:12: Plex not monitored (1 h)"; off != want {
		t.Errorf("segment %q, want %q", off, want)
	}
	rep := present.Segment(outage.Segment{From: ago(2 * time.Hour), To: ago(time.Hour), Kind: outage.Down, Repaired: true}, at)
	if want := "23 Nov 12:12 – 13:12: Plex down, repaired record (1 h)"; rep != want {
		t.Errorf("segment %q, want %q", rep, want)
	}
	if got := present.WindowName(24 * time.Hour); got != "24 hours" {
		t.Errorf("window %q", got)
	}
	if got := present.WindowName(7 * 24 * time.Hour); got != "7 days" {
		t.Errorf("window %q", got)
	}
}

func TestHistoryAndRunLines(t *testing.T) {
	t.Parallel()
	line := present.HistoryLine(store.Activity{At: now, Scene: 3, State: queue.Done, Changes: []store.Change{{Field: "date", Old: "", New: "2019-05-02"}}}, at)
	if line.When != "23 Nov 14:12" || line.Name != "scene 3" || line.What != "written" || line.Changes[0] != "Date: (empty) → 2019-05-02" {
		t.Errorf("line %+v", line)
	}
	run := store.Run{Started: ago(3 * time.Minute), Ended: now, InStep: 12, Parked: 2}
	if got, want := present.Run(run, at), "23 Nov 14:09 – 14:12 · 0 written · 12 in step already · 2 not in Plex yet"; got != want {
		t.Errorf("run %q, want %q", got, want)
	}
	run = store.Run{Started: ago(3 * time.Minute), Ended: now, Written: 1042, Skipped: 3, Dead: 1, Undone: true}
	if got, want := present.Run(run, at), "23 Nov 14:09 – 14:12 · 1"+nn+"042 written · 3 skipped · 1 failed · undone"; got != want {
		t.Errorf("run %q, want %q", got, want)
	}
}
