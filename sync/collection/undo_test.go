package collection_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// shelved is a desk with one collection that Lockstep gave a picture and a summary.
func shelved(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	if out := d.writes(); out != (collection.Outcome{Written: 1}) {
		t.Fatalf("%+v", out)
	}
	return d
}

// asBefore reports that nothing of Lockstep is left on a collection.
func (d *desk) asBefore(key string) bool {
	it := d.plex.Has[key]
	return it.Summary == "" && it.Thumb == "" && !it.Locked["summary"] && !it.Locked["thumb"]
}

func TestARunIsUndoneWithItsLocksAndStaysUndone(t *testing.T) {
	t.Parallel()
	d := shelved(t)
	run := d.run
	out := d.undo(run)
	if out != (collection.Outcome{Written: 1}) || !d.asBefore("10") || d.undoable(run) != 0 {
		t.Errorf("%+v, %+v", out, d.plex.Has["10"])
	}
	lines := d.history()
	if len(lines) != 2 || !lines[0].Message.Is(message.CollectionUndone) {
		t.Errorf("%+v", lines)
	}
	if out := d.undo(run); out != (collection.Outcome{}) {
		t.Errorf("a second time: %+v", out)
	}
	if out := d.writes(); out.Written != 0 || !d.asBefore("10") {
		t.Errorf("what a person undid is written again: %+v", out)
	}
	d.studio(1, "Sea Films", "About every sea.", testkit.Logo(2)) // Stash wants something else
	if out := d.writes(); out.Written != 1 || d.plex.Has["10"].Summary != "About every sea." {
		t.Errorf("%+v, %q", out, d.plex.Has["10"].Summary)
	}
}

// What somebody changed since the run stays, field by field.
func TestWhatSomebodyChangedSinceStays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change           func(*desk)
		summary, picture bool // given back
	}{
		"nothing":     {func(*desk) {}, true, true},
		"the summary": {func(d *desk) { d.Person("10", func(it *scene.Item) { it.Summary = "Mine" }) }, false, true},
		"the picture": {func(d *desk) {
			_ = d.plex.Upload(context.Background(), "10", scene.FieldPoster, testkit.Logo(200), "image/png")
		}, true, false},
		"both": {func(d *desk) {
			d.Person("10", func(it *scene.Item) { it.Summary = "Mine" })
			_ = d.plex.Upload(context.Background(), "10", scene.FieldPoster, testkit.Logo(200), "image/png")
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shelved(t)
			c.change(d)
			d.undo(d.run)
			it := d.plex.Has["10"]
			if (it.Summary == "") != c.summary || (it.Thumb == "") != c.picture || d.undoable(d.run) != 0 {
				t.Errorf("summary %q, picture %q; %d left to undo", it.Summary, it.Thumb, d.undoable(d.run))
			}
		})
	}
}

// A picture that was shown before comes back as long as Plex offers it.
func TestThePictureFromBeforeComesBack(t *testing.T) {
	t.Parallel()
	for name, offered := range map[string]bool{"still offered": true, "gone": false} {
		d := shelved(t)
		d.studio(1, "Sea Films", "About the sea.", testkit.Logo(2))
		d.writes()
		if !offered {
			slot := testkit.Slot("10", scene.FieldPoster)
			d.plex.Offers[slot] = slices.DeleteFunc(d.plex.Offers[slot], func(p scene.Picture) bool { return p.SHA1 == testkit.SHA(testkit.Logo(1)) })
		}
		d.undo(d.run)
		i := slices.IndexFunc(d.plex.Offers[testkit.Slot("10", scene.FieldPoster)], func(p scene.Picture) bool { return p.Selected })
		if (i >= 0) != offered || offered && d.plex.Offers[testkit.Slot("10", scene.FieldPoster)][i].SHA1 != testkit.SHA(testkit.Logo(1)) {
			t.Errorf("%s: %+v", name, d.plex.Offers)
		}
		if n := len(d.plex.Sent); n != 2 {
			t.Errorf("%s: %d uploads", name, n)
		}
	}
}

