package worker_test

import (
	"errors"
	"strings"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

// Whatever the store cannot do, the batch ends with that error and nothing is reported that
// rests on it: not the journal, not the intent, not what turned out to be no write.
func TestWhateverTheStoreCannotDoEndsTheBatch(t *testing.T) {
	t.Parallel()
	refused := func(d *desk) { d.Plex.Spoil(testkit.Trouble(fault.Rejected, fault.Plex), "edit", "101") }
	for name, tt := range map[string]struct {
		fails  string
		set    func(*desk)
		writes bool // something may be written before it is noticed
	}{
		"former values":               {"AddJournal", nil, false},
		"the intent":                  {"PutItemState", nil, false},
		"which entry was no write":    {"JournalOf", refused, true},
		"that an entry was no write":  {"MarkVoid", refused, true},
		"that a write arrived":        {"MarkVoid", arrivedUnseen, false},
		"which entry it was":          {"JournalOf", arrivedUnseen, false},
		"no write, of a batch halted": {"MarkVoid", func(d *desk) { refused(d); d.w.Report = func([]worker.Result) bool { return false } }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := textOnly(t, 2)
			if tt.set != nil {
				tt.set(d)
			}
			before := len(d.Plex.Edits)
			d.results = map[scene.ID]worker.Result{}
			d.w.Reader = d.Shelf.Reader()
			d.w.Store = testkit.Troubled{Store: d.DB, Fails: tt.fails, Err: errDisk}
			err := d.w.Work(d.soft, d.hard, d.jobs(1))
			if !errors.Is(err, errDisk) || !tt.writes && (len(d.Plex.Edits) != before || len(d.results) != 0) {
				t.Errorf("%v, %d edits, %+v", err, len(d.Plex.Edits)-before, d.results)
			}
		})
	}
}

// arrivedUnseen has Plex carry an edit out that it answered with an error, so that its entry
// is void and wrong.
func arrivedUnseen(d *desk) {
	d.t.Helper()
	d.Plex.On = func(request string) {
		if request == "edit 101" {
			d.Person("101", func(it *scene.Item) {
				it.Title, it.Summary, it.Locked = "Film 1", "About it.", map[string]bool{"title": true, "summary": true}
			})
		}
	}
	d.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "edit", "101")
	if _, err := d.work(d.jobs(1)...); err != nil || !d.journal(1)[0].Void {
		d.t.Fatalf("%v, %+v", err, d.journal(1))
	}
	d.Plex.On = nil
	d.Plex.Mend()
}

// A fault of Plex is told before one of the store that follows from it.
func TestTheFirstFaultOfABatchIsTheOneThatIsTold(t *testing.T) {
	t.Parallel()
	d := textOnly(t, 2)
	d.Plex.Spoil(testkit.Trouble(fault.Busy, fault.Plex), "edit")
	d.results = map[scene.ID]worker.Result{}
	d.w.Reader = d.Shelf.Reader()
	d.w.Store = testkit.Troubled{Store: d.DB, Fails: "MarkVoid", Err: errDisk}
	if err := d.w.Work(d.soft, d.hard, d.jobs(1, 2)); !fault.Is(err, fault.Busy) {
		t.Errorf("%v", err)
	}
}

// A stop or a fault of our own while pictures are read ends the batch before anything is
// planned.
func TestAStopWhileReadingEndsTheBatch(t *testing.T) {
	t.Parallel()
	for _, class := range []fault.Class{fault.Canceled, fault.Local} {
		d := newDesk(t, 2)
		d.Stash.Spoil(testkit.Trouble(class, fault.Stash), "cover", "2")
		if results, err := d.work(d.jobs(1, 2)...); !fault.Is(err, class) || len(results) != 0 || len(d.Plex.Edits) != 0 {
			t.Errorf("%s: %v, %+v", class, err, results)
		}
	}
	d := newDesk(t, 2)
	d.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "scenes")
	if results, err := d.work(d.jobs(1, 2)...); !fault.Is(err, fault.Unreachable) || len(results) != 0 {
		t.Errorf("Stash is away: %v, %+v", err, results)
	}
}

// A batch whose results nobody takes any more ends wherever that is noticed.
func TestABatchNobodyTakesResultsOfEndsAtOnce(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*desk){
		"in step already": func(d *desk) { d.done(1) },
		"a cover that changed meanwhile": func(d *desk) {
			d.Settings.Fields[scene.FieldPoster] = "merge"
			d.onStep = func(id scene.ID, step queue.Step) {
				if step == "writing" {
					d.Stash.Spoil(testkit.Trouble(fault.NotFound, fault.Stash), "cover")
				}
			}
		},
		"an item that is gone": func(d *desk) { d.Plex.Spoil(testkit.Trouble(fault.NotFound, fault.Plex), "edit", "101") },
	} {
		d := textOnly(t, 3)
		set(d)
		edits := len(d.Plex.Edits)
		told := 0
		d.w.Report = func(list []worker.Result) bool { told += len(list); return false }
		d.w.Reader = d.Shelf.Reader()
		d.w.KeepCovers = false
		if err := d.w.Work(d.soft, d.hard, d.jobs(1, 2, 3)); err != nil || told != 1 || len(d.Plex.Edits) != edits {
			t.Errorf("%s: %v, %d results, %d edits", name, err, told, len(d.Plex.Edits)-edits)
		}
	}
}

// Where an item had no picture none is selected afterwards, though Plex offers some.
func TestAnUndoSelectsNoPictureWhereNoneWas(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.Plex.Offers[testkit.Slot("101", scene.FieldPoster)] = []scene.Picture{{Key: "agent://1"}}
	d.done(1)
	if results, err := d.work(d.undo(1, 1)); err != nil || results[1].Outcome != worker.Done || d.Plex.Has["101"].Thumb != "" {
		t.Errorf("%v, %+v, picture %q", err, results[1], d.Plex.Has["101"].Thumb)
	}
	if got := strings.Join(d.Plex.Asked("unselect"), ","); got != "unselect 101 poster" || len(d.Plex.Asked("select")) != 0 {
		t.Errorf("%q, %q", got, d.Plex.Asked("select"))
	}
}
