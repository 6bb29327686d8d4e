package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// wire connects a client to a handler without a network, so that synctest can move the
// clock: everything that waits, waits for time or for another goroutine of the bubble.
type wire struct {
	conns chan net.Conn
	once  sync.Once
	mu    sync.Mutex
	shut  bool // connections are refused
	live  []net.Conn
}

func newWire(h http.Handler) *wire {
	w := &wire{conns: make(chan net.Conn)}
	srv := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	go func() { _ = srv.Serve(w) }()
	return w
}

func (w *wire) Accept() (net.Conn, error) {
	c, open := <-w.conns
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (w *wire) Close() error   { w.once.Do(func() { close(w.conns) }); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (w *wire) connect() (net.Conn, error) {
	w.mu.Lock()
	if w.shut {
		w.mu.Unlock()
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	w.live = append(w.live, far)
	w.mu.Unlock()
	w.conns <- far
	return near, nil
}

// down ends what is connected and refuses connections, as a server that has ended does.
func (w *wire) down() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shut = true
	for _, c := range w.live {
		_ = c.Close()
	}
	w.live = nil
}

// up takes connections again.
func (w *wire) up() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shut = false
}

// bubble is a world and an engine inside a synctest bubble.
type bubble struct {
	t           *testing.T
	world       *sim.World
	stash, plex *wire
	also        []string      // libraries chosen beside the world's own
	look        config.Policy // of collections by studio; empty: there are none
	eng         *engine.Engine
	halt        func()       // ends the engine
	stop        func()       // and everything else
	read        atomic.Int64 // how often the engine read the clock
	mu          sync.Mutex
	asked       map[string][]ask // requests by server, when they began
	tune        func(*config.Settings)
	wrap        func(store.Store) store.Store // what the engine gets for its database; may be nil
}

// ask is one request.
type ask struct {
	at   time.Time
	call sim.Call
}

const stashHost, plexHost = "stash.test:9999", "plex.test:32400"

// newBubble makes a world that nothing runs in yet.
func newBubble(t *testing.T, o sim.Options) *bubble {
	t.Helper()
	o.Now = time.Now
	b := &bubble{t: t, world: sim.NewWorld(o), asked: map[string][]ask{}}
	b.world.Plex.SetHook(func(c sim.Call) { b.note(plexHost, c) })
	b.world.Stash.SetHook(func(c sim.Call) { b.note(stashHost, c) })
	b.stash, b.plex = newWire(b.world.Stash), newWire(b.world.Plex)
	return b
}

func (b *bubble) note(host string, c sim.Call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked[host] = append(b.asked[host], ask{time.Now(), c})
}

func (b *bubble) settings() config.Settings {
	s := config.Defaults()
	s.StashURL, s.PlexURL = "http://"+stashHost, "http://"+plexHost
	s.PathMap = []config.Rule{{Stash: b.world.StashRoot(), Plex: b.world.PlexRoot()}}
	if b.look != "" {
		s.Fields[scene.FieldCollections], s.CollectionLook = config.Merge, b.look
		s.Sources = map[scene.Field][]string{scene.FieldCollections: {"{studio}"}}
	}
	s.Libraries = append([]string{b.world.Library()}, b.also...)
	s.Reconcile, s.AtStart = config.Never, false
	if b.tune != nil {
		b.tune(&s)
	}
	return s
}

// run starts an engine; end stops it and everything in the bubble.
func (b *bubble) run(dir string) {
	b.t.Helper()
	level := slog.LevelError + 1
	if testing.Verbose() {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(testWriter{b.t}, &slog.HandlerOptions{Level: level}))
	db, _, err := storage.Open(storage.Options{Dir: filepath.Clean(dir), Log: log, Now: time.Now})
	if err != nil {
		b.t.Fatal(err)
	}
	secrets := &memorySecrets{m: map[string]string{engine.PlexToken: b.world.Plex.Token()}}
	var st store.Store = db
	if b.wrap != nil {
		st = b.wrap(db)
	}
	b.eng = engine.New(engine.Options{
		Store: st, Secrets: secrets, Now: func() time.Time { b.read.Add(1); return time.Now() }, Jitter: func() float64 { return 0.5 }, Log: log, Version: "test",
		Dial: dial.Through("test", func(_ context.Context, _, address string) (net.Conn, error) {
			if address == stashHost {
				return b.stash.connect()
			}
			return b.plex.connect()
		}),
		Override: func(s *config.Settings) error { *s = b.settings(); return nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.eng.Run(ctx) }()
	b.halt = func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			b.t.Error(err)
		}
		if err := db.Close(); err != nil {
			b.t.Error(err)
		}
	}
	b.stop = func() {
		b.halt()
		_ = b.world.Close()
		_ = errors.Join(b.stash.Close(), b.plex.Close())
		time.Sleep(time.Hour) // lets what is left of connections end
	}
}

func (b *bubble) snapshot() api.Snapshot {
	b.t.Helper()
	s, err := b.eng.Snapshot(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// most is the largest number of requests that fit in any minute of a span.
func most(list []ask, from, to time.Time, counts func(sim.Call) bool) int {
	top := 0
	for i, a := range list {
		if a.at.Before(from) || !a.at.Before(to) || !counts(a.call) {
			continue
		}
		n := 0
		for _, o := range list[i:] {
			if o.at.Before(a.at.Add(time.Minute)) && counts(o.call) {
				n++
			}
		}
		top = max(top, n)
	}
	return top
}

func kindsOf(list []ask, from time.Time) string {
	n := map[string]int{}
	for _, a := range list {
		if !a.at.Before(from) {
			n[strings.TrimPrefix(a.call.Kind+"/"+a.call.Name, "/")]++
		}
	}
	var out strings.Builder
	for k, v := range n {
		out.WriteString(k + "=" + time.Duration(v).String() + " ")
	}
	return out.String()
}
