package collection_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/budget"
	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// many has n studios with a description and a collection each.
func (d *desk) many(n int) {
	for i := range n {
		name := fmt.Sprintf("Studio %03d", i)
		d.studio(i+1, name, "About "+name, nil)
		d.has(fmt.Sprint(100+i), "1", name)
	}
}

// What a collection was and what is about to be written is on disk before the first request; the
// picture goes first, so that the lock ends up right; then it is read back, and told.
func TestTheOrderOfAWrite(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	list := d.compare()
	var order []string
	d.plex.On = func(request string) {
		kind, _, _ := strings.Cut(request, " ")
		if kind == "upload" {
			entries := d.journal(d.run)
			if len(entries) != 1 || entries[0].Former.Empty() || entries[0].Name != "Sea Films" || d.state("10").Memory.Fields[scene.FieldSummary].Intent == "" {
				t.Errorf("nothing is stored before the first request: %+v", entries)
			}
		}
		order = append(order, kind)
	}
	d.run++
	out, err := d.writer().Write(context.Background(), list)
	if err != nil || out != (collection.Outcome{Written: 1}) || !slices.Equal(order, []string{"upload", "edit", "items"}) {
		t.Fatalf("%+v, %v, %q", out, err, order)
	}
	it := d.plex.Has["10"]
	if it.Summary != "About the sea." || !it.Locked["summary"] || !it.Locked["thumb"] {
		t.Errorf("%+v", it)
	}
	if e := d.plex.Edits[0]; e.Type != plan.CollectionType || e.Section != "1" || len(e.Scalars) != 1 {
		t.Errorf("%+v", e)
	}
	state := d.state("10")
	if state.Written.IsZero() || state.UpdatedAt != it.UpdatedAt || state.Scene != 0 || state.Memory.Fields[scene.FieldSummary].Sent == "" {
		t.Errorf("%+v", state)
	}
	lines := d.history()
	if len(lines) != 1 || lines[0].Name != "Sea Films" || lines[0].Run != d.run || len(lines[0].Changes) != 2 || !lines[0].Message.Is(message.CollectionIn) || lines[0].State != queue.Done {
		t.Errorf("%+v", lines)
	}
	if d.undoable(d.run) != 1 || !slices.Equal(d.took, []string{"10"}) {
		t.Errorf("%d undoable, took %q", d.undoable(d.run), d.took)
	}
	if again := d.writes(); again != (collection.Outcome{InStep: 1}) || len(d.journal(d.run)) != 0 {
		t.Errorf("again %+v", again)
	}
}

// Many are written in parts, each read back in one request.
func TestManyCollectionsAreReadBackInParts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(60)
	list := d.compare()
	d.plex.Forget()
	d.run++
	out, err := d.writer().Write(context.Background(), list)
	if err != nil || out.Written != 60 || len(d.plex.Asked("edit")) != 60 || len(d.plex.Asked("items")) != 3 {
		t.Errorf("%+v, %v; %d edits, %d read-backs", out, err, len(d.plex.Asked("edit")), len(d.plex.Asked("items")))
	}
}

// Between two collections it is asked whether the next may still be written. What was not come to
// is no write.
func TestAPauseEndsThePassBetweenTwoCollections(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(40)
	asked := 0
	d.may = func() bool { asked++; return len(d.plex.Edits) < 7 }
	out := d.writes()
	if out != (collection.Outcome{Written: 7}) || d.undoable(d.run) != 7 || len(d.journal(d.run)) != 25 || asked < 7 {
		t.Errorf("%+v, %d undoable of %d", out, d.undoable(d.run), len(d.journal(d.run)))
	}
	d.may = func() bool { return false }
	if out := d.writes(); out != (collection.Outcome{InStep: 7}) {
		t.Errorf("paused: %+v", out)
	}
	d.may = func() bool { return true }
	if out := d.writes(); out != (collection.Outcome{Written: 33, InStep: 7}) {
		t.Errorf("resumed: %+v", out)
	}
}

