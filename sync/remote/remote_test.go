package remote_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/remote"
	"lockstep/sync/store"
)

// patience bounds waits across the socket; reaching it is a failure.
const patience = 20 * time.Second

type listenFunc func(dir string) (*remote.Listener, error)

// transports are the ways to listen: the system's own, and the one of Windows.
func transports() map[string]listenFunc {
	return map[string]listenFunc{"system": remote.Listen, "loopback": remote.Loopback}
}

// serve runs a server for the test's data folder and returns a client.
func serve(t *testing.T, s remote.Server, listen listenFunc) (*remote.Client, string) {
	t.Helper()
	dir := t.TempDir()
	l, err := listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Version == "" {
		s.Version = "1.0"
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("server ended with %v", err)
		}
	})
	c, _, err := remote.Connect(t.Context(), dir, s.Version)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, dir
}

func TestEveryMethodIsServed(t *testing.T) {
	t.Parallel()
	var want []string
	for m := range reflect.TypeFor[api.API]().Methods() {
		if m.Name != "Watch" { // a stream of its own
			want = append(want, m.Name)
		}
	}
	got := remote.Methods()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("served %v, want %v", got, want)
	}
}

// fill sets every field of a value to something that is not zero, so that a field lost
// on the way shows.
func fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 23, 14, 2, 3, 4, time.UTC)))
		return
	case v.Type() == reflect.TypeFor[config.Settings]():
		v.Set(reflect.ValueOf(config.Defaults()))
		return
	case v.Type() == reflect.TypeFor[message.Message]():
		v.Set(reflect.ValueOf(message.New(message.ExplainGone, message.Number(42))))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.String:
		v.SetString("Tidal Pools")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(42)
	case reflect.Uint64:
		v.SetUint(43)
	}
}

func TestEveryMethodRoundTrips(t *testing.T) {
	t.Parallel()
	for how, listen := range transports() {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			c, _ := serve(t, remote.Server{API: f}, listen)
			for m := range reflect.TypeFor[api.API]().Methods() {
				if m.Name != "Watch" {
					roundTrip(t, f, c, m.Name)
				}
			}
		})
	}
}

// roundTrip calls a method here and there with the same arguments and compares what
// arrived and what came back.
func roundTrip(t *testing.T, f *fake, c *remote.Client, name string) {
	t.Helper()
	there, here := reflect.ValueOf(c).MethodByName(name), reflect.ValueOf(f).MethodByName(name)
	args := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < there.Type().NumIn(); i++ {
		v := reflect.New(there.Type().In(i)).Elem()
		fill(v)
		args = append(args, v)
	}
	got := there.Call(args)
	arrived := f.last()
	want := here.Call(args)
	if sent := f.last(); !reflect.DeepEqual(arrived, sent) {
		t.Errorf("%s: arrived %+v, want %+v", name, arrived, sent)
	}
	for i := range got {
		if g, w := got[i].Interface(), want[i].Interface(); !reflect.DeepEqual(g, w) {
			t.Errorf("%s: result %d is %+v, want %+v", name, i, g, w)
		}
	}
}

func TestSnapshotLosesNothing(t *testing.T) {
	t.Parallel()
	f := &fake{}
	c, _ := serve(t, remote.Server{API: f}, remote.Listen)
	var want api.Snapshot
	fill(reflect.ValueOf(&want).Elem())
	f.snap.Store(want)
	got, err := c.Snapshot(t.Context())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	f.snap.Store(api.Snapshot{})
	if got, err = c.Snapshot(t.Context()); err != nil || !reflect.DeepEqual(got, api.Snapshot{}) {
		t.Errorf("zero snapshot: got %+v, %v", got, err)
	}
}

func TestRecordsLoseNothing(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		&queue.Job{}, &outage.Record{}, &store.Activity{}, &store.Run{}, &store.Report{}, &store.ReportRow{},
		&api.Explanation{}, &api.Mapping{}, &api.Examples{}, &api.TestResult{}, &api.Settings{}, &api.OutagePage{}, &health.Said{},
	} {
		rv := reflect.ValueOf(v).Elem()
		fill(rv)
		if got := throughJSON(t, v); !reflect.DeepEqual(got, v) {
			t.Errorf("%T: got %+v, want %+v", v, got, v)
		}
	}
}

