package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/engine/upkeep"
	"lockstep/sync/queue"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// patience bounds waits across real sockets; reaching it is a failure.
const patience = 2 * time.Minute // a guard against hanging, no promise: a refused token is asked about after up to a minute

// memorySecrets keeps secrets for one test.
type memorySecrets struct {
	mu sync.Mutex
	m  map[string]string
}

func (s *memorySecrets) Get(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[name], nil
}

func (s *memorySecrets) Set(name, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[name] = value
	return nil
}

func (s *memorySecrets) Where() api.SecretPlace { return api.InMemory }

// life is one process: an engine on a data folder, against a simulated world.
type life struct {
	*engine.Engine
	t    testing.TB
	db   *storage.DB
	stop context.CancelFunc
	done chan error
}

// rig is a world with a data folder that outlives its engines.
type rig struct {
	t        testing.TB
	dir      string
	world    *sim.World
	settings config.Settings
	secrets  *memorySecrets
	log      *slog.Logger
	now      func() time.Time
	keeps    bool                          // whether the engine looks after its database
	wrap     func(store.Store) store.Store // what the engine gets for its database; may be nil
}

// fastSettings are the defaults with everything that waits made short.
func fastSettings(w *sim.World) config.Settings {
	s := config.Defaults()
	s.StashURL, s.PlexURL = w.Stash.URL(), w.Plex.URL()
	s.PathMap = []config.Rule{{Stash: w.StashRoot(), Plex: w.PlexRoot()}}
	s.Libraries = []string{w.Library(), sim.ArchiveLibrary}
	s.Pace = config.Full
	s.ProbeFirst, s.ProbeMax = 20*time.Millisecond, 50*time.Millisecond
	s.RampFrom, s.RampTo, s.RampOver = 1000, 1000, 0
	s.Reconcile, s.AtStart = config.Never, false
	return s
}

// withoutRace leaves a test of thousands of scenes or many megabytes to the run without
// the race detector, which takes a tenth of the time for it. Both are part of make test.
func withoutRace(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs in full size without -race")
	}
}

func newRig(t testing.TB, o sim.Options) *rig {
	t.Helper()
	w := sim.NewWorld(o)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	level := slog.LevelError + 1
	if testing.Verbose() {
		level = slog.LevelDebug
	}
	return &rig{
		t: t, dir: t.TempDir(), world: w, settings: fastSettings(w), now: time.Now,
		secrets: &memorySecrets{m: map[string]string{engine.PlexToken: w.Plex.Token(), engine.StashAPIKey: o.StashAPIKey}},
		log:     slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: level})),
	}
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// open opens the data folder and makes an engine that does not run yet.
func (r *rig) open() *life {
	r.t.Helper()
	return r.openWith(func(*engine.Options) {})
}

// openWith is open with options of one's own.
func (r *rig) openWith(change func(*engine.Options)) *life {
	r.t.Helper()
	db, opened, err := storage.Open(storage.Options{Dir: r.dir, Log: r.log, Now: r.now})
	if err != nil {
		r.t.Fatal(err)
	}
	var st store.Store = db
	if r.wrap != nil {
		st = r.wrap(db)
	}
	options := engine.Options{
		Store: st, Secrets: r.secrets, Dial: dial.Servers("test"), SignIn: dial.SignIn, Discover: dial.Discover(""), Now: r.now, Jitter: rand.Float64,
		Log: r.log, Version: "test", Notice: opened.Message, Damaged: opened.Values, Data: r.data(db),
		Override: func(s *config.Settings) error { *s = r.settings.Clone(); return nil },
	}
	change(&options)
	e := engine.New(options)
	return &life{Engine: e, t: r.t, db: db, done: make(chan error, 1)}
}

// data is the upkeep of the database, for the tests that are about it.
func (r *rig) data(db *storage.DB) upkeep.Data {
	if !r.keeps {
		return nil
	}
	return db
}

// start opens the data folder and runs an engine until end, or the test's end.
func (r *rig) start() *life {
	r.t.Helper()
	return r.startWith(func(*engine.Options) {})
}

// startWith is start with options of one's own.
func (r *rig) startWith(change func(*engine.Options)) *life {
	r.t.Helper()
	l := r.openWith(change)
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	go func() { l.done <- l.Run(ctx) }()
	r.t.Cleanup(l.end)
	return l
}

// end stops the engine gracefully and closes the database; twice does no harm.
func (l *life) end() {
	if l.stop == nil {
		return
	}
	l.stop()
	l.stop = nil
	if err := <-l.done; err != nil {
		l.t.Errorf("engine ended with %v", err)
	}
	if err := l.db.Close(); err != nil {
		l.t.Errorf("close the database: %v", err)
	}
}

// until waits for a snapshot that fits.
func (l *life) until(what string, fits func(api.Snapshot) bool) api.Snapshot {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var last api.Snapshot
	found := false
	err := l.Watch(ctx, func(s api.Snapshot) {
		last = s
		if fits(s) {
			found = true
			cancel()
		}
	})
	if !found {
		l.t.Fatalf("waited for %s in vain (%v); last: verdict %q breaker %+v queue %+v plex %+v stash %+v attention %+v looked %v active %v error %q",
			what, err, last.Verdict, last.Breaker, last.Queue, last.Plex, last.Stash, last.Attention, last.Scanned, last.Active, last.LastError)
	}
	return last
}

// settled waits until everything that can be done is done.
func (l *life) settled() api.Snapshot {
	l.t.Helper()
	return l.until("a settled queue", func(s api.Snapshot) bool { return s.Scanned && !s.Active && s.Queue.Empty() })
}

// scan asks for a scan of both servers and waits until its work is done.
func (l *life) scan() api.Snapshot {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := l.SyncNow(ctx, api.SyncRequest{}); err != nil && !errors.Is(err, context.Canceled) {
		l.t.Fatal(err)
	}
	return l.settled()
}

// inStep fails the test unless Plex holds what Stash says.
func (r *rig) inStep(o sim.DiffOptions) {
	r.t.Helper()
	if diff := r.world.Diff(o); len(diff) > 0 {
		r.t.Errorf("Plex differs from Stash in %d places, first %v", len(diff), diff[:min(5, len(diff))])
	}
}

// jobs lists the jobs in some states.
func (l *life) jobs(q store.JobQuery) store.JobPage {
	l.t.Helper()
	q.Limit = max(q.Limit, 1000)
	p, err := l.Jobs(context.Background(), q)
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// plexCalls is how many requests Plex had, and how many of them changed something.
func (r *rig) plexCalls() (all, writes int) {
	c := r.world.Plex.Counts()
	for _, n := range c {
		all += n
	}
	return all, r.world.Plex.Mutations()
}

func storeQuery(states ...queue.State) store.JobQuery { return store.JobQuery{States: states} }