// What the brake holds is not written, and nothing else waits for it.
func TestWhatTheBrakeHoldsIsNotWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(2)
	d.writes()
	d.studio(1, "Studio 000", "", nil) // its description is taken away again
	d.studio(2, "Studio 001", "Another one.", nil)
	c := of(t, d.compare(), "100")
	d.held = brake.LoadOf(c.Plan).Fields()
	if !d.held.Has(scene.FieldSummary) {
		t.Fatalf("%+v takes nothing away", c.Plan.Decisions)
	}
	if out := d.writes(); out.Held != 1 || d.plex.Has["100"].Summary != "About Studio 000" || len(d.journal(d.run)) > 1 {
		t.Errorf("%+v, %q", out, d.plex.Has["100"].Summary)
	}
	d.held = 0
	if d.writes(); d.plex.Has["100"].Summary != "" || d.plex.Has["101"].Summary != "Another one." {
		t.Errorf("%q, %q", d.plex.Has["100"].Summary, d.plex.Has["101"].Summary)
	}
}

// A collection whose picture was refused rests: no picture is sent to it, and the reason says until
// when. Its description does not wait.
func TestACollectionThatRestsGetsItsDescription(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	d.rests["10"] = time.Hour
	list := d.compare()
	d.run++
	out, err := d.writer().Write(context.Background(), list)
	c := of(t, list, "10")
	if err != nil || out != (collection.Outcome{Failed: 1}) || len(d.plex.Sent) > 0 || d.plex.Has["10"].Summary != "About the sea." {
		t.Errorf("%+v, %v, %d pictures", out, err, len(d.plex.Sent))
	}
	if c.Picture == nil || !c.Picture.Message.Is(message.CollectionRests) {
		t.Errorf("%v", c.Picture)
	}
	if out := d.writes(); out != (collection.Outcome{Failed: 1}) || len(d.plex.Edits) != 1 {
		t.Errorf("still resting: %+v, %d edits", out, len(d.plex.Edits))
	}
	delete(d.rests, "10")
	if out := d.writes(); out != (collection.Outcome{Written: 1}) || len(d.plex.Sent) != 1 {
		t.Errorf("rested: %+v", out)
	}
}

// What fails at one collection is told and stops no other; what every next one would meet ends the
// pass, and what was written by then is read back and counts.
func TestWhatFailsAtOneCollectionAndWhatEndsThePass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind string
		err  error
		ends bool
		rest bool // its picture rests
	}{
		"an edit, refused":          {"edit", trouble(fault.Rejected), false, false},
		"an edit, an error":         {"edit", trouble(fault.Temporary), false, false},
		"an edit of one gone":       {"edit", trouble(fault.NotFound), false, false},
		"an edit held back":         {"edit", heldBack(), true, false},
		"an edit without answer":    {"edit", trouble(fault.Unreachable), true, false},
		"an edit too many":          {"edit", trouble(fault.Busy), true, false},
		"no right to edit":          {"edit", trouble(fault.Unauthorized), true, false},
		"another server":            {"edit", trouble(fault.Config), true, false},
		"a stop":                    {"edit", trouble(fault.Canceled), true, false},
		"our own fault":             {"edit", trouble(fault.Local), true, false},
		"a picture, refused":        {"upload", trouble(fault.Rejected), false, true},
		"a picture, an error":       {"upload", trouble(fault.Temporary), false, true},
		"a picture without answer":  {"upload", trouble(fault.Unreachable), false, true},
		"a picture held back":       {"upload", heldBack(), false, false},
		"a stop at a picture":       {"upload", trouble(fault.Canceled), true, false},
		"our own fault, at picture": {"upload", trouble(fault.Local), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			for i := range 3 {
				name := fmt.Sprint("Studio ", i)
				d.studio(i+1, name, "About "+name, testkit.Logo(uint8(i+1)))
				d.has(fmt.Sprint(10+i), "1", name)
			}
			d.plex.Spoil(c.err, c.kind, "11")
			out, err := d.pass()
			if (err != nil) != c.ends || c.ends && !errors.Is(err, c.err) {
				t.Errorf("ended with %v", err)
			}
			if slices.Contains(d.failed, "11") != c.rest {
				t.Errorf("rests %q", d.failed)
			}
			last := d.plex.Has["12"].Summary != ""
			if last == c.ends || d.plex.Has["10"].Summary == "" || d.state("10").Written.IsZero() {
				t.Errorf("the first %q, the last written %v", d.plex.Has["10"].Summary, last)
			}
			if want := map[bool]int{true: 1, false: 2}[c.ends]; out.Written != want || out.Failed != 1 {
				t.Errorf("%+v, want %d written and one failed", out, want)
			}
			if c.kind == "upload" && !c.ends && d.plex.Has["11"].Summary == "" {
				t.Error("the description waits for the picture")
			}
		})
	}
}

