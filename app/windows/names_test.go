package windows

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Things of people that are called as words of the windows are.
const (
	ourLibrary = "History"
	ourTag     = "Busy"
	ourScene   = "Paused"
)

// nameless exchanges the three for words no catalogue has, but not within the names of
// fields; renamed takes it back.
var (
	ours     = regexp.MustCompile(`\b(` + ourLibrary + "|" + ourTag + "|" + ourScene + `)\b`)
	nameless = strings.NewReplacer(ourLibrary, "Hqxzwkj", ourTag, "Vkqj", ourScene, "Wqxjzk")
	renamed  = strings.NewReplacer("Hqxzwkj", ourLibrary, "Vkqj", ourTag, "Wqxjzk", ourScene)
)

// keep keeps secrets for one test.
type keep map[string]string

func (k keep) Get(name string) (string, error) { return k[name], nil }
func (k keep) Set(name, value string) error    { k[name] = value; return nil }
func (k keep) Where() api.SecretPlace          { return api.InKeyring }

// namesakes is an engine beside simulated servers whose library, tag and scenes have the
// three names. Most scenes were written, one was refused, some are left out for the tag and
// one has lost it.
func namesakes(t *testing.T) api.API {
	t.Helper()
	w := sim.NewWorld(sim.Options{Seed: 7, Scenes: 6, Library: ourLibrary, StashAPIKey: "key"})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	tag := 1
	err := w.Stash.RenameTag(tag, ourTag)
	for id := 1; id <= 6; id++ {
		err = errors.Join(err, w.Stash.Edit(id, func(sc *sim.Scene) {
			sc.Title, sc.TagIDs = ourScene, []int{tag}
			if id == 4 {
				sc.TagIDs = nil
			}
		}))
	}
	err = errors.Join(err, w.Plex.PersonEdit(w.TargetKeys(2)[0], "title", ourLibrary)) // which locks it
	if err != nil {
		t.Fatal(err)
	}
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: http.StatusBadRequest, Match: sim.All(sim.Writes(), sim.ForItem(w.TargetKeys(3)[0]))})
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{
		Store: db, Secrets: keep{engine.PlexToken: w.Plex.Token(), engine.StashAPIKey: "key"}, Dial: dial.Servers("test"), SignIn: dial.SignIn, Discover: dial.Discover(""),
		Now: time.Now, Jitter: func() float64 { return 0.5 }, Log: slog.New(slog.DiscardHandler), Version: "test",
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, db.Close()); err != nil {
			t.Error(err)
		}
	})
	s := config.Defaults()
	s.StashURL, s.PlexURL, s.Pace, s.Language = w.Stash.URL(), w.Plex.URL(), config.Full, config.Deutsch
	s.PathMap = []config.Rule{{Stash: w.StashRoot(), Plex: w.PlexRoot()}}
	s.Libraries = []string{ourLibrary}
	s.Reconcile, s.AtStart = config.Never, false // the reports are those asked for
	save := func() {
		if err := e.SaveSettings(t.Context(), api.SettingsChange{Values: s}); err != nil {
			t.Fatal(err)
		}
	}
	save()
	until(t, e, "the first sync", func(s api.Snapshot) bool {
		return s.Scanned && !s.Active && s.Queue.Waiting+s.Queue.Running == 0 && s.Queue.Done >= 4 && s.Queue.Dead == 1
	})
	err = errors.Join(e.Pause(t.Context(), time.Time{}), w.Stash.Edit(5, func(sc *sim.Scene) { sc.TagIDs = []int{2} }))
	if err != nil {
		t.Fatal(err)
	}
	s.Filter.Tags.Never = []string{ourTag}
	save()
	reconcile(t, e, api.ReconcileRequest{Scope: config.ScopeAll, Preview: true})
	if err := e.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 100 { // until all that the new settings queued is judged
		rep := reconcile(t, e, api.ReconcileRequest{Scope: config.Scope("library:" + ourLibrary)})
		if rep.Skipped[skip.FilteredTag] > 0 {
			return e
		}
		until(t, e, "the rest", func(s api.Snapshot) bool { return !s.Active && s.Queue.Waiting+s.Queue.Running == 0 })
	}
	t.Fatal("no report has a scene that is left out for its tag")
	return nil
}

func until(t *testing.T, e api.API, what string, fits func(api.Snapshot) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var last api.Snapshot
	err := e.Watch(ctx, func(s api.Snapshot) {
		if last = s; fits(s) {
			cancel()
		}
	})
	if !fits(last) {
		t.Fatalf("waited in vain for %s: %v, %+v", what, err, last)
	}
}

// reconcile compares to the end.
func reconcile(t *testing.T, e api.API, q api.ReconcileRequest) (rep store.Report) {
	t.Helper()
	var id uint64
	until(t, e, "a reconciliation of ours", func(s api.Snapshot) bool {
		if id == 0 && s.Reconcile == nil { // not beside one that begins by itself
			if n, err := e.Reconcile(t.Context(), q); err == nil {
				id = n
			}
		}
		return id != 0
	})
	until(t, e, "the report", func(s api.Snapshot) bool {
		var err error
		rep, err = e.Report(t.Context(), id)
		return err == nil && !rep.Ended.IsZero() && s.Reconcile == nil
	})
	return rep
}

// texts are what a window says, in no order.
func texts(win fyne.Window) []string {
	var out []string
	everything(win, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widget.Label:
			out = append(out, x.Text)
		case *widget.RichText:
			out = append(out, x.String())
		case *twoLines:
			out = append(out, x.words)
		case *widget.Button:
			out = append(out, x.Text)
		case *widget.Check:
			out = append(out, x.Text)
		case *widget.Select:
			out = append(out, x.Options...)
		case *widget.Entry:
			out = append(out, x.Text, x.PlaceHolder)
		}
	})
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	slices.Sort(out)
	return out
}

