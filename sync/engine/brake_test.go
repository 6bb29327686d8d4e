package engine_test

import (
	"context"
	"strings"
	"testing"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
)

// people lets somebody fill the summaries of some items, unlocked like an agent's.
func people(t *testing.T, w *sim.World, from, to int) {
	t.Helper()
	for id := from; id <= to; id++ {
		for _, key := range w.TargetKeys(id) {
			must(t, w.Plex.PersonEdit(key, "summary", "Somebody's own words."))
			must(t, w.Plex.SetLock(key, "summary", false))
		}
	}
}

func asked(s api.Snapshot) (api.Attention, bool) {
	for _, a := range s.Attention {
		if a.Kind == api.BrakeAsks {
			return a, true
		}
	}
	return api.Attention{}, false
}

func overwritten(w *sim.World, from, to int) int {
	n := 0
	for id := from; id <= to; id++ {
		for _, key := range w.TargetKeys(id) {
			if it, _ := w.Plex.Item(key); it.Fields["summary"] != "Somebody's own words." {
				n++
			}
		}
	}
	return n
}

func TestFirstSyncOfAFilledLibraryAsksBeforeItOverwrites(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 31, Scenes: 300})
	people(t, r.world, 1, 120)
	l := r.start()
	s := l.until("the brake's question with its preview", func(s api.Snapshot) bool {
		a, ok := asked(s)
		return ok && a.Report != 0 && s.Reconcile == nil
	})
	if n := overwritten(r.world, 1, 120); n != 0 {
		t.Errorf("%d summaries were overwritten unasked", n)
	}
	a, _ := asked(s)
	if a.Words != "This would overwrite 120 of 300 summaries that Lockstep did not write." {
		t.Errorf("asked %q", a.Words)
	}
	if s.Queue.Done != 180 || s.Queue.Skipped != 120 {
		t.Errorf("queue %+v, want the harmless 180 done and 120 held", s.Queue)
	}
	for _, j := range l.jobs(storeQuery(queue.Skipped)).Jobs {
		if j.Code != skip.Brake || j.Words == "" {
			t.Errorf("held job %+v", j)
		}
	}

	l.end() // the question survives a restart
	l = r.start()
	s = l.settled()
	if b, ok := asked(s); !ok || b.Report != a.Report || b.Words != a.Words {
		t.Errorf("after a restart: %+v", b)
	}
	n, err := l.Apply(context.Background(), a.Report, nil)
	if err != nil || n != 120 {
		t.Errorf("applied %d, %v", n, err)
	}
	s = l.settled()
	if _, ok := asked(s); ok || s.Queue.Skipped != 0 {
		t.Errorf("after the answer: %+v %+v", s.Attention, s.Queue)
	}
	r.inStep(sim.DiffOptions{Posters: true, Mirror: true})
	rep, rows := l.reconcile(api.ReconcileRequest{Preview: true})
	if rep.Enqueued != 0 {
		t.Errorf("the preview after applying: %+v %+v", rep, rows)
	}
}

func TestFewForeignValuesAreNotAskedAbout(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 32, Scenes: 300})
	people(t, r.world, 1, 49)
	l := r.start()
	s := l.settled()
	if _, ok := asked(s); ok || s.Queue.Done != 300 {
		t.Errorf("asked %v, queue %+v", s.Attention, s.Queue)
	}
}

func TestAFreshLibraryIsFilledUnasked(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 33, Scenes: 300, Dirt: sim.Messy()})
	l := r.start()
	if s := l.settled(); len(s.Attention) > 0 {
		t.Errorf("asked %+v", s.Attention)
	}
}

