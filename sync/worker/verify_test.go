package worker_test

import (
	"slices"
	"strings"
	"testing"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// textOnly is a desk whose pictures are switched off.
func textOnly(t *testing.T, n int) *desk {
	t.Helper()
	d := newDesk(t, n)
	d.Settings.Fields[scene.FieldPoster], d.Settings.Fields[scene.FieldBackground] = config.Off, config.Off
	return d
}

// Only what is read back counts as done; a field that did not arrive is named and tried
// again, and after the second time counts as stored differently.
func TestAFieldThatDidNotArriveIsTriedAgainAndThenTakenAsItIs(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.Plex.Drops = []string{"summary"}
	results, err := d.work(d.jobs(1)...)
	r := results[1]
	if err != nil || r.Outcome != worker.Failed || r.Fault.Class != fault.Temporary || r.Fault.Server != fault.Plex || !strings.Contains(r.Fault.Message.String(), "summary") ||
		strings.Contains(r.Fault.Message.String(), "title") || !r.Wrote || r.Seen != nil || r.OnlyPicture {
		t.Fatalf("%v, %+v", err, r)
	}
	if len(r.Items) != 1 || r.Items[0].Key != testkit.Key("101") || r.Items[0].Title != "Film 1" || r.Items[0].State.Memory.Fields[scene.FieldSummary].Differs != 1 {
		t.Errorf("what is known of the item: %+v", r.Items)
	}
	results, err = d.work(d.jobs(1)...)
	if r = results[1]; err != nil || r.Outcome != worker.Done || r.Seen == nil || len(d.Plex.Edits) != 2 {
		t.Errorf("the second time: %v, %+v", err, r)
	}
	results, err = d.work(d.jobs(1)...)
	if r = results[1]; err != nil || r.Outcome != worker.Done || r.Wrote || len(d.Plex.Edits) != 2 {
		t.Errorf("the third time: %v, %+v", err, r)
	}
}

// TestAllFieldsThatDidNotArriveAreNamed, in the order they are shown.
func TestAllFieldsThatDidNotArriveAreNamed(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.scene(1).Date = "2020-02-02"
	d.Plex.Drops = []string{"summary", "originallyAvailableAt"}
	results, err := d.work(d.jobs(1)...)
	if err != nil || !strings.Contains(results[1].Fault.Message.String(), "summary, date") {
		t.Errorf("%v, %+v", err, results[1].Fault)
	}
}

func TestAnItemThatIsGoneAtTheReadBackIsForgotten(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 2)
	d.Plex.On = func(request string) {
		if request == "edit 102" {
			delete(d.Plex.Has, "101")
		}
	}
	results, err := d.work(d.jobs(1, 2)...)
	r := results[1]
	if err != nil || r.Outcome != worker.Failed || r.Fault == nil || r.Fault.Class != fault.Temporary || !slices.Equal(r.Gone, []scene.ItemKey{testkit.Key("101")}) || len(r.Items) != 0 || r.Seen != nil {
		t.Errorf("%v, %+v", err, r)
	}
	if r := results[2]; r.Outcome != worker.Done || len(r.Items) != 1 || len(r.Gone) != 0 {
		t.Errorf("the other: %+v", r)
	}
}

func TestAnItemThatCannotBeReadBackFailsAlone(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 2)
	d.Plex.On = func(request string) {
		if request == "edit 102" {
			d.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "items", "101")
		}
	}
	results, err := d.work(d.jobs(1, 2)...)
	r := results[1]
	if err != nil || r.Outcome != worker.Failed || r.Fault.Message.String() != testkit.Trouble(fault.Temporary, fault.Plex).Message.String() || len(r.Gone) != 0 || !r.Wrote {
		t.Errorf("%v, %+v", err, r)
	}
	if results[2].Outcome != worker.Done {
		t.Errorf("the other: %+v", results[2])
	}
}

// A Plex that fails as a whole at the read-back ends the batch, and nothing is reported as
// done that was not proven.
func TestNothingIsDoneThatWasNotReadBack(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 2)
	d.Plex.On = func(request string) {
		if request == "edit 102" {
			d.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "items")
		}
	}
	results, err := d.work(d.jobs(1, 2)...)
	if !fault.Is(err, fault.Unreachable) || len(results) != 0 {
		t.Errorf("%v, %+v", err, results)
	}
	for id := 1; id <= 2; id++ {
		if d.journal(id)[0].Void {
			t.Errorf("scene %d counts as never written", id)
		}
	}
}

