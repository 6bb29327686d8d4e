package remote_test

import (
	"bufio"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/remote"
	"lockstep/sync/scene"
)

// Not parallel: it measures what is allocated.
func TestAnAnswerWithMillionsOfEntriesIsRefusedBeforeItTakesMemory(t *testing.T) {
	const most = 120 << 20 // the text of 12 MB itself while it grows
	dir := t.TempDir()
	l, err := remote.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	entries := strings.Repeat("{},", 4<<20) + "{}"
	s := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ping":
			_, _ = w.Write([]byte(`{"version":"1.0","pid":1}`))
		case "/watch":
			_, _ = w.Write([]byte(`{"jobs":[` + entries + `]}` + "\n"))
		default:
			_, _ = w.Write([]byte(`[` + entries + `]`))
		}
	})}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	c, _, err := remote.Connect(t.Context(), dir, "1.0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	for name, call := range map[string]func() error{
		"reports": func() error { _, err := c.Reports(t.Context(), 1); return err },
		"watch":   func() error { return c.Watch(t.Context(), func(api.Snapshot) { t.Error("a snapshot was made of it") }) },
	} {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := call()
		runtime.ReadMemStats(&after)
		if f := fault.Of(err); f == nil || f.Message.String() != "Something else answers where Lockstep should." {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("%s: %d MB", name, took>>20)
		}
	}
}

func TestARequestWithMillionsOfEntriesIsRefused(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, remote.Server{API: &fake{}}, remote.Listen)
	_, err := c.Mapping(t.Context(), make([]config.Rule, 300_000))
	if err == nil || !strings.Contains(err.Error(), "more than was asked for") {
		t.Errorf("got %v", err)
	}
	if _, err := c.Mapping(t.Context(), make([]config.Rule, 1000)); err != nil {
		t.Errorf("a thousand rules: %v", err)
	}
}

func TestARequestMayNameEveryScene(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, remote.Server{API: &fake{}}, remote.Listen)
	all := make([]scene.ID, 1_000_000)
	for i := range all {
		all[i] = scene.ID(i + 1)
	}
	if _, err := c.Retry(t.Context(), api.Selection{Scenes: all}); err != nil {
		t.Errorf("to try again: %v", err)
	}
	if _, err := c.Apply(t.Context(), 1, all); err != nil {
		t.Errorf("to apply: %v", err)
	}
	if _, err := c.SyncNow(t.Context(), api.SyncRequest{Scenes: all}); err != nil {
		t.Errorf("to look at: %v", err)
	}
}

// Whoever sends half a request, or nonsense, must not fill the log with errors of
// Lockstep's own.
func TestARequestThatCannotBeReadIsRefused(t *testing.T) {
	t.Parallel()
	c, _ := serve(t, remote.Server{API: &fake{}}, remote.Listen)
	_, err := c.Mapping(t.Context(), make([]config.Rule, 300_000))
	if !fault.Is(err, fault.Rejected) || fault.Of(err).Message.String() != "The request to Lockstep could not be read." {
		t.Errorf("got %v", err)
	}
}

// A request whose body never comes is given up; the headers were given up after as long before.
func TestARequestThatDoesNotArriveIsGivenUp(t *testing.T) {
	t.Parallel()
	_, dir := serve(t, remote.Server{API: &fake{}}, remote.Listen)
	network, at := remote.At(dir)
	answers := map[string]net.Conn{}
	for _, path := range []string{"/api/Jobs", "/show"} {
		conn, err := net.Dial(network, at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, err := conn.Write([]byte("POST " + path + " HTTP/1.1\r\nHost: lockstep\r\nLockstep-Version: 1.0\r\nContent-Length: 100\r\n\r\n{")); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		answers[path] = conn
	}
	for path, conn := range answers {
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "HTTP/1.1 4") {
			t.Errorf("%s: %q, %v", path, line, err)
		}
	}
}
