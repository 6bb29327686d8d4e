package reconcile_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func preview(r *reconcile.Run) { r.Report.Preview = true }

// detailFails lets Plex answer 500 when it is asked for a scene's items.
func (r *rig) detailFails(id int) {
	r.World.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Kinds("detail"), sim.ForItem(r.World.TargetKeys(id)[0]))})
}

// sceneFails lets Stash answer 500 when it is asked for a scene.
func (r *rig) sceneFails(id int) {
	r.World.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Kinds("findScene"), sim.ForItem(fmt.Sprint(id)))})
}

func TestEveryKindOfGapIsNamed(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 1, Scenes: 10})
	w := r.World
	r.Must(w.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited" }))
	key := w.TargetKeys(2)[0]
	r.Must(w.Plex.PersonEdit(key, "studio", "Somebody Else"))
	r.Must(w.Plex.SetLock(key, "studio", false))
	r.Must(w.Plex.Wipe(w.TargetKeys(3)[0]))
	r.Must(w.Plex.Remove(w.TargetKeys(4)[0]))
	fresh := w.AddFilm(sim.Scene{Title: "New", Details: "New."}, "new.mkv")
	raw := w.AddFilm(sim.Scene{}, "raw.mkv")
	r.Must(w.Stash.DeleteScene(6))
	r.Must(w.Plex.Wipe(w.TargetKeys(7)[0]))
	r.detailFails(7)
	want := map[scene.ID]store.ReportRow{
		1: {Kind: queue.Changed, Outcome: reconcile.Enqueued}, 2: {Kind: queue.Drifted, Outcome: reconcile.Enqueued},
		3: {Kind: queue.Emptied, Outcome: reconcile.Enqueued}, 4: {Kind: queue.Missing, Outcome: reconcile.Enqueued},
		6: {Outcome: reconcile.Skipped, Reason: skip.DeletedInStash}, 7: {Outcome: reconcile.Skipped, Reason: skip.Unreadable},
		scene.ID(fresh): {Kind: queue.Missing, Outcome: reconcile.Enqueued}, // Plex did not scan it yet
		scene.ID(raw):   {Kind: queue.Missing, Outcome: reconcile.Skipped, Reason: skip.NoMetadata},
	}
	check := func(rep store.Report, rows map[scene.ID]store.ReportRow) {
		t.Helper()
		if !rep.Incomplete.IsZero() || rep.Checked != 12 || rep.InStep != 4 || len(rows) != len(want) {
			t.Errorf("%+v with %d rows", rep, len(rows))
		}
		for id, x := range want {
			if got := rows[id]; got.Kind != x.Kind || got.Outcome != x.Outcome || got.Reason != x.Reason || got.Title == "" {
				t.Errorf("scene %s: %+v, want %+v", id, got, x)
			}
		}
	}
	run := maps.Clone(want)
	for id, row := range want { // of what Plex lacks nothing would be written
		if row.Kind == queue.Missing {
			want[id] = store.ReportRow{Kind: queue.Missing, Outcome: reconcile.Skipped, Reason: cmp.Or(row.Reason, skip.NotInPlex)}
		}
	}
	check(r.reconcile(preview))
	want = run
	if n := r.DB.Counts().Pending(); n != 0 {
		t.Errorf("the preview made %d jobs", n)
	}
	check(r.reconcile(nil))
	if n := r.DB.Counts().Waiting; n != 5 {
		t.Errorf("%d jobs, want one for each gap to be closed", n)
	}
}