func TestAPolicyOfMirrorAsksBeforeItOverwritesPeople(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 34, Scenes: 200}, nil)
	for id := 1; id <= 80; id++ {
		must(t, b.world.Plex.PersonEdit(b.world.TargetKeys(id)[0], "summary", "Somebody's own words."))
	}
	b.settings.Fields[scene.FieldSummary] = config.Mirror
	l := b.start()
	s := l.until("the question", func(s api.Snapshot) bool { a, ok := asked(s); return ok && a.Report != 0 && s.Reconcile == nil })
	if n := overwritten(b.world, 1, 80); n > 49 {
		t.Errorf("%d summaries were overwritten unasked", n)
	}
	a, _ := asked(s)
	rep, rows := l.report(a.Report)
	if !rep.Preview || rep.Enqueued != 80 || rowOf(rows, 5).Changes == nil {
		t.Errorf("the preview: %+v", rep)
	}
	n, err := l.Apply(context.Background(), a.Report, []scene.ID{5, 6})
	if err != nil || n != 2 {
		t.Errorf("applied %d, %v", n, err)
	}
	l.settled()
	if got := overwritten(b.world, 1, 80); got != 2 {
		t.Errorf("%d summaries overwritten, want the two chosen", got)
	}
	l.end()
	b.settings.Fields[scene.FieldSummary] = config.Merge
	l = b.start()
	if _, ok := asked(l.settled()); ok {
		t.Error("the question outlives the policy it is about")
	}
}

func TestReconcileHoldsAMassChangeAndAsks(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 35, Scenes: 200}, nil)
	people(t, b.world, 1, 60)
	must(t, b.world.Plex.Wipe(b.world.TargetKeys(100)[0]))
	out, rows := b.compare(nil)
	rep := out.Report
	if rep.Enqueued != 1 || rep.Skipped[skip.Brake] != 60 || rep.Gaps != 61 || len(out.Trips) != 1 || out.Ask == 0 {
		t.Errorf("got %+v, trips %+v", rep, out.Trips)
	}
	if row := rowOf(rows, 7); row.Reason != skip.Brake || row.Kind != reconcile.Drifted || len(row.Changes) != 1 {
		t.Errorf("a held row: %+v", row)
	}
	if w := reconcile.BrakeWords(out.Trips); !strings.HasPrefix(w, "This would overwrite 60 of ") {
		t.Errorf("words %q", w)
	}
	pre, _ := b.compare(func(r *reconcile.Run) { r.Report.Preview = true })
	if pre.Report.Enqueued != 60 || pre.Report.Skipped[skip.AlreadyQueued] != 1 {
		t.Errorf("the preview shows %+v", pre.Report)
	}
	yes, _ := b.compare(func(r *reconcile.Run) { r.Yes = true })
	if yes.Report.Enqueued != 60 || len(yes.Report.Skipped) != 1 {
		t.Errorf("with yes: %+v", yes.Report)
	}
	l := b.start()
	if s := l.settled(); len(s.Attention) > 0 {
		t.Errorf("what was confirmed is asked about again: %+v", s.Attention)
	}
	b.inStep(sim.DiffOptions{Posters: true, Mirror: true})
}

func TestTheEngineAsksForABrakedReconciliation(t *testing.T) {
	t.Parallel()
	b := newBench(t, sim.Options{Seed: 36, Scenes: 200}, nil)
	people(t, b.world, 1, 60)
	l := b.start()
	rep, _ := l.reconcile(api.ReconcileRequest{})
	if rep.Skipped[skip.Brake] != 60 {
		t.Errorf("got %+v", rep)
	}
	a, ok := asked(l.settled())
	if !ok {
		t.Fatal("nothing was asked")
	}
	held, _ := l.report(a.Report)
	if !held.Preview || held.Enqueued != 60 || held.Checked != 60 {
		t.Errorf("the preview of what is held: %+v", held)
	}
	if n, err := l.Apply(context.Background(), rep.ID, nil); err != nil || n != 60 {
		t.Errorf("applied %d, %v", n, err)
	}
	if _, ok := asked(l.settled()); ok {
		t.Error("still asked after the answer")
	}
	b.inStep(sim.DiffOptions{Posters: true, Mirror: true})
}
