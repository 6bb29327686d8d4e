package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/change"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// stand is a shelf whose scenes are in step.
type stand struct {
	*testkit.Shelf
	t *testing.T
}

func newStand(t *testing.T, n int) *stand {
	t.Helper()
	s := &stand{testkit.NewShelf(t, n), t}
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i + 1
	}
	s.InStep(t, ids...)
	s.Clock.Pass(time.Hour)
	return s
}

// run is a run over everything.
func (s *stand) run(adjust func(*reconcile.Run)) reconcile.Run {
	s.t.Helper()
	r := reconcile.Run{
		Stash: s.Stash, Plex: s.Plex, Store: s.DB, Settings: s.Settings.Clone(), Machine: testkit.Machine, Sections: s.Sections,
		Mapper: s.Mapper(), Clock: s.Clock.Now, Report: store.Report{Scope: "all", Started: s.Clock.Now()}, Refresh: s.Refresh, Remember: s.Remember,
		Forget: func(tx store.Tx, id scene.ID) error { return change.Forget(tx, id, s.Clock.Now()) },
	}
	if adjust != nil {
		adjust(&r)
	}
	s.Update(s.t, func(tx store.Tx) (err error) { r.Report.ID, err = tx.NewReport(r.Report); return err })
	return r
}

// do carries a run out.
func (s *stand) do(adjust func(*reconcile.Run)) (reconcile.Outcome, map[scene.ID]store.ReportRow) {
	s.t.Helper()
	r := s.run(adjust)
	out, err := r.Do(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return out, s.rows(r.Report.ID)
}

func (s *stand) rows(report uint64) map[scene.ID]store.ReportRow {
	s.t.Helper()
	rows := map[scene.ID]store.ReportRow{}
	s.View(s.t, func(tx store.Tx) error {
		page, err := tx.Rows(store.RowQuery{Report: report, Limit: 10000})
		for _, r := range page.Rows {
			rows[r.Scene] = r
		}
		return err
	})
	return rows
}

func (s *stand) job(id int) (queue.Job, bool) {
	s.t.Helper()
	var j queue.Job
	var ok bool
	s.View(s.t, func(tx store.Tx) (err error) { j, ok, err = tx.Job(scene.ID(id)); return err })
	return j, ok
}

// put stores a job in a state.
func (s *stand) put(id int, end func(queue.Job) queue.Job) {
	s.t.Helper()
	now := s.Clock.Now()
	j := queue.Enqueue(nil, queue.Wish{Scene: scene.ID(id), Cause: "edited"}, now)
	if end != nil {
		j = end(j.Claim(now))
	}
	s.Update(s.t, func(tx store.Tx) error { return tx.PutJob(j) })
}

func TestALibraryInStepCostsNoReadOfASceneOrItem(t *testing.T) {
	t.Parallel()
	s := newStand(t, 9)
	var progress []string
	out, rows := s.do(func(r *reconcile.Run) {
		r.Progress = func(checked, total int) { progress = append(progress, fmt.Sprint(checked, "/", total)) }
	})
	r := out.Report
	if out.Fault != nil || !r.Incomplete.IsZero() || r.Checked != 9 || r.Total != 9 || r.InStep != 9 || r.Gaps != 0 || len(rows) != 0 || !r.Ended.Equal(s.Clock.Now()) {
		t.Errorf("%+v, %+v", out, rows)
	}
	if n := len(s.Stash.Asked("scenes")) + len(s.Plex.Asked("items")) + len(s.Stash.Asked("cover")); n != 0 {
		t.Errorf("%d reads", n)
	}
	if want := []string{"0/9", "7/9", "9/9"}; !slices.Equal(progress, want) {
		t.Errorf("progress %q, want %q", progress, want)
	}
	var stored store.Report
	s.View(t, func(tx store.Tx) (err error) { stored, _, err = tx.Report(r.ID); return err })
	if stored.InStep != 9 || stored.Ended.IsZero() {
		t.Errorf("stored %+v", stored)
	}
	if _, rows := s.do(func(r *reconcile.Run) { r.Report.Deep = true }); len(rows) != 0 || len(s.Plex.Asked("items")) != 1 {
		t.Errorf("deep: %d reads, %+v", len(s.Plex.Asked("items")), rows)
	}
}

// What was found is enqueued with its kind as the cause; a preview enqueues nothing and
// says the same, but for what Plex lacks, where nothing would be written.
func TestWhatIsFoundIsEnqueuedByItsKind(t *testing.T) {
	t.Parallel()
	for _, preview := range []bool{true, false} {
		s := newStand(t, 8)
		s.Edit(1, func(sc *scene.Scene) { sc.Title = "Edited" })
		s.Person("102", func(it *scene.Item) { it.Summary, it.Locked = "Theirs", map[string]bool{} })
		s.Person("103", func(it *scene.Item) { it.Summary, it.Locked = "", map[string]bool{} })
		delete(s.Plex.Has, "104")
		s.Stash.Has[9] = &scene.Scene{ID: 9, Title: "New", Details: "New.", UpdatedAt: "2026-02-01T00:00:00Z", Files: []scene.File{{Path: "/data/films/9.mkv"}}}
		s.Put(t, "109", "/media/films/9.mkv")
		s.Edit(5, func(sc *scene.Scene) { sc.Files[0].Path = "/data/films/moved.mkv" })
		s.Person("105", func(it *scene.Item) { it.Files = []string{"/media/films/moved.mkv"} })
		delete(s.Stash.Has, 6)
		out, rows := s.do(func(r *reconcile.Run) { r.Report.Preview = preview })
		kinds := map[int]queue.Cause{1: queue.Changed, 2: queue.Drifted, 3: queue.Emptied, 4: queue.Missing, 5: "", 9: queue.NeverSynced}
		for id, kind := range kinds {
			row := rows[scene.ID(id)]
			if kind == "" { // moved, and its item with it: in step
				if row.Outcome != "" {
					t.Errorf("scene %d: %+v", id, row)
				}
				continue
			}
			outcome := reconcile.Enqueued
			if preview && kind == queue.Missing {
				outcome = reconcile.Skipped
			}
			if row.Outcome != outcome || row.Kind != kind || out.Report.GapsByKind[kind] != 1 {
				t.Errorf("scene %d: %+v, want %q", id, row, kind)
			}
			j, ok := s.job(id)
			if ok == preview || ok && (j.Cause != kind || j.State != queue.Waiting || j.Name != row.Title || j.Confirmed) {
				t.Errorf("preview %v, scene %d: %+v", preview, id, j)
			}
		}
		if row := rows[6]; row.Reason != skip.DeletedInStash || row.Title != "Film 6" {
			t.Errorf("%+v", row)
		}
		var known bool
		s.View(t, func(tx store.Tx) (err error) { _, known, err = tx.Seen(6); return err })
		if known != preview {
			t.Errorf("preview %v: the deleted scene is still known: %v", preview, known)
		}
		enqueued := 5
		if preview {
			enqueued = 4
		}
		if r := out.Report; r.Checked != 9 || r.Total != 9 || r.Enqueued != enqueued || r.InStep != 3 || r.Gaps != 5 {
			t.Errorf("%+v", r)
		}
	}
}

// New stamps and files of what is in step all the same are stored, so that the next run
// need not look again; a preview stores nothing.
func TestWhatWasReadInVainIsNotReadAgain(t *testing.T) {
	t.Parallel()
	for _, preview := range []bool{true, false} {
		s := newStand(t, 3)
		s.Person("101", func(*scene.Item) {})
		s.Edit(2, func(sc *scene.Scene) { sc.Files = append(sc.Files, scene.File{Path: "/data/films/copy.mkv"}) })
		for range 2 {
			s.Plex.Forget()
			if out, rows := s.do(func(r *reconcile.Run) { r.Report.Preview = preview }); out.Report.InStep != 3 || len(rows) != 0 {
				t.Fatalf("%+v", rows)
			}
		}
		if got := s.Plex.Asked("items"); slices.Contains(got, "items 101") || slices.Contains(got, "items 101 102") != preview {
			t.Errorf("preview %v: the second run read %q", preview, got)
		}
		s.View(t, func(tx store.Tx) error {
			who, err := tx.Claimants("/media/films/copy.mkv")
			if (len(who) == 1) == preview {
				t.Errorf("preview %v: the new file is claimed by %v", preview, who)
			}
			return err
		})
	}
}

// A stamp is not stored where something is to be done, or where somebody stored one since.
func TestAStampIsOnlyThatOfAnItemInStep(t *testing.T) {
	t.Parallel()
	s := newStand(t, 2)
	stamp := func(key string) int64 {
		var st store.ItemState
		s.View(t, func(tx store.Tx) (err error) { st, _, err = tx.ItemState(testkit.Key(key)); return err })
		return st.UpdatedAt
	}
	before := stamp("101")
	s.Person("101", func(it *scene.Item) { it.Title, it.Locked = "Theirs", map[string]bool{} })
	s.Person("102", func(*scene.Item) {})
	s.Plex.On = func(request string) {
		if request == "items 101 102" { // written by a worker meanwhile
			s.Update(t, func(tx store.Tx) error {
				st, _, err := tx.ItemState(testkit.Key("102"))
				st.UpdatedAt = 77
				return errors.Join(err, tx.PutItemState(testkit.Key("102"), st))
			})
		}
	}
	s.do(nil)
	if stamp("101") != before || stamp("102") != 77 {
		t.Errorf("stamps %d and %d, want %d and 77", stamp("101"), stamp("102"), before)
	}
}

// Jobs there are already keep their place: a run adds none for them, takes none away, and
// says of each what it is.
func TestJobsInTheQueueAreCountedAndLeft(t *testing.T) {
	t.Parallel()
	s := newStand(t, 6)
	now := s.Clock.Now()
	s.put(1, nil)
	s.put(2, func(j queue.Job) queue.Job { return j })
	s.put(3, func(j queue.Job) queue.Job { return j.Fail(testkit.Trouble(fault.Temporary, fault.Plex), 0, now) })
	s.put(4, func(j queue.Job) queue.Job { return j.Fail(testkit.Trouble(fault.Rejected, fault.Plex), 0, now) })
	s.put(5, func(j queue.Job) queue.Job { return j.Skip(skip.Contested, message.None, now) })
	out, rows := s.do(nil)
	for id, want := range map[scene.ID]skip.Code{1: skip.AlreadyQueued, 2: skip.RunningNow, 3: skip.AlreadyQueued, 4: skip.FailedBefore, 5: skip.Contested} {
		outcome := reconcile.Enqueued
		if id > 3 {
			outcome = reconcile.Skipped
		}
		if rows[id].Reason != want || rows[id].Outcome != outcome {
			t.Errorf("scene %s: %+v", id, rows[id])
		}
	}
	for id, want := range map[int]queue.State{1: queue.Waiting, 2: queue.Running, 3: queue.Retrying, 4: queue.Dead, 5: queue.Skipped} {
		if j, _ := s.job(id); j.State != want || j.Cause != "edited" || j.Again || j.Confirmed {
			t.Errorf("scene %d: %+v", id, j)
		}
	}
	if out.Report.InStep != 1 || out.Report.Enqueued != 3 {
		t.Errorf("%+v", out.Report)
	}
	// A yes is one to everything the run shows, what waits already included.
	s.do(func(r *reconcile.Run) { r.Yes = true })
	for id, confirmed := range map[int]bool{1: true, 2: false, 3: true, 4: false, 5: false} {
		if j, _ := s.job(id); j.Confirmed != confirmed && id != 2 || id == 2 && !j.Again {
			t.Errorf("confirmed, scene %d: %+v", id, j)
		}
	}
}

// The brake holds what would take away too much, whatever else the run found; a yes lets
// it pass, and each scene confirmed by it says so.
func TestTheBrakeHoldsWhatTakesAwayTooMuch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		adjust func(*reconcile.Run)
		held   bool
	}{
		"unasked":   {nil, true},
		"confirmed": {func(r *reconcile.Run) { r.Yes = true }, false},
		"a preview": {func(r *reconcile.Run) { r.Report.Preview = true }, false},
		"already asked about": {func(r *reconcile.Run) {
			r.Settings.BrakeMinimum = 1000
			r.Brake = brake.State{Began: r.Clock()}.Hold(brakeOf(scene.FieldSummary))
		}, true},
		"within the limit": {func(r *reconcile.Run) { r.Settings.BrakeMinimum = 1000 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, 6)
			for id := 1; id <= 5; id++ {
				s.Person(fmt.Sprint(100+id), func(it *scene.Item) { it.Summary, it.Locked = "Theirs.", map[string]bool{} })
			}
			s.Edit(6, func(sc *scene.Scene) { sc.Title = "Edited" })
			s.put(5, nil)
			s.Settings.BrakePercent, s.Settings.BrakeMinimum = 10, 2
			out, rows := s.do(tt.adjust)
			if (out.Held != 0) != tt.held || out.Held != 0 && !out.Held.Has(scene.FieldSummary) || out.Tally == nil {
				t.Errorf("held %v", out.Held)
			}
			preview := out.Report.Preview
			for id := 1; id <= 4; id++ {
				row := rows[scene.ID(id)]
				j, ok := s.job(id)
				switch {
				case tt.held && (row.Outcome != reconcile.Skipped || row.Reason != skip.Brake || !row.Message.IsZero() || j.State != queue.Skipped || j.Code != skip.Brake || j.Message.IsZero()):
					t.Errorf("scene %d: %+v, %+v", id, row, j)
				case !tt.held && (row.Outcome != reconcile.Enqueued || ok == preview || ok && j.State != queue.Waiting):
					t.Errorf("scene %d: %+v, %+v", id, row, j)
				case ok && ((j.Cause == queue.Confirmed) != (name == "confirmed") || j.Name != row.Title):
					t.Errorf("scene %d: %+v", id, j)
				}
			}
			if j, _ := s.job(5); j.State != queue.Waiting || j.Confirmed != (name == "confirmed") {
				t.Errorf("the one that waits already: %+v", j)
			}
			if j, ok := s.job(6); !preview && (!ok || j.State != queue.Waiting) {
				t.Errorf("the one that loses nothing: %+v", j)
			}
			if r := out.Report; tt.held && (r.Skipped[skip.Brake] != 4 || r.Enqueued != 2) || r.Checked != 6 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A scene that was queued while the run looked at it keeps its job: the brake sees it again
// with its batch.
func TestAHeldSceneThatWasQueuedMeanwhileKeepsItsJob(t *testing.T) {
	t.Parallel()
	s := newStand(t, 5)
	for id := 1; id <= 5; id++ {
		s.Person(fmt.Sprint(100+id), func(it *scene.Item) { it.Summary, it.Locked = "Theirs.", map[string]bool{} })
	}
	s.Settings.BrakePercent, s.Settings.BrakeMinimum = 10, 2
	s.Plex.On = func(request string) {
		if request == "items 101 102 103 104 105" {
			s.put(2, nil)
			s.put(3, func(j queue.Job) queue.Job { return j.Skip(skip.FilteredTag, message.None, s.Clock.Now()) })
		}
	}
	out, _ := s.do(nil)
	for id, want := range map[int]queue.State{1: queue.Skipped, 2: queue.Waiting, 3: queue.Skipped} {
		if j, _ := s.job(id); j.State != want || (j.Code == skip.Brake) != (id != 2) || j.Name == "" && id == 1 {
			t.Errorf("scene %d: %+v", id, j)
		}
	}
	if out.Report.Skipped[skip.Brake] != 5 {
		t.Errorf("%+v", out.Report)
	}
}

// A scene whose files changed after it was listed is judged by what was read, and claims
// those.
func TestFilesThatChangeDuringARunAreFollowed(t *testing.T) {
	t.Parallel()
	s := newStand(t, 2)
	s.Edit(1, func(sc *scene.Scene) { sc.Title = "Edited" })
	s.Stash.On = func(request string) {
		if request == "scenes 1" {
			sc := *s.Stash.Has[1]
			sc.Files = []scene.File{{Path: "/data/films/moved.mkv"}}
			s.Stash.Has[1] = &sc
		}
	}
	_, rows := s.do(nil)
	if r := rows[1]; r.Path != "/data/films/moved.mkv" || r.Kind != queue.Missing || r.Outcome != reconcile.Enqueued || r.Item != "" {
		t.Errorf("%+v", r)
	}
	s.View(t, func(tx store.Tx) error {
		who, err := tx.Claimants("/media/films/moved.mkv")
		if !slices.Equal(who, []scene.ID{1}) {
			t.Errorf("claimed by %v", who)
		}
		return err
	})
}

// brakeOf is a field as the brake holds it.
func brakeOf(f scene.Field) brake.Fields {
	return brake.FieldsOf([]brake.Trip{{Field: f}})
}

// What ended a run early is said, and nothing is guessed about what it did not come to.
func TestARunThatEndedEarlySaysWhy(t *testing.T) {
	t.Parallel()
	stopped := testkit.Trouble(fault.Canceled, fault.None)
	for name, tt := range map[string]struct {
		set    func(*stand)
		adjust func(*reconcile.Run)
		class  fault.Class
		words  string // "" any
	}{
		"no libraries from Plex": {func(s *stand) { s.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "sections") }, nil, fault.Unreachable, "Plex stopped answering."},
		"Plex is busy":           {func(s *stand) { s.Plex.Spoil(testkit.Trouble(fault.Busy, fault.Plex), "sections") }, nil, fault.Busy, "Plex stopped answering."},
		"an error of Stash":      {func(s *stand) { s.Stash.Spoil(testkit.Trouble(fault.Temporary, fault.Stash), "names") }, nil, fault.Temporary, "Stash stopped answering."},
		"the listing of Plex": {nil, func(r *reconcile.Run) {
			r.Refresh = func(context.Context) error { return testkit.Trouble(fault.Unreachable, fault.Plex) }
		}, fault.Unreachable, "Plex stopped answering."},
		"the token":            {func(s *stand) { s.Plex.Spoil(testkit.Trouble(fault.Unauthorized, fault.Plex), "sections") }, nil, fault.Unauthorized, testkit.Trouble(fault.Unauthorized, fault.Plex).Message.String()},
		"no such library":      {nil, func(r *reconcile.Run) { r.Report.Scope = "library:Nothing" }, fault.Config, ""},
		"a stop in words":      {nil, func(r *reconcile.Run) { r.Refresh = func(context.Context) error { return stopped } }, fault.Canceled, stopped.Message.String()},
		"a stop without words": {nil, func(r *reconcile.Run) { r.Refresh = func(context.Context) error { return context.Canceled } }, fault.Canceled, "It was stopped."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, 3)
			delete(s.Stash.Has, 2)
			if tt.set != nil {
				tt.set(s)
			}
			out, rows := s.do(tt.adjust)
			if out.Fault == nil || out.Fault.Class != tt.class || out.Report.Incomplete.IsZero() || tt.words != "" && out.Report.Incomplete.String() != tt.words || len(rows) != 0 || out.Report.Checked != 0 || out.Report.Ended.IsZero() {
				t.Errorf("%+v, %+v", out.Fault, out.Report)
			}
			s.View(t, func(tx store.Tx) error {
				_, known, err := tx.Seen(2)
				if !known {
					t.Error("a scene was forgotten by a run that did not see everything")
				}
				return err
			})
		})
	}
}

