package remote_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/event"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/remote"
	"lockstep/sync/scene"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// fake answers every method with what it was given, or with err.
type fake struct {
	mu    sync.Mutex
	calls []call
	err   error
	snap  event.Value[api.Snapshot]
	block chan struct{} // calls of SyncNow wait for it when set
	left  chan error    // gets the context's error when such a call gives up
}

type call struct {
	method string
	args   []any
}

func (f *fake) got(method string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, call{method, args})
	return f.err
}

func (f *fake) last() call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[len(f.calls)-1]
}

func (f *fake) Snapshot(context.Context) (api.Snapshot, error) {
	return f.snap.Load(), f.got("Snapshot")
}

func (f *fake) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	wake, stop := f.snap.Watch()
	defer stop()
	for {
		select {
		case <-wake:
			fn(f.snap.Load())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fake) Pause(_ context.Context, until time.Time) error { return f.got("Pause", until) }
func (f *fake) Resume(context.Context) error                   { return f.got("Resume") }

func (f *fake) SyncNow(ctx context.Context, q api.SyncRequest) (api.SyncResult, error) {
	if f.block != nil {
		select {
		case <-f.block:
		case <-ctx.Done():
			f.left <- ctx.Err()
			return api.SyncResult{}, ctx.Err()
		}
	}
	return api.SyncResult{Enqueued: 7}, f.got("SyncNow", q)
}

func (f *fake) Retry(_ context.Context, q api.Selection) (int, error) { return 3, f.got("Retry", q) }
func (f *fake) Discard(_ context.Context, q api.Selection) (int, error) {
	return 4, f.got("Discard", q)
}
func (f *fake) ProbeNow(context.Context) error { return f.got("ProbeNow") }

func (f *fake) Jobs(_ context.Context, q store.JobQuery) (store.JobPage, error) {
	return store.JobPage{Total: 9}, f.got("Jobs", q)
}

func (f *fake) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	return api.OutagePage{Verdict: health.Down}, f.got("Outages", q)
}

func (f *fake) History(_ context.Context, q store.HistoryQuery) ([]store.Activity, error) {
	return []store.Activity{{Name: "Harbour Lights"}}, f.got("History", q)
}

func (f *fake) Statistics(_ context.Context, since string) ([]statistics.Day, error) {
	return []statistics.Day{{Day: since}}, f.got("Statistics", since)
}

func (f *fake) Runs(_ context.Context, limit int) ([]store.Run, error) {
	return []store.Run{{ID: 1}}, f.got("Runs", limit)
}

func (f *fake) Undo(_ context.Context, q api.UndoRequest) (api.UndoResult, error) {
	return api.UndoResult{Enqueued: 2}, f.got("Undo", q)
}

func (f *fake) Reconcile(_ context.Context, q api.ReconcileRequest) (uint64, error) {
	return 11, f.got("Reconcile", q)
}
func (f *fake) StopReconcile(context.Context) error { return f.got("StopReconcile") }

func (f *fake) Reports(_ context.Context, limit int) ([]store.Report, error) {
	return []store.Report{{ID: 5}}, f.got("Reports", limit)
}

func (f *fake) Report(_ context.Context, id uint64) (store.Report, error) {
	return store.Report{ID: id}, f.got("Report", id)
}

func (f *fake) Rows(_ context.Context, q store.RowQuery) (store.RowPage, error) {
	return store.RowPage{Total: 8}, f.got("Rows", q)
}

func (f *fake) Apply(_ context.Context, report uint64, ids []scene.ID) (int, error) {
	return 6, f.got("Apply", report, ids)
}

func (f *fake) Explain(_ context.Context, query string) (api.Explanation, error) {
	return api.Explanation{Title: query}, f.got("Explain", query)
}

func (f *fake) Settings(context.Context) (api.Settings, error) {
	return api.Settings{Values: config.Defaults(), HasToken: true}, f.got("Settings")
}

func (f *fake) SaveSettings(_ context.Context, s api.SettingsChange) error {
	return f.got("SaveSettings", s)
}

func (f *fake) TestConnection(_ context.Context, q api.TestRequest) (api.TestResult, error) {
	return api.TestResult{OK: true}, f.got("TestConnection", q)
}

func (f *fake) Examples(_ context.Context, s config.Settings) (api.Examples, error) {
	return api.Examples{Scenes: []api.Example{{Scene: 1}}}, f.got("Examples", s)
}
func (f *fake) Mapping(_ context.Context, rules []config.Rule) (api.Mapping, error) {
	return api.Mapping{Covered: 1}, f.got("Mapping", rules)
}

func (f *fake) StartSignIn(context.Context) (api.SignIn, error) {
	return api.SignIn{ID: "s1", URL: "https://example.org/auth", Expires: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)}, f.got("StartSignIn")
}

func (f *fake) PollSignIn(_ context.Context, id string) (api.SignInState, error) {
	return api.SignInState{State: api.SignInDone, Servers: []api.PlexServer{{Name: "Boat House"}}}, f.got("PollSignIn", id)
}

func (f *fake) ChooseServer(_ context.Context, id, machine string) (api.PlexServer, error) {
	return api.PlexServer{Machine: machine}, f.got("ChooseServer", id, machine)
}

func (f *fake) Discover(context.Context) ([]api.PlexServer, error) {
	return []api.PlexServer{{Name: "Boat House", Local: true}}, f.got("Discover")
}

func (f *fake) Collections(_ context.Context, q api.CollectionsRequest) (api.Collections, error) {
	return api.Collections{Rows: []api.CollectionRow{{Title: "Coasts", State: api.CollectionChanges}}}, f.got("Collections", q)
}

func (f *fake) Picture(_ context.Context, q api.PictureQuery) (api.Picture, error) {
	return api.Picture{JPEG: []byte("small")}, f.got("Picture", q)
}

func (f *fake) Activity(_ context.Context, q api.ActivityQuery) (api.ActivityPage, error) {
	return api.ActivityPage{Total: 3, Rows: []store.Playback{{Name: "Night train", State: store.PlaybackWaiting}}}, f.got("Activity", q)
}

func (f *fake) CheckActivity(_ context.Context, q api.ActivityCheck) error {
	return f.got("CheckActivity", q)
}

func (f *fake) AnswerActivity(_ context.Context, q api.ActivityAnswer) (int, error) {
	return 3, f.got("AnswerActivity", q)
}

func (f *fake) Say(_ context.Context, s health.Said) (bool, error) { return true, f.got("Say", s) }
func (f *fake) Import(_ context.Context, q api.ImportRequest) (api.Import, error) {
	return api.Import{Plugin: api.PluginOn}, f.got("Import", q)
}

func (f *fake) CheckData(context.Context) (api.DataCheck, error) {
	return api.DataCheck{Message: message.Foreign("whole")}, f.got("CheckData")
}
func (f *fake) Quit(context.Context) error { return f.got("Quit") }

// reached makes sure that a server on a listener is found by the data folder.
func reached(t *testing.T, dir string, l *remote.Listener) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- remote.Server{API: &fake{}, Version: "1.0"}.Serve(ctx, l) }()
	c, _, err := remote.Connect(t.Context(), dir, "1.0")
	if err != nil {
		t.Errorf("the own Lockstep is not reached: %v", err)
	} else {
		c.Close()
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
