package shelves_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/shelves"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// many gives the rig n studios with a description and a collection each.
func (r *rig) many(n int) {
	r.servers.studios, r.servers.has = nil, map[string]scene.Item{}
	for i := range n {
		name, key := fmt.Sprint("Studio ", i), fmt.Sprint(10+i)
		r.servers.studios = append(r.servers.studios, scene.Subject{Kind: scene.StudioSubject, Named: scene.Named{ID: fmt.Sprint(i + 1), Name: name}, Details: "About " + name})
		r.servers.has[key] = scene.Item{RatingKey: key, Section: "1", Title: name, Detailed: true, Locked: map[string]bool{}}
	}
}

func (r *rig) runs() (list []store.Run) {
	r.t.Helper()
	r.shelf.View(r.t, func(tx store.Tx) (err error) { list, err = tx.Runs(0); return err })
	return list
}

// While one pass is under way no second one begins, however much is wanted; what was wanted
// meanwhile comes afterwards.
func TestOnePassAtATime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var run func(context.Context)
	var then func()
	begun := 0
	r.beside = func(f func(context.Context), after func()) { run, then, begun = f, after, begun+1 }
	now := r.shelf.Clock.Now()
	if r.Running() || !r.Due(context.Background(), now).IsZero() || !r.Running() || begun != 1 {
		t.Fatalf("%d begun", begun)
	}
	r.Want()
	r.Write(false)
	for range 3 {
		if at := r.Due(context.Background(), now); !at.IsZero() || begun != 1 {
			t.Fatalf("%d begun, the next at %v", begun, at)
		}
	}
	run(context.Background())
	then()
	if r.Running() || len(r.ended) != 1 {
		t.Errorf("running %v, ended %v", r.Running(), r.ended)
	}
	if r.Due(context.Background(), now); begun != 2 {
		t.Error("what was asked for meanwhile was forgotten")
	}
}

// However often scenes are written, collections are looked at five seconds after the first of them,
// and what is due sooner stays so.
func TestWantingOftenPutsNothingOff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t)
		r.due()
		asked, first := r.servers.asked, time.Duration(-1)
		for at := time.Duration(0); at < 30*time.Second; at += time.Second {
			if rapid.Bool().Draw(rt, "scenes were written") {
				if r.Want(); first < 0 {
					first = at
				}
			}
			r.Due(context.Background(), r.shelf.Clock.Now())
			if looked := r.servers.asked > asked; looked != (first >= 0 && at >= first+5*time.Second) {
				rt.Fatalf("wanted after %v, looked %v after %v", first, looked, at)
			} else if looked {
				return
			}
			r.shelf.Clock.Pass(time.Second)
		}
	})
}

// A run is stored with what it wrote, and none where nothing was written.
func TestAPassThatWritesIsARun(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.many(3)
	r.due()
	list := r.runs()
	if len(list) != 1 || list[0].Written != 3 || list[0].Cause != queue.Collections || list[0].Ended.IsZero() || list[0].Undone {
		t.Fatalf("%+v", list)
	}
	for range 3 {
		r.shelf.Clock.Pass(time.Hour)
		r.due()
	}
	if len(r.runs()) != 1 || len(r.ended) != 4 || slices.ContainsFunc(r.ended, func(err error) bool { return err != nil }) {
		t.Errorf("%+v, ended %v", r.runs(), r.ended)
	}
}

// How a pass ended goes to the loop, whichever server failed and when; the next one waits for the
// server's budget, not for the next sweep.
func TestHowAPassEndedIsTold(t *testing.T) {
	t.Parallel()
	for name, class := range map[string]fault.Class{"away": fault.Unreachable, "refused": fault.Unauthorized, "busy": fault.Busy, "another server": fault.Config} {
		r := newRig(t)
		r.servers.edit = fault.New(class, fault.Plex, message.Foreign(name), message.None, nil)
		r.next = r.shelf.Clock.Now().Add(40 * time.Second)
		r.Due(context.Background(), r.shelf.Clock.Now())
		if len(r.ended) != 0 {
			t.Errorf("%s: asked before the budget allows", name)
		}
		r.next = time.Time{}
		r.Due(context.Background(), r.shelf.Clock.Now())
		if len(r.ended) != 1 || !fault.Is(r.ended[0], class) {
			t.Errorf("%s: ended %v", name, r.ended)
		}
		if at := r.Due(context.Background(), r.shelf.Clock.Now()); at.Sub(r.shelf.Clock.Now()) != 5*time.Second {
			t.Errorf("%s: the next in %v", name, at.Sub(r.shelf.Clock.Now()))
		}
	}
}

