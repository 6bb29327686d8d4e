package worker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// Before Plex gets a first request that changes anything, disk knows what every item of the
// batch was and what is about to be written.
func TestFormerValuesAndIntentAreOnDiskBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2)
	d.w.RunID = 7
	checked := 0
	d.Plex.On = func(request string) {
		if checked > 0 || !strings.HasPrefix(request, "upload") && !strings.HasPrefix(request, "edit") {
			return
		}
		checked++
		for id, key := range map[int]string{1: "101", 2: "102"} {
			list := d.journal(id)
			if len(list) != 1 {
				t.Fatalf("scene %d: %d entries", id, len(list))
			}
			e := list[0]
			if e.Run != 7 || e.Item != testkit.Key(key) || e.Scene != scene.ID(id) || e.Name != fmt.Sprint("Film ", id) ||
				!e.At.Equal(d.Clock.Now()) || e.Undone || e.Void || e.Former.Fields[scene.FieldTitle].Text != "as the file" {
				t.Errorf("scene %d: %+v", id, e)
			}
			s, known := d.state(key)
			fm := s.Memory.Fields[scene.FieldTitle]
			if !known || s.Scene != scene.ID(id) || s.Path != fmt.Sprintf("/media/films/%d.mkv", id) || !s.Written.IsZero() ||
				fm.Intent != scene.HashOf(fmt.Sprint("Film ", id)) || fm.Sent != "" || fm.Began != d.Clock.Now().Unix() {
				t.Errorf("scene %d: %+v", id, s)
			}
		}
	}
	d.done(1, 2)
	if checked != 1 {
		t.Fatal("nothing was written")
	}
	s, _ := d.state("101")
	if fm := s.Memory.Fields[scene.FieldTitle]; fm.Intent != "" || fm.Sent == "" || !s.Written.Equal(d.Clock.Now()) || s.UpdatedAt != d.Plex.Has["101"].UpdatedAt {
		t.Errorf("afterwards: %+v", s)
	}
}

// TestOnlyWhatIsWrittenHasAJournal: an item in step is neither in the journal nor told as
// written.
func TestOnlyWhatIsWrittenHasAJournal(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.second(1)
	d.done(1)
	if n := len(d.journal(1)); n != 2 {
		t.Fatalf("%d entries for two items", n)
	}
	it := d.Plex.Has["101"]
	it.Summary = "Somebody's."
	it.Locked = map[string]bool{}
	d.Plex.Has["101"] = it
	d.Clock.Pass(time.Hour)
	d.Plex.Forget()
	d.done(1)
	if list := d.journal(1); len(list) != 3 || list[0].Item != testkit.Key("101") {
		t.Errorf("%d entries, the newest of %s", len(list), list[0].Item)
	}
	if got := d.Plex.Asked("edit"); !slices.Equal(got, []string{"edit 101"}) {
		t.Errorf("edits %q", got)
	}
	if s, _ := d.state("201"); !s.Written.Equal(d.Clock.Now().Add(-time.Hour)) {
		t.Errorf("the item in step counts as written at %v", s.Written)
	}
	if r := d.results[1]; !r.Wrote || len(r.Items) != 2 {
		t.Errorf("%+v", r)
	}
}

// failing is a store that cannot write.
type failing struct{ store.Store }

var errDisk = errors.New("no room")

func (failing) Update(func(store.Tx) error) error { return errDisk }

func TestNothingIsWrittenThatCouldNotBeStoredBefore(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.results = map[scene.ID]worker.Result{}
	d.w.Reader = d.Shelf.Reader()
	d.w.Store = failing{d.DB}
	err := d.w.Work(d.soft, d.hard, d.jobs(1))
	if !errors.Is(err, errDisk) || len(d.Plex.Edits)+len(d.Plex.Sent) != 0 || len(d.results) != 0 {
		t.Errorf("%v, %d edits, results %+v", err, len(d.Plex.Edits), d.results)
	}
}

// An undo of the very run it belongs to must not find its own entry to undo.
func TestAnUndoOfThePresentRunDoesNotUndoItself(t *testing.T) {
	t.Parallel()
	for run, undone := range map[uint64]bool{1: true, 2: false} {
		d := newDesk(t, 1)
		d.done(1)
		d.w.RunID = run
		if _, err := d.work(d.undo(1, 1)); err != nil {
			t.Fatal(err)
		}
		if list := d.journal(1); len(list) != 2 || list[0].Undone != undone {
			t.Errorf("run %d: %+v", run, list)
		}
	}
}