// A collection that is gone, or is called otherwise by now, has nothing to be given back: it is done
// with, and not written.
func TestACollectionThatIsGoneHasNothingToBeGivenBack(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*desk){
		"gone":            func(d *desk) { delete(d.plex.Has, "10") },
		"a person's name": func(d *desk) { d.Person("10", func(it *scene.Item) { it.Title = "A person's title" }) },
	} {
		d := shelved(t)
		change(d)
		edits := len(d.plex.Edits)
		if out := d.undo(d.run); out != (collection.Outcome{Left: 1}) || d.undoable(d.run) != 0 || len(d.plex.Edits) != edits {
			t.Errorf("%s: %+v, %d left to undo", name, out, d.undoable(d.run))
		}
	}
}

// Only entries about collections of this server and this run are undone here; those of films, those
// sent to Stash and damaged ones are others' concern.
func TestOnlyEntriesAboutCollectionsAreUndone(t *testing.T) {
	t.Parallel()
	d := shelved(t)
	run := d.run
	former := d.journal(run)[0].Former
	d.Update(t, func(tx store.Tx) error {
		return errors.Join(
			tx.AddJournal(store.JournalEntry{Run: run, Item: testkit.Key("10"), Scene: 5, Name: "a film", Former: former}),
			tx.AddJournal(store.JournalEntry{Run: run, Item: testkit.Key("10"), Name: "to Stash", Sent: &store.Sent{}}),
			tx.AddJournal(store.JournalEntry{Run: run, Item: testkit.Key("10"), Name: "damaged", Lost: true}),
			tx.AddJournal(store.JournalEntry{Run: run, Item: testkit.Key("10"), Name: "Sea Films", Former: former, Void: true}),
			tx.AddJournal(store.JournalEntry{Run: run + 1, Item: testkit.Key("10"), Name: "Sea Films", Former: former}),
			tx.AddJournal(store.JournalEntry{Run: run, Item: scene.ItemKey{Machine: "another", RatingKey: "10"}, Name: "Sea Films", Former: former}))
	})
	if n := d.undoable(run); n != 2 { // with that of another server
		t.Errorf("%d can be undone", n)
	}
	out, err := d.writer().Undo(context.Background(), run)
	if err != nil || out != (collection.Outcome{Written: 1}) || d.undoable(run) != 1 || d.undoable(run+1) != 1 {
		t.Errorf("%+v, %v; %d and %d left", out, err, d.undoable(run), d.undoable(run+1))
	}
}

// What keeps an undo from being carried out leaves it to be tried again; what every next one would
// meet ends it. Tried again, it gives back everything.
func TestAnUndoThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind string
		err  error
		ends bool
	}{
		"the reading fails":         {"items", trouble(fault.Temporary), false},
		"the edit is refused":       {"edit", trouble(fault.Rejected), false},
		"the edit has no answer":    {"edit", trouble(fault.Unreachable), true},
		"no right to edit":          {"edit", trouble(fault.Unauthorized), true},
		"the pictures are unknown":  {"pictures", trouble(fault.Temporary), false},
		"the picture is not chosen": {"unselect", trouble(fault.Temporary), false},
		"a stop":                    {"unselect", trouble(fault.Canceled), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shelved(t)
			d.plex.Spoil(c.err, c.kind)
			out, err := d.writer().Undo(context.Background(), d.run)
			if (err != nil) != c.ends || out != (collection.Outcome{Failed: 1}) || d.undoable(d.run) != 1 {
				t.Errorf("%+v, %v; %d left", out, err, d.undoable(d.run))
			}
			if out, err := d.pass(); err == nil && out.Written > 0 {
				t.Errorf("written again meanwhile: %+v", out)
			}
			d.run--
			d.plex.Mend()
			if out := d.undo(d.run); out.Failed != 0 || !d.asBefore("10") || d.undoable(d.run) != 0 {
				t.Errorf("again: %+v, %+v", out, d.plex.Has["10"])
			}
		})
	}
}