func TestFaultTravelsWithEverything(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	want := &fault.Error{Class: fault.Busy, Server: fault.Plex, Message: message.Foreign("Plex is busy."), Hint: message.Foreign("Wait."), RetryAfter: time.Minute, Err: cause}
	f := &fake{err: want}
	c, _ := serve(t, remote.Server{API: f}, remote.Listen)
	_, err := c.Jobs(t.Context(), store.JobQuery{})
	got := fault.Of(err)
	if got.Class != want.Class || got.Server != want.Server || got.Message.String() != want.Message.String() || got.Hint.String() != want.Hint.String() ||
		got.RetryAfter != want.RetryAfter || got.Err == nil || got.Err.Error() != cause.Error() {
		t.Errorf("got %+v, want %+v", got, want)
	}

	f.err = context.Canceled
	if _, err := c.Jobs(t.Context(), store.JobQuery{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped call: got %v, want context.Canceled", err)
	}
	f.err = errors.New("nobody classified this")
	if got := fault.Of(c.Resume(t.Context())); got.Class != fault.Local || got.Err.Error() != "nobody classified this" {
		t.Errorf("an unclassified error: got %+v", got)
	}
}

func TestWatchGivesTheLatestAndWakesUp(t *testing.T) {
	t.Parallel()
	f := &fake{}
	f.snap.Store(api.Snapshot{Revision: 1})
	c, _ := serve(t, remote.Server{API: f}, remote.Listen)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	got := make(chan uint64, 10000)
	ended := make(chan error, 1)
	go func() { ended <- c.Watch(ctx, func(s api.Snapshot) { got <- s.Revision }) }()
	if first := <-got; first != 1 {
		t.Fatalf("first snapshot has revision %d, want 1", first)
	}
	const changes = 5000
	for i := range uint64(changes) {
		f.snap.Store(api.Snapshot{Revision: 2 + i})
	}
	seen := 1
	for r := range got {
		seen++
		if r == changes+1 {
			break
		}
		if ctx.Err() != nil {
			t.Fatal("the last change never arrived")
		}
	}
	if seen > changes/10 {
		t.Errorf("%d changes came as %d snapshots: intermediate ones were not skipped", changes, seen)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v, want context.Canceled", err)
	}
}

func TestSlowReaderHoldsUpNobody(t *testing.T) {
	t.Parallel()
	f := &fake{}
	f.snap.Store(api.Snapshot{LastError: message.Foreign(strings.Repeat("x", 1<<20))})
	c, _ := serve(t, remote.Server{API: f}, remote.Listen)
	stuck, gotOne := make(chan struct{}), make(chan struct{}, 1)
	defer close(stuck)
	go func() {
		_ = c.Watch(t.Context(), func(api.Snapshot) {
			select {
			case gotOne <- struct{}{}:
			default:
			}
			<-stuck
		})
	}()
	<-gotOne
	for i := range 200 { // far more than any socket buffers
		f.snap.Store(api.Snapshot{Revision: uint64(i), LastError: message.Foreign(strings.Repeat("x", 1<<20))})
	}
	if _, err := c.Jobs(t.Context(), store.JobQuery{}); err != nil {
		t.Errorf("a call beside a stuck reader: %v", err)
	}
}

func TestWatchEndsWhenTheProcessDoes(t *testing.T) {
	t.Parallel()
	f := &fake{}
	dir := t.TempDir()
	l, err := remote.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- remote.Server{API: f, Version: "1.0"}.Serve(ctx, l) }()
	c, _, err := remote.Connect(t.Context(), dir, "1.0")
	if err != nil {
		t.Fatal(err)
	}
	ended, seen := make(chan error, 1), make(chan struct{}, 1)
	go func() {
		ended <- c.Watch(t.Context(), func(api.Snapshot) {
			select {
			case seen <- struct{}{}:
			default:
			}
		})
	}()
	<-seen
	stop()
	if err := <-done; err != nil {
		t.Errorf("server: %v", err)
	}
	if err := <-ended; !errors.Is(err, remote.ErrNotRunning) {
		t.Errorf("watch ended with %v, want ErrNotRunning in it", err)
	}
	if _, err := os.Stat(remote.Usual(dir)); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, remote.AddressFile)); !os.IsNotExist(err) {
		t.Errorf("the address file is still there: %v", err)
	}
}

func TestCallEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	f := &fake{block: make(chan struct{}), left: make(chan error, 1)}
	c, _ := serve(t, remote.Server{API: f}, remote.Listen)
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if _, err := c.SyncNow(ctx, api.SyncRequest{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
	if err := <-f.left; err == nil {
		t.Error("the engine was not told that its caller is gone")
	}
}

func TestOtherVersionIsToldToRestart(t *testing.T) {
	t.Parallel()
	f := &fake{}
	_, dir := serve(t, remote.Server{API: f, Version: "2.0", Lasting: true}, remote.Listen)
	_, h, err := remote.Connect(t.Context(), dir, "1.0")
	got := fault.Of(err)
	if got == nil || got.Class != fault.Config || !strings.Contains(got.Hint.String(), "Quit the running Lockstep") {
		t.Errorf("got %+v, want a fault of class Config that says to restart", got)
	}
	if h.Version != "2.0" || !h.Lasting || h.PID != os.Getpid() {
		t.Errorf("hello %+v", h)
	}
	if len(f.calls) > 0 {
		t.Errorf("the engine was called: %+v", f.calls)
	}
}

func TestNobodyIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, _, err := remote.Connect(t.Context(), dir, "1.0"); !errors.Is(err, remote.ErrNotRunning) {
		t.Errorf("got %v, want ErrNotRunning", err)
	}
}

func TestShowReachesTheDesktop(t *testing.T) {
	t.Parallel()
	shown := make(chan string, 1)
	c, _ := serve(t, remote.Server{API: &fake{}, Show: func(w string) error { shown <- w; return nil }}, remote.Listen)
	if err := c.Show(t.Context(), "outages"); err != nil || <-shown != "outages" {
		t.Errorf("show: %v", err)
	}
	c, _ = serve(t, remote.Server{API: &fake{}}, remote.Listen)
	if err := c.Show(t.Context(), "queue"); !fault.Is(err, fault.NotFound) {
		t.Errorf("without a desktop: got %v, want NotFound", err)
	}
}

// throughJSON is what the other side makes of a value.
func throughJSON(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out := reflect.New(reflect.TypeOf(v).Elem()).Interface()
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}
