package windows

import (
	"fmt"
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// state is one that people meet: what the snapshot says then, and what lists hold.
type state struct {
	name string
	set  func(*fake, *api.Snapshot)
}

// states are all that every page is drawn in.
func states() []state {
	return []state{
		{"fresh", freshState}, {"working", func(*fake, *api.Snapshot) {}}, {"in-step", inStepState},
		{"attention", func(f *fake, s *api.Snapshot) {
			resting(s)
			f.only(queue.Parked, queue.Dead, queue.Skipped, queue.Done)
		}},
		{"paused", func(f *fake, s *api.Snapshot) {
			s.InHand, s.Run, s.Paused, s.PausedTill = nil, api.Progress{}, true, testNow.Add(time.Hour)
			s.Queue.Waiting, s.Queue.Running = 19, 0
			f.jobs[0].State = queue.Waiting
		}},
		{"down", func(f *fake, s *api.Snapshot) {
			outageDown(s)
			s.Queue.Waiting = 19
			f.jobs[0].State = queue.Waiting
			f.outages.Verdict, f.outages.Records = s.Verdict, append([]outage.Record{*s.Outage}, f.outages.Records[1:]...)
		}},
		{"disputed", func(f *fake, s *api.Snapshot) {
			s.Verdict, s.InHand, s.Run = health.Disputed, nil, api.Progress{}
			s.Queue.Waiting, s.Queue.Running = 19, 0
			f.jobs[0].State = queue.Waiting
		}},
		{"empty", func(f *fake, s *api.Snapshot) {
			inStepState(f, s)
			f.jobs, f.reports, f.history, f.runs, f.days, f.outages.Records = nil, nil, nil, nil, nil, nil
		}},
		{"100000", manyState}, {"none-in-step", noneState}, {"failed", failedState}, {"signed-out", signedOutState},
		{"brake", func(_ *fake, s *api.Snapshot) {
			s.Attention = []api.Attention{{Kind: api.BrakeAsks, Report: 8,
				Message: message.New(message.BrakeOverwrite, message.Count(412), message.Count(1204), message.Of(message.New(message.SeveralSummary)))}}
		}},
	}
}

// resting is a snapshot in which nothing is under way or waits.
func resting(s *api.Snapshot) {
	s.InHand, s.Run = nil, api.Progress{}
	n := s.Queue.Waiting + s.Queue.Running + s.Queue.Retrying
	s.Queue.Waiting, s.Queue.Running, s.Queue.Retrying = 0, 0, 0
	s.Queue.Done, s.Standing.InStep = s.Queue.Done+n, s.Standing.InStep+n
}

// only keeps the jobs in these states.
func (f *fake) only(states ...queue.State) {
	var out []queue.Job
	for _, j := range f.jobs {
		for _, s := range states {
			if j.State == s {
				out = append(out, j)
			}
		}
	}
	f.jobs = out
}

func freshState(f *fake, s *api.Snapshot) {
	*s = api.Snapshot{Live: true, At: testNow, Verdict: health.Unknown}
	f.jobs, f.reports, f.history, f.runs, f.days = nil, nil, nil, nil, nil
	f.outages = api.OutagePage{Verdict: health.Unknown, Gaps: []outage.Gap{{To: testNow}}}
}

func inStepState(f *fake, s *api.Snapshot) {
	resting(s)
	s.Queue, s.Standing, s.Reasons, s.NeedAction = queue.Counts{Done: 1204}, api.Standing{InStep: 1204}, nil, 0
	f.only(queue.Done)
	f.reports[1].InStep, f.reports[1].Gaps, f.reports[1].Enqueued, f.reports[1].Skipped, f.reports[1].GapsByKind = 1204, 0, 0, nil, nil
	f.rows[7] = nil
}

// manyState has a hundred thousand of everything that can be so many.
func manyState(f *fake, s *api.Snapshot) {
	const n = 100_000
	for i := range n {
		f.jobs = append(f.jobs, queue.Job{Scene: scene.ID(1000 + i), Name: names[i%len(names)], State: queue.Waiting, Cause: queue.Edited})
	}
	s.Queue.Waiting, s.Scenes = n+18, n+1204
	s.Run = api.Progress{Total: n + 42, Done: 22, Current: names[0], Written: 23, ToWrite: n + 42, Rate: 18, Left: n / 18, Started: ago(time.Minute).Unix()}
	f.rows[7], f.rows[8] = sampleRows(n), sampleRows(n)
	for i := range f.reports[:2] {
		r := &f.reports[i]
		r.Total, r.Checked, r.Gaps, r.InStep, r.GapsByKind = n+1204, n+1204, n, 1204, map[queue.Cause]int{queue.NeverSynced: n}
		r.Enqueued, r.Skipped = 66_667, map[skip.Code]int{skip.NoMetadata: 11_111, skip.Ambiguous: 11_111, skip.PathNotMapped: 11_111}
	}
	f.history = sampleHistory(n)
}

func noneState(f *fake, s *api.Snapshot) {
	resting(s)
	s.Queue, s.Standing, s.NeedAction = queue.Counts{Skipped: 1204}, api.Standing{NeedYou: 1204}, 1204
	s.Reasons = []api.Reason{{Code: skip.PathNotMapped, Scenes: 1204}}
	f.only(queue.Skipped)
	f.runs, f.days, f.history = nil, nil, nil
	for i := range f.jobs {
		f.jobs[i].Code = skip.PathNotMapped
	}
	for i := range 20 {
		f.jobs = append(f.jobs, queue.Job{Scene: scene.ID(200 + i), Name: names[i%len(names)], State: queue.Skipped, Code: skip.PathNotMapped})
	}
	r := &f.reports[1]
	r.InStep, r.Gaps, r.Enqueued, r.Skipped, r.GapsByKind = 0, 1204, 0, map[skip.Code]int{skip.PathNotMapped: 1204}, map[queue.Cause]int{queue.NeverSynced: 1204}
	f.rows[7] = sampleRows(24)
	for i := range f.rows[7] {
		x := &f.rows[7][i]
		*x = store.ReportRow{Scene: x.Scene, Title: x.Title, Path: x.Path, Kind: queue.NeverSynced, Outcome: "skipped", Reason: skip.PathNotMapped}
	}
}

func failedState(f *fake, s *api.Snapshot) {
	resting(s)
	s.Queue.Dead, s.Standing.NeedYou, s.Today.Dead = 12, 20, 12
	s.Queue.Done, s.Standing.InStep = s.Queue.Done-11, s.Standing.InStep-11
	f.only(queue.Parked, queue.Dead, queue.Skipped, queue.Done)
	for i := range 11 {
		f.jobs = append([]queue.Job{{Scene: scene.ID(300 + i), Name: names[i%len(names)], State: queue.Dead, Attempts: 8,
			Message: message.New(message.HTTPTimeout, message.Word("Plex")), Hint: message.New(message.AdvicePlexLog)}}, f.jobs...)
	}
}

func signedOutState(f *fake, s *api.Snapshot) {
	resting(s)
	s.Queue.Waiting = 14
	f.jobs[0].State, f.jobs[4].State = queue.Waiting, queue.Waiting
	s.Queue.Done, s.Standing.InStep = s.Queue.Done-14, s.Standing.InStep-14
	s.Plex = api.Connection{Checked: true, Class: string(fault.Unauthorized), Since: ago(time.Hour)}
	s.Attention = []api.Attention{{Kind: api.SignInPlex, Message: message.New(message.PlexTokenRefused), Hint: message.New(message.AdvicePlexSignIn)}}
}

// Every page in every state that people meet. Without a folder for pictures two of the states
// suffice, and that a page is not blank.
func TestEveryStateOfEveryPageIsDrawn(t *testing.T) {
	for _, x := range states() {
		if os.Getenv("LOCKSTEP_SHOTS") == "" && x.name != "fresh" && x.name != "none-in-step" {
			continue
		}
		t.Run(x.name, func(t *testing.T) {
			f := newFake()
			f.picture = painted
			s := sampleSnapshot()
			x.set(f, &s)
			w := newTest(t, f)
			w.update(s)
			for _, n := range present.Pages() {
				w.Show(n)
				if p, ok := w.showing(n).page.(*reportsPage); ok && len(p.reasons.shown) > 2 {
					p.reasons.list.Select(2) // its advice and its button
				}
				shot(t, w, n, n+"-state-"+x.name)
			}
		})
	}
}

// The overview in windows of other sizes.
func TestOverviewIsDrawnInNarrowWindows(t *testing.T) {
	w := newTest(t, newFake())
	w.app.Settings().SetTheme(Theme(config.DarkTheme))
	s := sampleSnapshot()
	resting(&s)
	w.update(s)
	w.Show(present.Overview)
	for _, size := range []fyne.Size{fyne.NewSize(1024, 560), fyne.NewSize(700, 560)} {
		w.showing(present.Overview).Resize(size)
		shot(t, w, present.Overview, fmt.Sprintf("overview-%.0f", size.Width))
	}
}