func TestAScopeOfOneSceneSaysWhatIsTheCase(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 2, Scenes: 6})
	r.Must(r.World.Stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited" }))
	r.Must(r.World.Stash.DeleteScene(2))
	r.sceneFails(3)
	r.Must(r.World.Plex.Wipe(r.World.TargetKeys(4)[0]))
	r.detailFails(4)
	// Nothing is known of scene 6 any more, and its cover cannot be read: that alone is said.
	key := scene.ItemKey{Machine: r.World.Plex.MachineID(), RatingKey: r.World.TargetKeys(6)[0]}
	r.Must(r.DB.Update(func(tx store.Tx) error { return errors.Join(tx.PutItemState(key, store.ItemState{}), tx.DeleteSeen(6)) }))
	r.World.Stash.Inject(sim.Fault{Effect: sim.Reset, Match: sim.All(sim.Kinds("screenshot"), sim.ForItem("6"))})
	for id, want := range map[int]store.ReportRow{
		6: {Outcome: reconcile.Skipped, Reason: skip.Unreadable, Message: message.Foreign("Stash")},
		1: {Outcome: reconcile.Enqueued}, 2: {Outcome: reconcile.Skipped, Reason: skip.DeletedInStash},
		3: {Outcome: reconcile.Skipped, Reason: skip.Unreadable, Message: message.Foreign("Stash")}, 4: {Outcome: reconcile.Skipped, Reason: skip.Unreadable, Message: message.Foreign("Plex")}, 5: {},
	} {
		rep, rows := r.reconcile(func(run *reconcile.Run) { run.Report.Preview, run.Report.Scope = true, fmt.Sprint("scene:", id) })
		got := rows[scene.ID(id)]
		if !rep.Incomplete.IsZero() || rep.Checked != 1 || got.Outcome != want.Outcome || got.Reason != want.Reason || !strings.Contains(got.Message.String(), want.Message.String()) {
			t.Errorf("scene %d: %+v in %+v, want %+v", id, got, rep, want)
		}
	}
}

func TestAServerAtFaultAsAWholeEndsTheRunAndNothingIsGuessed(t *testing.T) {
	t.Parallel()
	for name, inject := range map[string]func(*rig){
		"Plex gives no items": func(r *rig) {
			r.World.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.Kinds("detail")})
		},
		"Plex is away": func(r *rig) { r.World.Plex.Inject(sim.Fault{Effect: sim.Reset, Match: sim.Kinds("detail")}) },
		"Plex shows nothing": func(r *rig) {
			r.World.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 404, Match: sim.Kinds("detail")})
		},
		"Stash gives no scenes": func(r *rig) {
			r.World.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.Kinds("findScene")})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 3, Scenes: 120})
			inject(r)
			rep, rows := r.reconcile(func(run *reconcile.Run) { run.Report.Deep = true })
			if rep.Incomplete.IsZero() || rep.Checked != 0 || len(rows) != 0 || r.DB.Counts().Pending() != 0 {
				t.Errorf("%+v with rows %+v", rep, rows)
			}
		})
	}
}

func TestExamineTellsWhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	r := newRig(t, sim.Options{Seed: 4, Scenes: 6})
	raw := r.World.AddFilm(sim.Scene{}, "raw.mkv")
	r.detailFails(2)
	r.Must(r.World.Stash.SetCover(3, sim.DrawCover(999)))
	r.World.Stash.Inject(sim.Fault{Effect: sim.Reset, Match: sim.All(sim.Kinds("screenshot"), sim.ForItem("3"))})
	look := func(id int) reconcile.Finding {
		t.Helper()
		found, err := r.Stash.Scenes(t.Context(), []scene.ID{scene.ID(id)}, 0)
		r.Must(err)
		f, err := r.run(preview).Examine(t.Context(), *found[scene.ID(id)])
		r.Must(err)
		return f
	}
	if f := look(1); f.Outcome != "" || f.Fault != nil || len(f.Items) != 1 || len(f.Items[0].Plan.Decisions) == 0 {
		t.Errorf("in step: %+v", f)
	}
	if f := look(2); f.Code != skip.Unreadable || f.Fault == nil || f.Fault.Server != fault.Plex {
		t.Errorf("an unreadable item: %+v", f)
	}
	if f := look(3); f.Picture == nil || f.Fault == nil || len(f.Items) != 1 {
		t.Errorf("an unreadable cover: %+v", f)
	}
	clear := r.World.Plex.Inject(sim.Fault{Effect: sim.Reset})
	defer clear()
	if f := look(1); f.Fault == nil || f.Fault.Class != fault.Unreachable || f.Scene == nil || len(f.Match.Targets) != 1 {
		t.Errorf("with Plex away: %+v", f)
	}
	if f := look(raw); f.Code != skip.NoMetadata {
		t.Errorf("a raw scene with Plex away: %+v", f)
	}
}
