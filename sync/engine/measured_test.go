package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/dial"
	"lockstep/sync/engine"
	"lockstep/sync/engine/upkeep"
	"lockstep/sync/proc"
)

// measuredEnv tells the test binary to be an engine process that is measured from
// outside: the simulated servers would otherwise drown its own time and memory.
const measuredEnv = "LOCKSTEP_TEST_MEASURED"

// profileEnv names a folder for a CPU and an allocation profile of a measured process.
const profileEnv = "LOCKSTEP_BENCH_PROFILE"

func init() {
	if text := os.Getenv(measuredEnv); text != "" {
		os.Exit(measuredChild(text))
	}
}

// measured is an engine in a process of its own.
type measured struct {
	b   *testing.B
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
	// As of the last answer: the largest the Go heap of the process has been, and what
	// it has allocated in all.
	heapMB        float64
	bytes, allocs float64
}

// measure starts an engine process on the rig's data folder. It returns when the
// engine has read its state and can answer.
func (r *rig) measure(b *testing.B) *measured {
	b.Helper()
	text, err := json.Marshal(childJob{Dir: r.dir, Settings: r.settings, Token: r.world.Plex.Token()})
	if err != nil {
		b.Fatal(err)
	}
	m := &measured{b: b, cmd: exec.Command(os.Args[0])}
	m.cmd.Env = append(os.Environ(), measuredEnv+"="+string(text))
	m.cmd.Stderr = os.Stderr
	out, err := m.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if m.in, err = m.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	if err := m.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	m.out = bufio.NewScanner(out)
	m.answer()
	return m
}

func (m *measured) answer() {
	m.b.Helper()
	if !m.out.Scan() {
		m.b.Fatalf("the engine process ended: %v", m.cmd.Wait())
	}
	if _, err := fmt.Sscan(m.out.Text(), &m.heapMB, &m.bytes, &m.allocs); err != nil {
		m.b.Fatal(err)
	}
	m.heapMB /= 1 << 20
}

// reportAllocs gives what the engine has allocated per operation, in place of what the
// simulated servers have, since what was allocated before.
func (m *measured) reportAllocs(bytes, allocs float64, ops int) {
	m.b.ReportMetric((m.bytes-bytes)/float64(ops), "B/op")
	m.b.ReportMetric((m.allocs-allocs)/float64(ops), "allocs/op")
}

// do has the process do something and waits until it is done.
func (m *measured) do(what string) {
	m.b.Helper()
	if _, err := fmt.Fprintln(m.in, what); err != nil {
		m.b.Fatal(err)
	}
	m.answer()
}

// end stops the process gracefully.
func (m *measured) end() {
	m.b.Helper()
	_ = m.in.Close()
	if err := m.cmd.Wait(); err != nil {
		m.b.Fatal(err)
	}
}

// pid is the process, to see what it costs.
func (m *measured) pid() proc.PID { return proc.PID(m.cmd.Process.Pid) }

// measuredChild is the life of a measured process: it runs an engine and obeys what it
// reads, one word a line, until the end of its input.
func measuredChild(text string) int {
	var j childJob
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	upkeep.Thrift()
	stop := profile(os.Getenv(profileEnv))
	defer stop()
	l, err := openChild(j)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { l.done <- l.Run(ctx) }()
	waitFor(l.Engine, func(api.Snapshot) bool { return true })
	tell()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); tell() {
		l.obey(ctx, in.Text())
	}
	cancel()
	if err := <-l.done; err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := l.db.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// What a measured process can be told. A number has it wait for so many waiting jobs.
const (
	settle = "settle" // wait until everything that can be done is done
	scan   = "scan"   // scan both servers, then settle
)

func (l *life) obey(ctx context.Context, word string) {
	if n, err := strconv.Atoi(word); err == nil {
		waitFor(l.Engine, func(s api.Snapshot) bool { return s.Queue.Waiting >= n })
		return
	}
	if word == scan {
		_, _ = l.SyncNow(ctx, api.SyncRequest{})
	}
	waitFor(l.Engine, func(s api.Snapshot) bool { return s.Scanned && !s.Active && s.Queue.Empty() })
}

func openChild(j childJob) (*life, error) {
	db, _, err := storage.Open(storage.Options{Dir: j.Dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	e := engine.New(engine.Options{
		Store: db, Secrets: &memorySecrets{m: map[string]string{engine.PlexToken: j.Token}},
		Dial: dial.Servers("test"), SignIn: dial.SignIn, Discover: dial.Discover(""), Now: time.Now, Jitter: rand.Float64, Log: slog.New(slog.DiscardHandler), Version: "test",
		Data: db, Free: debug.FreeOSMemory,
		Override: func(s *config.Settings) error { *s = j.Settings; return nil },
	})
	return &life{Engine: e, db: db, done: make(chan error, 1)}, nil
}

// tell answers with the largest the heap has been and what was allocated in all.
func tell() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println(m.HeapSys, m.TotalAlloc, m.Mallocs)
}

func waitFor(e *engine.Engine, fits func(api.Snapshot) bool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_ = e.Watch(ctx, func(s api.Snapshot) {
		if fits(s) {
			cancel()
		}
	})
}

// profile writes profiles of this process into a folder; none without one.
func profile(dir string) (stop func()) {
	if dir == "" {
		return func() {}
	}
	base := filepath.Join(dir, fmt.Sprintf("engine-%d", os.Getpid()))
	f, err := os.Create(base + ".cpu")
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return func() {
		pprof.StopCPUProfile()
		if f, err := os.Create(base + ".mem"); err == nil {
			_ = pprof.Lookup("allocs").WriteTo(f, 0)
			_ = f.Close()
		}
	}
}