func TestASoftStopEndsAfterTheStepInHandAndProvesWhatWasWritten(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		at      queue.Step // step of scene 2 during which it is asked to stop
		edited  int
		checked int
	}{
		"while reading":  {"reading", 0, 0},
		"while planning": {"planning", 0, 0},
		"while writing":  {"writing", 2, 2},
		"while checking": {"checking", 3, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 3)
			soft, stop := context.WithCancel(t.Context())
			defer stop()
			d.soft = soft
			d.onStep = func(id scene.ID, step queue.Step) {
				if id == 2 && step == tt.at {
					stop()
				}
			}
			results, err := d.work(d.jobs(1, 2, 3)...)
			if err != nil || len(d.Plex.Edits) != tt.edited || outcomes(results, worker.Done) != tt.checked || len(results) != tt.checked {
				t.Errorf("%v, %d edits, %d results, want %d edits and %d done", err, len(d.Plex.Edits), len(results), tt.edited, tt.checked)
			}
		})
	}
}

func TestABatchStoppedBeforeItBeganAsksNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	soft, stop := context.WithCancel(t.Context())
	stop()
	d.soft = soft
	results, err := d.work(d.jobs(1)...)
	if err != nil || len(results) != 0 || len(d.Stash.Asked("scenes")) != 0 || len(d.steps) != 0 {
		t.Errorf("%v, %+v, %v", err, results, d.steps)
	}
}

// softKey marks the context of a batch.
type softKey struct{}

// The permit is asked before each scene, and with the context that ends the waiting.
func TestAPermitThatIsNotGivenEndsTheWriting(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3)
	asked := 0
	d.w.Permit = func(ctx context.Context) error {
		if ctx != d.soft {
			t.Error("it waits for another context than the one that ends a batch softly")
		}
		if asked++; asked == 3 {
			return context.Canceled
		}
		return nil
	}
	d.soft = context.WithValue(t.Context(), softKey{}, "soft")
	results, err := d.work(d.jobs(1, 2, 3)...)
	if err != nil || asked != 3 || len(d.Plex.Edits) != 2 || outcomes(results, worker.Done) != 2 || len(results) != 2 {
		t.Errorf("%v after %d permits: %d edits, %d results", err, asked, len(d.Plex.Edits), len(results))
	}
}

// A batch writes for half a minute; what it did not come to goes back.
func TestABatchWritesForALimitedTime(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 5)
	d.onStep = func(_ scene.ID, step queue.Step) {
		if step == "writing" {
			d.Clock.Pass(15 * time.Second)
		}
	}
	results, err := d.work(d.jobs(1, 2, 3, 4, 5)...)
	if err != nil || len(d.Plex.Edits) != 3 || outcomes(results, worker.Done) != 3 {
		t.Errorf("%v: %d edits in 30 seconds of 15 each, %d done", err, len(d.Plex.Edits), len(results))
	}
}

func TestStepsAreToldInTheirOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2)
	d.done(1, 2)
	want := []string{"reading 1", "reading 2", "planning 1", "planning 2", "writing 1", "writing 2", "checking 1", "checking 2"}
	if !slices.Equal(d.steps, want) {
		t.Errorf("%q, want %q", d.steps, want)
	}
}

// After a write Plex is left alone for about as long as the write took, by the pace chosen.
func TestARestIsAsLongAsTheWriteTookAndEndsWithTheBatch(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pace  config.Pace
		takes time.Duration
		want  time.Duration // for two scenes: writes and rests
		stop  time.Duration // softly, after this
	}{
		"gentle":            {config.Gentle, 100 * time.Millisecond, 800 * time.Millisecond, 0},
		"normal":            {config.Normal, 100 * time.Millisecond, 400 * time.Millisecond, 0},
		"full":              {config.Full, 100 * time.Millisecond, 200 * time.Millisecond, 0},
		"a slow server":     {config.Normal, 5 * time.Second, 14 * time.Second, 0},
		"very slow, gentle": {config.Gentle, time.Second, 6 * time.Second, 0},
		"stopped at rest":   {config.Gentle, time.Second, 1500 * time.Millisecond, 1500 * time.Millisecond},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t, 2)
				d.Settings.Pace, d.Settings.Fields[scene.FieldPoster] = tt.pace, config.Off
				soft, stop := context.WithCancel(t.Context())
				defer stop()
				d.soft = soft
				if tt.stop > 0 {
					time.AfterFunc(tt.stop, stop)
				}
				d.Plex.On = func(request string) {
					if strings.HasPrefix(request, "edit") {
						time.Sleep(tt.takes)
						d.Clock.Pass(tt.takes)
					}
				}
				began := time.Now()
				if _, err := d.work(d.jobs(1, 2)...); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took != tt.want {
					t.Errorf("it took %v, want %v", took, tt.want)
				}
			})
		})
	}
}