// drawing is what all windows, lists and notifications say of a world, by where it is said.
func drawing(t *testing.T, r *recorded, now time.Time) map[string][]string {
	t.Helper()
	w := New(test.NewTempApp(t), r, Options{Zone: time.UTC})
	w.spawn, w.now = func(fn func()) { fn() }, func() time.Time { return now }
	t.Cleanup(w.CloseAll)
	snap, err := r.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.update(snap)
	out := map[string][]string{}
	for _, name := range present.Windows() {
		w.Show(name)
		win := w.showing(name)
		win.Resize(fyne.NewSize(1500, 1100))
		switch p := win.page.(type) {
		case *queuePage, *reportsPage, *historyPage, *previewPage:
			rows, _ := rowsOf(win)
			for i := range rows.Length() {
				rows.Select(i)
				out[name] = append(out[name], texts(win)...)
			}
		case *explainPage:
			for _, about := range []string{"1", "2", "3", "4", "5"} {
				p.explain(about)
				out[name] = append(out[name], texts(win)...)
			}
		case *settingsPage:
			for i := range config.Groups() {
				p.groups.Select(i)
				out[name] = append(out[name], texts(win)...)
			}
		}
		out[name] = append(out[name], texts(win)...)
	}
	out["elsewhere"] = elsewhere(t, r, snap, present.Moment{Now: now, Zone: time.UTC})
	return out
}

// elsewhere is what notifications, the tray and the words of commands say.
func elsewhere(t *testing.T, r *recorded, snap api.Snapshot, m present.Moment) (out []string) {
	t.Helper()
	ctx := t.Context()
	var errs []error
	fail := func(err error) { errs = append(errs, err) }
	jobs, err := r.Jobs(ctx, store.JobQuery{})
	fail(err)
	for i, j := range jobs.Jobs {
		row := present.Job(j, snap, m)
		out = append(out, row.Name, row.Detail)
		busy := snap
		busy.InHand, busy.Active = []api.InHand{{Scene: j.Scene, Name: j.Name, Step: "writing"}}, true
		busy.Run = api.Progress{Total: len(jobs.Jobs), Done: i, ToWrite: 1, Current: j.Name}
		menu := present.MenuOf(busy, m)
		out = append(out, present.Status(busy, m), menu.Status)
	}
	reports, err := r.Reports(ctx, 0)
	fail(err)
	for _, rep := range reports {
		note := present.NoteReconciled(rep)
		out = append(out, present.ReportTitle(rep, m), present.Summary(rep), note.Title, note.Body)
		rows, err := r.Rows(ctx, store.RowQuery{Report: rep.ID})
		fail(err)
		for _, row := range rows.Rows {
			line, export := present.ReportRow(row, rep.Preview), present.Exported(row)
			out = append(out, line.Title, line.Why, export.Title, export.Words)
			for _, c := range row.Changes {
				out = append(out, present.Change(c), present.ChangeInFull(c, false, m))
			}
			for _, c := range row.Kept {
				out = append(out, present.Change(c), present.ChangeInFull(c, true, m))
			}
			note := present.NoteAttention(api.Attention{Kind: api.BrakeAsks, Message: row.Message}, snap)
			out = append(out, note.Title, note.Body)
		}
	}
	lines, err := r.History(ctx, store.HistoryQuery{})
	fail(err)
	for _, a := range lines {
		line := present.HistoryLine(a, m)
		out = append(append(out, line.Name, line.What), line.Changes...)
	}
	for _, about := range []string{"1", "2", "3", "4"} {
		e, err := r.Explain(ctx, about)
		fail(err)
		out = append(out, present.Explanation(e, m))
	}
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	return out
}

// In German a library called History, a tag called Busy and scenes called Paused keep their
// names in every window, notification and report: all is said as it is of things whose names
// no catalogue has.
func TestNamesOfPeoplesThingsStandInGermanAsTheyAre(t *testing.T) {
	r := &recorded{API: namesakes(t), answers: map[string][]byte{}}
	present.SetLanguage("de")
	t.Cleanup(func() { present.SetLanguage("en") })
	for _, word := range []string{ourLibrary, ourScene} {
		if present.T(word) == word {
			t.Fatalf("%q is no word of the windows any more", word)
		}
	}
	now := time.Now()
	got := drawing(t, r, now)
	r.other = func(text []byte) []byte { return []byte(ours.ReplaceAllStringFunc(string(text), nameless.Replace)) }
	want := drawing(t, r, now)
	if len(r.missing) > 0 {
		t.Errorf("only of other names it is asked: %q", r.missing)
	}
	for place, said := range want {
		for i, words := range said {
			said[i] = renamed.Replace(words)
		}
		slices.Sort(said)
		slices.Sort(got[place])
		if !slices.Equal(got[place], said) {
			t.Errorf("%s says of these names\n%q\nand of others\n%q", place, without(got[place], said), without(said, got[place]))
		}
	}
	for place, names := range map[string][]string{
		present.Queue: {ourScene}, present.Reports: {ourScene, ourTag, ourLibrary}, present.Preview: {ourScene, ourTag}, present.History: {ourScene, ourTag},
		present.Explain: {ourScene, ourTag, ourLibrary}, present.Settings: {ourTag, ourLibrary}, "elsewhere": {ourScene, ourTag, ourLibrary},
	} {
		for _, name := range names {
			if !strings.Contains(strings.Join(got[place], "\n"), name) {
				t.Errorf("%s does not name %q: %q", place, name, got[place])
			}
		}
	}
}

// without are the texts of a that b lacks.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
