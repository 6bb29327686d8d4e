package collection_test

import (
	"fmt"
	"testing"

	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// An intent is no write: what Plex refused, or was never sent, is void in the journal, so that
// undo does not offer it. What may have arrived is not.
func TestWhatPlexRefusedIsNothingToUndo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    sim.Fault
		undoable int
		ends     bool // the pass, because the server as a whole does not answer
	}{
		"refused":          {sim.Fault{Effect: sim.Status, Status: 400}, 0, false},
		"an error":         {sim.Fault{Effect: sim.Status, Status: 500}, 0, false},
		"gone":             {sim.Fault{Effect: sim.Status, Status: 404}, 0, false},
		"no right to edit": {sim.Fault{Effect: sim.Status, Status: 403}, 0, true},
		"no answer":        {sim.Fault{Effect: sim.Lost}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWired(t, "Sea Films")
			w.studio("Sea Films", "About the sea.", nil)
			c.fault.Match = sim.Kinds("edit")
			w.World.Plex.Inject(c.fault)
			out, err := w.pass()
			if (err != nil) != c.ends || out != (collection.Outcome{Failed: 1}) {
				t.Errorf("%+v, %v", out, err)
			}
			if list := w.journal(w.run); len(list) != 1 || list[0].Undoable() != (c.undoable > 0) || w.undoable() != c.undoable {
				t.Errorf("%d can be undone, want %d: %+v", w.undoable(), c.undoable, list)
			}
			if runs := w.runs(); len(runs) != c.undoable {
				t.Errorf("runs %+v, want %d", runs, c.undoable)
			}
		})
	}
}

// Plex answers with an error and carries the edit out all the same: what is found as it should be
// afterwards was written, and can be undone.
func TestWhatTurnsOutToHaveArrivedCanBeUndone(t *testing.T) {
	t.Parallel()
	for name, kinds := range map[string][]string{"the description": {"edit"}, "the picture": {"upload"}, "both": {"edit", "upload"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWired(t, "Sea Films")
			details, picture := "About the sea.", testkit.Logo(1)
			if len(kinds) == 1 && kinds[0] == "edit" {
				picture = nil
			}
			if len(kinds) == 1 && kinds[0] == "upload" {
				details = ""
			}
			w.studio("Sea Films", details, picture)
			clear := w.World.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Carried: true, Match: sim.Kinds(kinds...)})
			if out := w.writes(); out.Failed != 1 || out.Written != 0 {
				t.Fatalf("%+v", out)
			}
			run := w.run
			if n := w.undoable(); n != 0 {
				t.Errorf("%d can be undone although Plex answered with an error", n)
			}
			clear()
			w.writes()
			if n, err := collection.Undoable(w.DB, run); n != 1 || err != nil {
				t.Fatalf("%d can be undone of what arrived, %v", n, err)
			}
			if runs := w.runs(); runs[len(runs)-1].ID != run || runs[len(runs)-1].Written != 1 || runs[len(runs)-1].Ended.IsZero() {
				t.Errorf("runs %+v", runs)
			}
			for ; w.run >= run; w.run-- { // what the second pass added to the first
				w.undo(w.run)
			}
			if c := w.shown("Sea Films"); c.Fields["summary"] != "" || c.Poster != "" || c.Locked["summary"] || c.Locked["thumb"] {
				t.Errorf("undone: %+v", c)
			}
		})
	}
}

// Where one of two things arrived and the other has still to be written, the entry of the first
// one counts as well.
func TestWhatArrivedCountsBesideWhatIsStillToBeWritten(t *testing.T) {
	t.Parallel()
	w := newWired(t, "Sea Films")
	w.studio("Sea Films", "About the sea.", testkit.Logo(1))
	clearUpload := w.World.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.Kinds("upload")})
	clearEdit := w.World.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Carried: true, Match: sim.Kinds("edit")})
	w.writes()
	first := w.run
	clearUpload()
	clearEdit()
	if out := w.writes(); out.Written != 1 || w.undoable() != 1 {
		t.Fatalf("%+v", out)
	}
	if n, err := collection.Undoable(w.DB, first); n != 1 || err != nil {
		t.Errorf("%d of the first run can be undone, %v", n, err)
	}
	w.undo(w.run)
	w.undo(first)
	if c := w.shown("Sea Films"); c.Fields["summary"] != "" || c.Poster != "" || c.Locked["summary"] {
		t.Errorf("undone: %+v", c)
	}
	w.Settings.CollectionLook = config.Merge
	w.World.ResetCounts()
	if out := w.writes(); out.Written != 0 || w.World.Plex.Mutations() != 0 {
		t.Errorf("what was undone is written again: %+v", out)
	}
}

// A run of which a part was written stays with all of it, however many others were refused.
func TestARunOfWhichAPartWasWrittenStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(60)
	for i := range 60 {
		if i != 30 {
			d.plex.Spoil(trouble(fault.Rejected), "edit", fmt.Sprint(100+i))
		}
	}
	if out := d.writes(); out != (collection.Outcome{Written: 1, Failed: 59}) || d.undoable(d.run) != 1 {
		t.Errorf("%+v, %d undoable", out, d.undoable(d.run))
	}
	var runs []store.Run
	d.View(t, func(tx store.Tx) (err error) { runs, err = tx.Runs(0); return err })
	if len(runs) != 1 || runs[0].ID != d.run {
		t.Errorf("%+v", runs)
	}
}