// What would be taken away from too many collections is held, in a question that outlives the
// process, and written when a person says yes, once.
func TestTheBrakeAsksOnceAndAPersonAnswers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.settings.BrakeMinimum = 1
	r.many(12)
	if r.due(); len(r.Asks()) != 0 {
		t.Fatalf("asked for what is only added: %+v", r.Asks())
	}
	for i := range r.servers.studios {
		r.servers.studios[i].Details = ""
	}
	written := func() (n int) {
		for _, it := range r.servers.has {
			if it.Summary == "" {
				n++
			}
		}
		return n
	}
	r.Write(false)
	r.due()
	asks := r.Asks()
	if len(asks) != 1 || asks[0].Kind != api.FixPlex || !asks[0].Message.Is(message.CollectionBrake) || asks[0].Hint.IsZero() || asks[0].Since.IsZero() || written() > 1 {
		t.Fatalf("%+v; %d taken away", asks, written())
	}
	again := newKeeperOf(r)
	if len(again.Asks()) != 1 {
		t.Error("the question ended with the process")
	}
	r.Write(false) // a person who only asks says nothing about the question
	if r.due(); len(r.Asks()) != 1 || written() > 1 {
		t.Errorf("%d taken away", written())
	}
	r.Write(true)
	r.servers.err = fault.New(fault.Unreachable, fault.Stash, message.Foreign("away"), message.None, nil)
	r.due()
	r.servers.err = nil // the answer waits for a pass that ends well
	r.shelf.Clock.Pass(5 * time.Second)
	if r.due(); len(r.Asks()) != 0 || written() != 12 {
		t.Errorf("answered: %+v, %d taken away", r.Asks(), written())
	}
	for i := range r.servers.studios {
		r.servers.studios[i].Details = "Anew"
	}
	r.Write(false)
	r.due()
	for i := range r.servers.studios {
		r.servers.studios[i].Details = ""
	}
	r.Write(false)
	if r.due(); written() == 12 {
		t.Error("one yes lets everything pass from then on")
	}
}

// An undo is stored before anything is given back, waits while nothing may be written, is asked for
// twice as once, and stays until all of it is done.
func TestAnUndoStaysUntilAllOfItIsDone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.many(3)
	r.due()
	run := r.runs()[0].ID
	r.may = false
	for range 2 {
		if n, err := r.Undo(run); n != 3 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	if r.due(); r.servers.has["10"].Summary == "" {
		t.Error("given back although nothing may be written")
	}
	r.may = true
	r.servers.edit = fault.New(fault.Temporary, fault.Plex, message.Foreign("no"), message.None, nil)
	if r.due(); r.runs()[0].Undone {
		t.Error("undone although nothing was given back")
	}
	r.servers.edit = nil
	again := newKeeperOf(r) // the process died, and another one goes on
	again.Due(context.Background(), r.shelf.Clock.Now())
	for key, it := range r.servers.has {
		if it.Summary != "" || it.Locked["summary"] {
			t.Errorf("%s: %+v", key, it)
		}
	}
	if list := r.runs(); !list[len(list)-1].Undone {
		t.Errorf("%+v", list)
	}
	if n, err := again.Undo(run); n != 0 || err != nil {
		t.Errorf("once more: %d, %v", n, err)
	}
}

func TestAnUndoThatCannotBeStoredIsNone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.due()
	run := r.runs()[0].ID
	r.disk.full = true
	if n, err := r.Undo(run); n != 0 || !fault.Is(err, fault.Local) {
		t.Errorf("%d, %v", n, err)
	}
	r.disk.full = false
	if r.due(); r.servers.has["7"].Summary == "" {
		t.Error("given back although it was not stored")
	}
	if n, err := r.Undo(run); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if r.due(); r.servers.has["7"].Summary != "" {
		t.Error("not given back")
	}
}

// Several runs are undone in one pass, and what was undone is not written again in it.
func TestSeveralRunsAreUndoneInOnePass(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.due()
	r.servers.studios[0].Details = "About every sea."
	r.shelf.Clock.Pass(time.Hour)
	r.due()
	list := r.runs()
	if len(list) != 2 || r.servers.has["7"].Summary != "About every sea." {
		t.Fatalf("%+v", list)
	}
	for _, run := range list { // the newest first
		if n, err := r.Undo(run.ID); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	}
	r.due()
	for _, run := range r.runs() {
		if !run.Undone {
			t.Errorf("%+v", run)
		}
	}
	if it := r.servers.has["7"]; it.Summary != "" || it.Locked["summary"] || it.Thumb != "" {
		t.Errorf("%+v", it)
	}
}