// An undo whose values do not arrive is not done.
func TestAnUndoThatDoesNotArriveIsNotDone(t *testing.T) {
	t.Parallel()
	d := shelved(t)
	d.plex.Drops = []string{"summary"}
	if out, err := d.writer().Undo(context.Background(), d.run); err != nil || out.Failed != 1 || d.undoable(d.run) != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	d.plex.Drops = nil
	if d.undo(d.run); !d.asBefore("10") {
		t.Errorf("%+v", d.plex.Has["10"])
	}
}

// A pause lets the rest be undone later.
func TestAPauseLeavesTheRestOfAnUndo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(5)
	d.writes()
	left := 2
	d.may = func() bool { left--; return left >= 0 }
	if out := d.undo(d.run); out != (collection.Outcome{Written: 2}) || d.undoable(d.run) != 3 {
		t.Errorf("%+v, %d left", out, d.undoable(d.run))
	}
	d.may = func() bool { return true }
	if out := d.undo(d.run); out != (collection.Outcome{Written: 3}) || d.undoable(d.run) != 0 {
		t.Errorf("%+v", out)
	}
}

// Undo does not ask what is wanted by now: collections may be off.
func TestUndoWorksWhateverIsWantedByNow(t *testing.T) {
	t.Parallel()
	d := shelved(t)
	d.Settings.Fields[scene.FieldCollections], d.Settings.CollectionLook = config.Off, config.Off
	d.Sections = nil
	d.stash.subjects = nil
	if d.undo(d.run); !d.asBefore("10") {
		t.Errorf("%+v", d.plex.Has["10"])
	}
}

func TestADiskThatFailsKeepsWhatIsToBeUndone(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"EachJournal", "ItemState", "PutItemState", "MarkUndone", "AddActivity"} {
		d := shelved(t)
		d.store = testkit.Troubled{Store: d.DB, Fails: op, Err: errDisk}
		_, err := d.writer().Undo(context.Background(), d.run)
		d.store = d.DB
		if !errors.Is(err, errDisk) || d.undoable(d.run) != 1 {
			t.Errorf("%s: %v, %d left", op, err, d.undoable(d.run))
		}
		if d.undo(d.run); !d.asBefore("10") {
			t.Errorf("%s: %+v", op, d.plex.Has["10"])
		}
	}
}

// Over the wire, with what a person had chosen before, and through a Plex that loses answers.
func TestUndoOverTheWire(t *testing.T) {
	t.Parallel()
	w := newWired(t, "Sea Films", "Coast")
	w.studio("Sea Films", "About the sea.", testkit.Logo(1))
	w.studio("Coast", "About the coast.", testkit.Logo(2))
	w.Must(w.World.Plex.PersonEdit(w.shown("Coast").RatingKey, "summary", "A person's words"))
	before := map[string]sim.Item{"Sea Films": w.shown("Sea Films"), "Coast": w.shown("Coast")}
	if out := w.writes(); out != (collection.Outcome{Written: 2}) {
		t.Fatalf("%+v", out)
	}
	clear := w.World.Plex.Inject(sim.Fault{Effect: sim.Lost, Match: sim.Kinds("edit")})
	if _, err := w.writer().Undo(t.Context(), w.run); err == nil {
		t.Error("no answer, and no error")
	}
	clear()
	w.undo(w.run)
	for title, was := range before {
		now := w.shown(title)
		if now.Fields["summary"] != was.Fields["summary"] || now.Poster != "" || now.Locked["summary"] != was.Locked["summary"] || now.Locked["thumb"] {
			t.Errorf("%s: %+v, was %+v", title, now, was)
		}
	}
	w.World.ResetCounts()
	if out := w.writes(); out.Written != 0 || w.World.Plex.Mutations() != 0 {
		t.Errorf("written again: %+v", out)
	}
	if v := w.World.Plex.Violations(); len(v) > 0 {
		t.Error(v)
	}
}