// Only what was written is read back, each item once.
func TestTheReadBackAsksForWhatWasWritten(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 3)
	d.done(2)
	d.Plex.Forget()
	d.done(1, 2, 3)
	if got := d.Plex.Asked("items"); !slices.Equal(got, []string{"items 101 102 103", "items 101 103"}) {
		t.Errorf("%q", got)
	}
}

// A sync is not done while Plex refuses a value, an undo gives back what Plex lets it.
func TestARefusedValueFailsASyncAndIsANoteOfAnUndo(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.scene(1).Date = "2020-02-02"
	d.Plex.Refuses = []string{"originallyAvailableAt"}
	results, err := d.work(d.jobs(1)...)
	r := results[1]
	if err != nil || r.Outcome != worker.Failed || r.Fault.Class != fault.Rejected || !r.Wrote || r.Seen != nil || len(r.Items) != 1 {
		t.Fatalf("sync: %v, %+v", err, r)
	}
	if it := d.Plex.Has["101"]; it.Title != "Film 1" || it.Date != "" {
		t.Errorf("%+v, want everything but the date written", it)
	}

	d = textOnly(t, 1)
	it := d.Plex.Has["101"]
	it.Studio, it.Date = "Theirs", "2001-01-01"
	d.Plex.Has["101"] = it
	d.scene(1).Date, d.scene(1).Studio = "2020-02-02", &scene.Studio{Named: scene.Named{ID: "1", Name: "Ours"}}
	d.done(1)
	d.Plex.Refuses = []string{"originallyAvailableAt"}
	results, err = d.work(d.undo(1, 1))
	r = results[1]
	if err != nil || r.Outcome != worker.Done || len(r.Undone) != 1 || r.Fault != nil || r.Message.IsZero() {
		t.Errorf("undo: %v, %+v", err, r)
	}
	if it := d.Plex.Has["101"]; it.Studio != "Theirs" || it.Date != "2020-02-02" {
		t.Errorf("%+v, want everything but the date given back", it)
	}
}

// A field Plex refused is not among those that did not arrive, another one is.
func TestARefusedValueHidesNoOther(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.scene(1).Date = "2020-02-02"
	d.Plex.Refuses, d.Plex.Drops = []string{"originallyAvailableAt"}, []string{"summary"}
	results, err := d.work(d.jobs(1)...)
	if r := results[1]; err != nil || r.Fault == nil || r.Fault.Class != fault.Temporary || !strings.Contains(r.Fault.Message.String(), "summary") || strings.Contains(r.Fault.Message.String(), "date") {
		t.Errorf("%v, %+v", err, r.Fault)
	}
}

func TestAResultHasTheChangesOfItsPlan(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	d.done(1)
	if c := d.results[1].Items[0].Changes; len(c) != 2 || c[0].Field != scene.FieldTitle || c[0].Old != "as the file" || c[1].New != "About it." {
		t.Errorf("the changes of a result: %+v", c)
	}
}

// The line of a job says which fields were left alone: each once, and none that is in step
// or switched off.
func TestTheLineOfAJobSaysWhatWasLeftAlone(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 1)
	second := d.second(1)
	for _, key := range []string{"101", second} {
		it := d.Plex.Has[key]
		it.Studio, it.Locked = "A person's", map[string]bool{"studio": true}
		it.Collections = []string{"A person's"} // Stash has nothing for it: no reason, no news
		d.Plex.Has[key] = it
	}
	d.scene(1).Studio = &scene.Studio{Named: scene.Named{ID: "1", Name: "Ours"}}
	d.scene(1).Date = "2020" // a year alone is not written
	d.done(1)
	r := d.results[1]
	for field, times := range map[string]int{"studio ": 1, "date the": 1, "poster": 0, "title": 0, "tags": 0, "rating": 0} {
		if got := strings.Count(r.Message.String(), field); got != times {
			t.Errorf("%q names %q %d times, want %d", r.Message, field, got, times)
		}
	}
	if strings.Count(r.Message.String(), "; ") != 1 {
		t.Errorf("%q, want two parts", r.Message)
	}
}