// An edit names item and library, and pictures go before it.
func TestPicturesGoFirstAndTheEditNamesItsItem(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	var order []string
	d.Plex.On = func(request string) { order = append(order, strings.Fields(request)[0]) }
	d.done(1)
	if want := []string{"items", "upload", "edit", "items"}; !slices.Equal(order, want) {
		t.Errorf("%q, want %q", order, want)
	}
	if e := d.Plex.Edits[0]; e.RatingKey != "101" || e.Section != "1" || e.Scalars["title"] != "Film 1" || !e.Locks["thumb"] {
		t.Errorf("%+v", e)
	}
}

// A success ends the row of failures; one that wrote nothing does not.
func TestOnlyAWriteEndsTheRowOfFailures(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3)
	d.done(3)
	d.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "edit", "101")
	d.Settings.Fields[scene.FieldPoster] = config.Off
	if _, err := d.work(d.jobs(1, 3)...); err != nil {
		t.Fatal(err)
	}
	if row := d.w.Streak.Take(); len(row) != 1 || row[0].Scene != 1 {
		t.Errorf("the row is %+v, want scene 1: nothing was written since", row)
	}
	if _, err := d.work(d.jobs(1, 2)...); err != nil {
		t.Fatal(err)
	}
	if row := d.w.Streak.Take(); len(row) != 0 {
		t.Errorf("the row is %+v after a write", row)
	}
}

// What fails at one item of a scene does not keep the other from being written; the scene
// is tried again.
func TestAnItemThatFailsDoesNotKeepTheOtherFromBeingWritten(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"101", "201"} {
		d := newDesk(t, 1)
		d.Settings.Fields[scene.FieldPoster] = config.Off
		d.second(1)
		d.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "edit", bad)
		results, err := d.work(d.jobs(1)...)
		r := results[1]
		if err != nil || r.Outcome != worker.Failed || r.Fault == nil || r.Fault.Class != fault.Temporary || !r.Wrote || len(r.Items) != 1 || r.Seen != nil {
			t.Errorf("%s: %v, %+v", bad, err, r)
		}
		for _, key := range []string{"101", "201"} {
			if wrote := d.Plex.Has[key].Title == "Film 1"; wrote == (key == bad) {
				t.Errorf("item %s written: %v with %s bad", key, wrote, bad)
			}
		}
	}
}

// Where the item to be written was lost and the other is in step already, the scene still
// failed.
func TestASceneWhoseOnlyWriteFailedIsNotInStep(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.Settings.Fields[scene.FieldPoster] = config.Off
	d.done(1)
	d.second(1)
	d.Plex.Spoil(testkit.Trouble(fault.Rejected, fault.Plex), "edit", "201")
	results, err := d.work(d.jobs(1)...)
	if r := results[1]; err != nil || r.Outcome != worker.Failed || r.Fault == nil || r.Fault.Class != fault.Rejected || r.Wrote || r.Seen != nil {
		t.Errorf("%v, %+v", err, r)
	}
}

func TestAResultThatIsNotTakenEndsTheBatch(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3)
	d.scene(1).Details = "" // ends before anything is written
	told := 0
	d.w.Report = func(list []worker.Result) bool { told += len(list); return false }
	if _, err := d.work(d.jobs(1, 2, 3)...); err != nil || told != 1 || len(d.Plex.Edits) != 0 {
		t.Errorf("%v, %d results, %d edits after it was to end", err, told, len(d.Plex.Edits))
	}
}