// heldBack is the fault of a request that was not made because it failed a moment ago.
func heldBack() error {
	return fault.New(fault.Temporary, fault.Plex, message.Foreign("held back"), message.None, budget.ErrHeld)
}

// Only what arrived counts: what Plex forgets without a word has failed and is tried again, and
// after some times it is how Plex stores it.
func TestOnlyWhatArrivedCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(1)
	d.plex.Drops = []string{"summary"}
	if out := d.writes(); out != (collection.Outcome{Failed: 1}) {
		t.Errorf("%+v", out)
	}
	for range 5 {
		d.writes()
	}
	if n := len(d.plex.Edits); n > 3 {
		t.Errorf("sent %d times", n)
	}
}

// A collection that vanishes before it is read back has failed; nothing else has.
func TestACollectionThatVanishesWhileItIsWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(3)
	d.plex.On = func(request string) {
		if request == "edit 102" {
			delete(d.plex.Has, "101")
		}
	}
	if out := d.writes(); out != (collection.Outcome{Written: 2, Failed: 1}) {
		t.Errorf("%+v", out)
	}
}

// Without a read-back nothing is claimed. The next pass finds it as it should be, and it can be
// undone.
func TestWithoutAReadBackNothingIsClaimed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(1)
	list := d.compare()
	d.plex.Spoil(trouble(fault.Unreachable), "items")
	d.run++
	out, err := d.writer().Write(context.Background(), list)
	if !fault.Is(err, fault.Unreachable) || out.Written != 0 || len(d.history()) != 0 {
		t.Errorf("%+v, %v", out, err)
	}
	run := d.run
	d.plex.Mend()
	if out := d.writes(); out != (collection.Outcome{InStep: 1}) || d.undoable(run) != 1 {
		t.Errorf("%+v, %d undoable", out, d.undoable(run))
	}
	if d.undo(run); d.plex.Has["100"].Summary != "" {
		t.Error("not undone")
	}
}

// Whatever the store cannot do ends the pass with that error; before the journal has it nothing is
// sent.
func TestWhateverTheStoreCannotDoEndsThePass(t *testing.T) {
	t.Parallel()
	for op, sent := range map[string]bool{"PutRun": false, "AddJournal": false, "PutItemState": false, "AddActivity": true, "EachJournal": true, "MarkVoid": true} {
		d := newDesk(t)
		d.many(2)
		if op == "EachJournal" || op == "MarkVoid" {
			d.plex.Spoil(trouble(fault.Rejected), "edit", "100")
		}
		list := d.compare()
		d.store = testkit.Troubled{Store: d.DB, Fails: op, Err: errDisk}
		d.run++
		_, err := d.writer().Write(context.Background(), list)
		if !errors.Is(err, errDisk) || (len(d.plex.Edits) > 0) != sent {
			t.Errorf("%s: %v, %d edits", op, err, len(d.plex.Edits))
		}
	}
}

// What is as wanted by chance is Lockstep's from then on: it follows Stash.
func TestWhatIsAsWantedIsTakenOver(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", nil)
	d.has("10", "1", "Sea Films")
	it := d.plex.Has["10"]
	it.Summary, it.Locked = "About the sea.", map[string]bool{"summary": true}
	d.plex.Has["10"] = it
	if out := d.writes(); out != (collection.Outcome{InStep: 1}) || len(d.plex.Edits) > 0 || len(d.journal(d.run)) > 0 {
		t.Errorf("%+v", out)
	}
	d.studio(1, "Sea Films", "About every sea.", nil)
	if out := d.writes(); out != (collection.Outcome{Written: 1}) || d.plex.Has["10"].Summary != "About every sea." {
		t.Errorf("%+v", out)
	}
}

