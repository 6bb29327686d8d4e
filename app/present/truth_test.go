package present_test

import (
	"strings"
	"testing"
	"time"

	"lockstep/app/present"
	"lockstep/assets"
	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/queue"
)

// situation is one thing that may be the case, with the icon it asks for: "" leaves that to
// what else is the case.
type situation struct {
	name  string
	icon  string
	apply func(*api.Snapshot)
}

// heads are what stands before the work, by precedence: the first that applies is shown.
var heads = []situation{
	{"not running", assets.Unsure, func(s *api.Snapshot) { s.Live = false }},
	{"down", assets.Down, func(s *api.Snapshot) { s.Verdict = health.Down }},
	{"not set up", assets.Attention, func(s *api.Snapshot) { s.Configured = false }},
	{"held by the set-up", assets.Attention, func(s *api.Snapshot) { s.Hold = true }},
	{"asked", assets.Attention, func(s *api.Snapshot) {
		s.Attention = []api.Attention{{Kind: api.SignInPlex, Message: message.Foreign("Plex asks you to sign in again")}}
	}},
	{"unknown", assets.Unsure, func(s *api.Snapshot) { s.Verdict = health.Unknown }},
	{"disputed", assets.Unsure, func(s *api.Snapshot) { s.Verdict = health.Disputed }},
	{"stash away", assets.Unsure, stashAway},
	{"quitting", assets.Working, func(s *api.Snapshot) { s.Stopping = message.New(message.StepInHand) }},
	{"paused", assets.Paused, func(s *api.Snapshot) { s.Paused = true }},
	{"fine", "", func(*api.Snapshot) {}},
}

// works are what is going on.
var works = []situation{
	{"idle", "", func(*api.Snapshot) {}},
	{"in progress", assets.Working, writing},
	{"a batch begins", assets.Working, func(s *api.Snapshot) { writing(s); s.InHand, s.Active = nil, true }},
	{"between batches", assets.Working, func(s *api.Snapshot) { writing(s); s.InHand, s.Queue.Running = nil, 0 }},
	{"comparing", assets.Working, func(s *api.Snapshot) { s.Reconcile = &api.ReconcileState{} }},
	{"first look", assets.Working, func(s *api.Snapshot) { s.Scan = &api.Scan{} }},
	{"waiting", assets.Working, func(s *api.Snapshot) { s.Queue.Waiting = 3 }},
	{"failing", assets.Unsure, func(s *api.Snapshot) {
		s.At, s.Failing = now, []api.Failing{{Kind: "listing", Since: ago(time.Minute)}}
	}},
	{"retrying", "", func(s *api.Snapshot) { s.Queue.Retrying = 2 }},
}

// stand is how the scenes stand.
type stand struct {
	name           string
	settled, needs bool // all in step or left out; a person is needed
	apply          func(*api.Snapshot)
}

func stands(scenes int, st api.Standing, q queue.Counts) func(*api.Snapshot) {
	return func(s *api.Snapshot) {
		s.Scenes, s.Standing = scenes, st
		s.Queue.Done, s.Queue.Skipped, s.Queue.Dead, s.Queue.Parked = st.InStep, q.Skipped, q.Dead, q.Parked
	}
}

var allStands = []stand{
	{"all in step", true, false, stands(10, api.Standing{InStep: 10}, queue.Counts{})},
	{"some left out", true, false, stands(10, api.Standing{InStep: 7, LeftOut: 3}, queue.Counts{Skipped: 3})},
	{"all left out", true, false, stands(10, api.Standing{LeftOut: 10}, queue.Counts{Skipped: 10})},
	{"one failed", false, true, stands(10, api.Standing{InStep: 9, NeedYou: 1}, queue.Counts{Dead: 1})},
	{"some need a person", false, true, stands(10, api.Standing{InStep: 6, NeedYou: 3, LeftOut: 1}, queue.Counts{Skipped: 4})},
	{"none in step", false, true, stands(10, api.Standing{}, queue.Counts{Parked: 10})},
	{"not in Plex yet", false, false, stands(10, api.Standing{InStep: 8}, queue.Counts{Parked: 2})},
	{"unreadable", false, false, stands(10, api.Standing{InStep: 8}, queue.Counts{Skipped: 2})},
	{"not examined", false, false, stands(10, api.Standing{InStep: 8}, queue.Counts{})},
}