// A context that was ended for a reason gives the report that reason.
func TestTheCauseOfAStopIsTheReports(t *testing.T) {
	t.Parallel()
	s := newStand(t, 2)
	ctx, stop := context.WithCancelCause(t.Context())
	cause := testkit.Trouble(fault.Unauthorized, fault.Plex)
	stop(cause)
	r := s.run(nil)
	out, err := r.Do(ctx)
	if err != nil || out.Fault == nil || out.Fault.Class != fault.Unauthorized || out.Report.Incomplete.String() != cause.Message.String() {
		t.Errorf("%v, %+v", err, out)
	}
}

// unwritable is a store that writes nothing more after some writes.
type unwritable struct {
	store.Store
	left int
}

func (s *unwritable) Update(fn func(store.Tx) error) error {
	if s.left--; s.left < 0 {
		return errors.New("no room")
	}
	return s.Store.Update(fn)
}

func TestAStoreThatFailsIsOurOwnError(t *testing.T) {
	t.Parallel()
	for left := range 4 {
		s := newStand(t, 3)
		s.Edit(1, func(sc *scene.Scene) { sc.Title = "Edited" })
		delete(s.Stash.Has, 3)
		r := s.run(func(r *reconcile.Run) { r.Refresh = func(context.Context) error { return nil } })
		r.Store = &unwritable{s.DB, left}
		if _, err := r.Do(t.Context()); err == nil {
			t.Errorf("after %d writes nothing could be stored, and nobody says so", left)
		}
	}
}