// What fill wrote stays as it is; merge follows.
func TestFillWritesOnceAndMergeFollows(t *testing.T) {
	t.Parallel()
	for policy, follows := range map[config.Policy]bool{config.Fill: false, config.Merge: true} {
		d := newDesk(t)
		d.Settings.CollectionLook = policy
		d.studio(1, "Sea Films", "About the sea.", testkit.Logo(1))
		d.has("10", "1", "Sea Films")
		d.writes()
		d.studio(1, "Sea Films", "About every sea.", testkit.Logo(2))
		d.writes()
		if it := d.plex.Has["10"]; (it.Summary == "About every sea.") != follows || (len(d.plex.Sent) == 2) != follows {
			t.Errorf("%s: %q, %d pictures", policy, it.Summary, len(d.plex.Sent))
		}
	}
}

// A value that Plex refuses keeps no other one of the same edit from being written, and what was
// written of it can be undone. Over the wire, where the adapter tells the values apart.
func TestARefusedDescriptionKeepsNoPictureAway(t *testing.T) {
	t.Parallel()
	w := newWired(t, "Sea Films", "Coast")
	w.studio("Sea Films", "About the forbidden sea.", testkit.Logo(1))
	w.studio("Coast", "About the coast.", testkit.Logo(2))
	w.World.Plex.SetQuirks(func(q *sim.Quirks) {
		q.Refuses = func(_, value string) bool { return strings.Contains(value, "forbidden") }
	})
	out := w.writes()
	if out != (collection.Outcome{Written: 1, Failed: 1}) {
		t.Errorf("%+v", out)
	}
	if c := w.shown("Sea Films"); c.Poster != testkit.Poster(testkit.Logo(1)) || !c.Locked["thumb"] || c.Fields["summary"] != "" {
		t.Errorf("%+v", c)
	}
	if w.undoable() != 2 {
		t.Errorf("%d can be undone", w.undoable())
	}
	if w.undo(w.run); w.shown("Sea Films").Poster != "" || w.shown("Coast").Fields["summary"] != "" {
		t.Errorf("undone: %+v", w.shown("Sea Films"))
	}
}

// The run of a pass is stored with its first write, so that a process that dies leaves something to
// undo.
func TestAProcessThatDiesLeavesARunToUndo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(2)
	list := d.compare()
	d.plex.On = func(request string) {
		if request == "edit 101" {
			panic("killed")
		}
	}
	d.run++
	func() {
		defer func() { _ = recover() }()
		_, _ = d.writer().Write(context.Background(), list)
	}()
	d.plex.On = nil
	var runs []store.Run
	d.View(t, func(tx store.Tx) (err error) { runs, err = tx.Runs(0); return err })
	if len(runs) != 1 || runs[0].ID != d.run || runs[0].Cause != queue.Collections || d.undoable(d.run) != 2 {
		t.Fatalf("%+v, %d undoable", runs, d.undoable(d.run))
	}
	if out := d.undo(d.run); out.Failed != 0 || d.plex.Has["100"].Summary != "" || d.undoable(d.run) != 0 {
		t.Errorf("%+v, %q", out, d.plex.Has["100"].Summary)
	}
	if out := d.writes(); out.Written > 1 { // what was undone stays so
		t.Errorf("%+v", out)
	}
}

// A description that was refused rests, by a key that another one does not have; other collections
// and the picture of this one, which went first, do not wait for it.
func TestADescriptionThatWasRefusedRests(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.many(2)
	d.plex.Spoil(trouble(fault.Rejected), "edit", "100")
	if out := d.writes(); out != (collection.Outcome{Written: 1, Failed: 1}) || len(d.failed) != 1 || !strings.HasPrefix(d.failed[0], "100 ") {
		t.Fatalf("%+v, rests %q", out, d.failed)
	}
	d.rests[d.failed[0]] = time.Hour
	d.plex.Forget()
	if out := d.writes(); out != (collection.Outcome{InStep: 1, Failed: 1}) || len(d.plex.Asked("edit")) != 0 || len(d.journal(d.run)) != 0 {
		t.Errorf("%+v, %q", out, d.plex.Asked("edit"))
	}
	d.studio(1, "Studio 000", "Another one.", nil)
	d.plex.Mend()
	if out := d.writes(); out != (collection.Outcome{Written: 1, InStep: 1}) || d.plex.Has["100"].Summary != "Another one." {
		t.Errorf("%+v, %q", out, d.plex.Has["100"].Summary)
	}
}