// A row has the state that matters most, and why.
func TestEachStateOfACollectionIsShown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.many(6)
	set := func(key string, change func(*scene.Item)) {
		it := r.servers.has[key]
		change(&it)
		r.servers.has[key] = it
	}
	set("11", func(it *scene.Item) { it.Summary = "A person's words" })
	set("12", func(it *scene.Item) { it.Summary = "About Studio 2" })
	r.servers.unread = "13"
	r.servers.studios = append(r.servers.studios, scene.Subject{Kind: scene.StudioSubject, Named: scene.Named{ID: "90", Name: "Studio 4"}})
	r.servers.studios[5].Details = "" // with nothing but a picture that cannot be sent
	r.servers.studios[5].Picture, r.servers.drawing = "1", "Studio 5"
	c, err := shelves.NewViewer(r.Keeper).Collections(context.Background(), api.CollectionsRequest{})
	if err != nil || len(c.Rows) != 6 {
		t.Fatalf("%d rows, %v", len(c.Rows), err)
	}
	for _, row := range c.Rows {
		want := map[string]api.CollectionState{
			"10": api.CollectionChanges, "11": api.CollectionKept, "12": api.CollectionInStep, "13": api.CollectionFailed, "14": api.CollectionLeft, "15": api.CollectionFailed,
		}[row.Item]
		said := row.State == api.CollectionFailed || row.State == api.CollectionLeft
		if row.State != want || row.Message.IsZero() == said || row.Library != "Films" || row.Subject != "studio" || row.Name != row.Title {
			t.Errorf("%s is %q, want %q: %+v", row.Title, row.State, want, row)
		}
		if row.State == api.CollectionKept && (len(row.Kept) != 1 || row.Kept[0].Why.IsZero()) || row.State == api.CollectionChanges && len(row.Changes) != 1 {
			t.Errorf("%+v", row)
		}
	}
	if len(r.servers.edits) > 0 {
		t.Error("a look wrote something")
	}
}

// What keeps collections from being shown is said, and nothing is written then, even if asked for.
func TestWhatKeepsCollectionsFromBeingShown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*rig)
		class  fault.Class
	}{
		"not both servers answer": {func(r *rig) { r.may = false }, fault.Config},
		"their look is off":       {func(r *rig) { r.settings.CollectionLook = config.Off }, fault.Rejected},
		"collections are off":     {func(r *rig) { r.settings.Fields[scene.FieldCollections] = config.Off }, fault.Rejected},
		"Stash is away": {func(r *rig) {
			r.servers.err = fault.New(fault.Unreachable, fault.Stash, message.Foreign("away"), message.None, nil)
		}, fault.Unreachable},
	} {
		r := newRig(t)
		r.due()
		r.servers.studios[0].Details = "Another one."
		c.change(r)
		if _, err := shelves.NewViewer(r.Keeper).Collections(context.Background(), api.CollectionsRequest{Write: true, Yes: true}); !fault.Is(err, c.class) {
			t.Errorf("%s: %v", name, err)
		}
		edits := len(r.servers.edits)
		if r.due(); len(r.servers.edits) != edits {
			t.Errorf("%s: written", name)
		}
	}
}

// Pauses and scenes to be written end a pass between two collections; the rest comes in the next.
func TestAPassEndsWhereSomethingElseComesFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.many(9)
	r.servers.on = func(e plan.Edit) { r.may = len(r.servers.edits) < 4 }
	r.due()
	if n := len(r.servers.edits); n != 4 || len(r.ended) != 1 || r.ended[0] != nil {
		t.Fatalf("%d edits, ended %v", n, r.ended)
	}
	r.may, r.servers.on = true, nil
	r.Write(false)
	if r.due(); len(r.servers.edits) != 9 {
		t.Errorf("%d edits", len(r.servers.edits))
	}
}

// A description that Plex refuses is tried less and less often, as a picture is, and another one at
// once. What was refused leaves no run.
func TestADescriptionThatIsRefusedRestsLongerAndLonger(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.servers.studios[0].Picture = ""
	r.servers.edit = fault.New(fault.Rejected, fault.Plex, message.Foreign("400"), message.None, nil)
	for range 24 * 20 {
		r.due()
		r.shelf.Clock.Pass(3 * time.Minute)
		r.Want()
	}
	if n := r.servers.tries; n < 5 || n > 14 {
		t.Errorf("%d tries in a day", n)
	}
	if runs := r.runs(); len(runs) != 0 {
		t.Errorf("%d runs of which nothing was written", len(runs))
	}
	before := r.servers.tries
	r.servers.studios[0].Details = "Another one."
	r.shelf.Clock.Pass(time.Minute)
	if r.due(); r.servers.tries != before+1 {
		t.Errorf("another description: %d tries", r.servers.tries-before)
	}
	r.servers.edit = nil
	r.Write(false)
	if r.due(); r.servers.has["7"].Summary != "Another one." {
		t.Error("a person asks, and it rests")
	}
}