// Headline, icon, tray and Reports say the same, and "in step" only when it is so.
func TestTruthOfEveryReachableSnapshot(t *testing.T) {
	t.Parallel()
	for i, first := range heads {
		for _, second := range heads[i:] {
			for _, work := range works {
				for _, st := range allStands {
					s := up()
					for _, apply := range []func(*api.Snapshot){st.apply, work.apply, second.apply, first.apply} {
						apply(&s)
					}
					checkTruth(t, strings.Join([]string{first.name, second.name, work.name, st.name}, ", "), s, first, work, st)
				}
			}
		}
	}
}

func checkTruth(t *testing.T, name string, s api.Snapshot, head, work situation, st stand) {
	t.Helper()
	quiet := head.icon == "" && work.icon == ""
	want := assets.Up
	switch {
	case head.icon != "":
		want = head.icon
	case work.icon != "":
		want = work.icon
	case st.needs:
		want = assets.Attention
	case work.name == "retrying":
		want = assets.Working
	}
	icon, words, headline, menu := present.Icon(s), present.Status(s, at), present.Headline(s, at), present.MenuOf(s, at)
	if icon != want || menu.Icon != icon {
		t.Errorf("%s: icon %q, in the tray %q, want %q", name, icon, menu.Icon, want)
	}
	if headline.Words != words || menu.Status != words {
		t.Errorf("%s: the status is %q, the headline %q, the tray's %q", name, words, headline.Words, menu.Status)
	}
	if (headline.Tone == present.Good) != (icon == assets.Up) {
		t.Errorf("%s: tone %v with the icon %q", name, headline.Tone, icon)
	}
	if inStep := strings.HasPrefix(words, "In step"); inStep != (quiet && work.name == "idle" && st.settled) {
		t.Errorf("%s: says %q", name, words)
	}
	n := s.Standing.NeedYou
	if attention := strings.Contains(words, "attention"); attention != (quiet && n > 0) {
		t.Errorf("%s: says %q, and %d need a person", name, words, n)
	}
	if counted := strings.Contains(menu.Reports, "attention"); counted != (n > 0) || present.Badge(present.Reports, s) != n {
		t.Errorf("%s: Reports say %q and %d, %d need a person", name, menu.Reports, present.Badge(present.Reports, s), n)
	}
	if strings.Contains(words, "skipped") && s.Queue.Skipped == 0 {
		t.Errorf("%s: what is queued or running is called skipped: %q", name, words)
	}
}

// The words stay of one kind while a run goes on, whatever its batches are at.
func TestHeadlineStaysOfOneKindThroughARun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inStep int // of each batch of ten
		kind   string
	}{"all are written": {0, "Writing"}, "half are": {5, "Checking"}, "none is": {10, "Checking"}} {
		s := up()
		s.Run = api.Progress{Total: 50, Started: now.Unix()}
		s.Queue = queue.Counts{Waiting: 50}
		begun := false
		look := func(moment string) {
			words := present.Status(s, at)
			begun = begun || s.Run.Finished() > 0
			if begun && !strings.HasPrefix(words, c.kind) {
				t.Errorf("%s, %s: %q is of another kind than %q", name, moment, words, c.kind)
			}
		}
		for s.Run.Finished() < 40 { // with the last batch it is known what is left
			left := s.Run.Total - s.Run.Finished()
			s.Queue.Waiting, s.Queue.Running, s.Active = left-10, 10, true
			known := func(inBatch int) { // as the engine reckons
				s.Run.ToWrite = s.Run.Written + inBatch
				if inStep := s.Run.Done - s.Run.Written; s.Run.Written > 0 && inStep*10 <= s.Run.Written {
					s.Run.ToWrite = s.Run.Written + left
				}
			}
			look("as it begins")
			s.InHand = []api.InHand{{Scene: 1, Name: "Tidal Pools at Dawn", Step: "reading"}}
			known(0)
			look("as it is read")
			s.InHand[0].Step = "writing"
			known(10 - c.inStep)
			look("as it is written")
			s.InHand, s.Active = nil, false
			s.Run.Done, s.Run.Written = s.Run.Done+10, s.Run.Written+10-c.inStep
			s.Queue.Waiting, s.Queue.Running, s.Queue.Done = left-10, 0, s.Run.Done
			left -= 10
			known(0)
			look("between batches")
		}
	}
}