func TestOnlyALibraryOrASceneIsReadWhereThatIsTheScope(t *testing.T) {
	t.Parallel()
	s := newStand(t, 4)
	s.Sections = append(s.Sections, scene.Section{ID: "2", Title: "More", Locations: []string{"/media/more"}})
	for id := 1; id <= 3; id++ {
		s.Edit(id, func(sc *scene.Scene) { sc.Title += " again" })
	}
	s.Edit(3, func(sc *scene.Scene) { sc.Files[0].Path = "/data/more/3.mkv" })
	delete(s.Stash.Has, 4)
	s.Stash.Unread[2] = true
	for scope, want := range map[string][]string{
		"library:Films": {"1 enqueued ", "2 skipped unreadable"}, "library:More": {"3 skipped not-in-plex"},
		"scene:1": {"1 enqueued "}, "scene:2": {"2 skipped unreadable"}, "scene:4": {"4 skipped deleted-in-stash"},
	} {
		out, rows := s.do(func(r *reconcile.Run) { r.Report.Scope, r.Report.Preview = scope, true })
		var got []string
		for id, r := range rows {
			got = append(got, fmt.Sprint(id, " ", r.Outcome, " ", r.Reason))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) || !out.Report.Incomplete.IsZero() || out.Report.Total != len(want) || out.Report.Checked != len(want) {
			t.Errorf("%s: %q, want %q; %+v", scope, got, want, out.Report)
		}
	}
}