func TestAResultCarriesWhatIsKnownOfItsScene(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 4)
	d.Plex.Has["102"] = scene.Item{RatingKey: "102", Title: "Film 2", Files: []string{"/media/films/2.mkv"}, Detailed: true, Trashed: true}
	d.Plex.Has["103"] = scene.Item{RatingKey: "103", Files: []string{"/media/films/another.mkv"}, Detailed: true}
	d.Stash.Has[4] = nil
	results, err := d.work(d.jobs(1, 2, 3, 4)...)
	if err != nil {
		t.Fatal(err)
	}
	for id, r := range results {
		if r.Job.Scene != id || r.Job.State != queue.Running || (r.Scene == nil) != (id == 4) || id != 4 && r.Name != fmt.Sprint("Film ", id) {
			t.Errorf("scene %s: %+v", id, r)
		}
	}
	if r := results[2]; !slices.Equal(r.Trashed, []scene.ItemKey{testkit.Key("102")}) || len(r.Gone) != 0 {
		t.Errorf("in the trash: %+v", r)
	}
	if r := results[3]; !slices.Equal(r.Gone, []scene.ItemKey{testkit.Key("103")}) || len(r.Trashed) != 0 || r.Outcome != worker.Parked {
		t.Errorf("gone: %+v", r)
	}
	if r := results[4]; !r.Deleted || r.Outcome != worker.Skipped || r.Seen != nil {
		t.Errorf("deleted: %+v", r)
	}
	if r := results[1]; len(r.Gone)+len(r.Trashed) != 0 || r.Deleted {
		t.Errorf("done: %+v", r)
	}
}

// An intent is no write: what was stored as about to be written and was refused, or not
// come to, is marked so in the journal. What may have arrived is not.
func TestWhatWasNeverSentIsVoidInTheJournal(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		class fault.Class
		void  map[int]bool // by scene; 1 was to be written first
	}{
		"refused":    {fault.Rejected, map[int]bool{1: true, 2: false}},
		"an error":   {fault.Temporary, map[int]bool{1: true, 2: false}},
		"no answer":  {fault.Unreachable, map[int]bool{1: false, 2: true}},
		"patience":   {fault.Busy, map[int]bool{1: true, 2: true}},
		"our own":    {fault.Local, map[int]bool{1: true, 2: true}},
		"we stopped": {fault.Canceled, map[int]bool{1: false, 2: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 2)
			d.Settings.Fields[scene.FieldPoster] = config.Off
			d.Plex.Spoil(testkit.Trouble(tt.class, fault.Plex), "edit", "101")
			if tt.class == fault.Unreachable { // nor does it take the write that tells whose fault it is
				d.Plex.Spoil(testkit.Trouble(tt.class, fault.Plex), "try")
			}
			_, _ = d.work(d.jobs(1, 2)...)
			for id, void := range tt.void {
				if list := d.journal(id); len(list) != 1 || list[0].Void != void || list[0].Undoable() == void {
					t.Errorf("scene %d: %+v, want void %v", id, list, void)
				}
			}
		})
	}
}

// Plex answers with an error and carries the edit out all the same: what is found in step
// afterwards was written, and can be undone.
func TestAWriteThatTurnsOutToHaveArrivedIsNotVoidAnyMore(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.Settings.Fields[scene.FieldPoster] = config.Off
	carried := false
	d.Plex.On = func(request string) {
		if strings.HasPrefix(request, "edit") && !carried {
			carried = true
			it := d.Plex.Has["101"]
			it.Title, it.Summary, it.Locked = "Film 1", "About it.", map[string]bool{"title": true, "summary": true}
			d.Plex.Has["101"] = it
		}
	}
	d.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "edit", "101")
	if results, err := d.work(d.jobs(1)...); err != nil || results[1].Outcome != worker.Failed || !d.journal(1)[0].Void {
		t.Fatalf("%v, %+v", err, results)
	}
	d.Plex.Mend()
	d.done(1)
	if list := d.journal(1); len(list) != 1 || list[0].Void || len(d.Plex.Edits) != 0 {
		t.Errorf("%+v after %d edits", list, len(d.Plex.Edits))
	}
}

// What of an edit that carries nothing but pictures needs no request beside them.
func TestAPlanWithoutEditSendsNone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.done(1)
	before := len(d.Plex.Edits)
	it := d.Plex.Has["101"]
	it.Locked = map[string]bool{}
	d.Plex.Has["101"] = it
	if results, err := d.work(d.undo(1, 1)); err != nil || results[1].Outcome != worker.Done {
		t.Fatalf("%v, %+v", err, results)
	}
	for _, e := range d.Plex.Edits[before:] {
		if e.Empty() {
			t.Errorf("an empty edit was sent: %+v", e)
		}
	}
	var none plan.Edit
	if !none.Empty() {
		t.Error("an edit without anything is not empty")
	}
}