// Examine says of one scene what a preview would, and whatever keeps it from looking.
func TestExaminingOneSceneChangesNothingAndTellsWhatIsKnown(t *testing.T) {
	t.Parallel()
	s := newStand(t, 4)
	s.Settings.Fields[scene.FieldBackground] = config.Off
	s.Edit(1, func(sc *scene.Scene) { sc.Title = "Edited" })
	s.put(2, func(j queue.Job) queue.Job {
		return j.Fail(testkit.Trouble(fault.Rejected, fault.Plex), 0, s.Clock.Now())
	})
	s.Edit(3, func(sc *scene.Scene) { sc.Files[0].Path = "/data/films/renamed/3.mkv" })
	look := func(id int) reconcile.Finding {
		t.Helper()
		r := s.run(nil)
		f, err := r.Examine(t.Context(), *s.Stash.Has[scene.ID(id)])
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if f := look(1); f.Outcome != reconcile.Enqueued || f.Kind != queue.Changed || len(f.Items) != 1 || f.Fault != nil || f.Job.State != "" || f.Message.String() != "title" {
		t.Errorf("edited: %+v", f)
	}
	if f := look(2); f.Outcome != "" || f.Job.State != queue.Dead {
		t.Errorf("in step, and failed before: %+v", f)
	}
	if f := look(3); f.Code != skip.NotInPlex || f.Outcome != reconcile.Skipped || f.Kind != queue.Missing || len(f.Match.Candidates) != 1 || f.Match.Candidates[0].Key != testkit.Key("103") {
		t.Errorf("missing, with one of the same name: %+v %+v", f, f.Match)
	}
	s.Plex.Sects = []scene.Section{{ID: "1", Refreshing: true}}
	if f := look(3); f.Code != skip.LibraryScanning {
		t.Errorf("while the library is scanned: %+v", f)
	}
	if _, ok := s.job(1); ok || s.DB.Counts().Waiting != 0 {
		t.Error("a job was made")
	}
	s.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "sections")
	if f := look(1); f.Outcome != "" || f.Fault == nil || f.Fault.Server != fault.Plex || f.Scene == nil {
		t.Errorf("Plex is away: %+v", f)
	}
	gone := *s.Stash.Has[4]
	s.Stash.Has[4] = nil
	f, err := s.run(nil).Examine(t.Context(), gone)
	if err != nil || f.Code != skip.DeletedInStash || f.Scene == nil || f.Scene.Title != "Film 4" {
		t.Errorf("deleted since it was read: %v, %+v", err, f)
	}
	s.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "scenes")
	if _, err := s.run(nil).Examine(t.Context(), gone); !fault.Is(err, fault.Unreachable) {
		t.Errorf("Stash is away: %v", err)
	}
}

// Suggestions by file name are bounded.
func TestSuggestionsByNameAreFew(t *testing.T) {
	t.Parallel()
	s := newStand(t, 1)
	for i := range 15 {
		s.Put(t, fmt.Sprint(500+i), fmt.Sprintf("/media/films/%d/quay.mkv", i), fmt.Sprintf("/media/films/%d/v2/quay.mkv", i))
	}
	s.Edit(1, func(sc *scene.Scene) { sc.Files[0].Path = "/data/films/x/quay.mkv" })
	f, err := s.run(nil).Examine(t.Context(), *s.Stash.Has[1])
	if err != nil || len(f.Match.Candidates) == 0 || len(f.Match.Candidates) > 10 {
		t.Errorf("%v, %d suggestions", err, len(f.Match.Candidates))
	}
	seen := map[scene.ItemKey]bool{}
	for _, c := range f.Match.Candidates {
		if seen[c.Key] {
			t.Errorf("%s is suggested twice", c.Key)
		}
		seen[c.Key] = true
	}
}
