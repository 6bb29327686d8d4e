package remote_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lockstep/sync/remote"
)

// post sends a request past the client.
func post(t *testing.T, at, path, token string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+at+path, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Lockstep-Version", "1.0")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func TestLoopbackWantsTheToken(t *testing.T) {
	t.Parallel()
	f := &fake{}
	_, dir := serve(t, remote.Server{API: f}, remote.Loopback)
	at, token := remote.Token(dir)
	if host, _, err := net.SplitHostPort(at); err != nil || !net.ParseIP(host).IsLoopback() {
		t.Errorf("listens on %s", at)
	}
	for how, wrong := range map[string]string{"none": "", "wrong": "x" + token[1:], "longer": token + "x", "part": token[:5]} {
		for _, path := range []string{"/ping", "/watch", "/show", "/api/Quit", "/"} {
			if status, body := post(t, at, path, wrong); status != http.StatusForbidden || strings.Contains(body, token) {
				t.Errorf("%s token, %s: %d %s", how, path, status, body)
			}
		}
	}
	if len(f.calls) > 0 {
		t.Errorf("the engine was called: %+v", f.calls)
	}
	if status, body := post(t, at, "/ping", token); status != http.StatusOK {
		t.Errorf("the right token: %d %s", status, body)
	}
}

func TestProofDoesNotGiveTheTokenAway(t *testing.T) {
	t.Parallel()
	_, dir := serve(t, remote.Server{API: &fake{}}, remote.Loopback)
	at, token := remote.Token(dir)
	if status, body := post(t, at, "/prove", ""); status != http.StatusOK || strings.Contains(body, token) {
		t.Errorf("%d %s", status, body)
	}
}

func TestAddressFileIsPrivate(t *testing.T) {
	t.Parallel()
	for how, listen := range transports() {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			_, dir := serve(t, remote.Server{API: &fake{}}, listen)
			info, err := os.Stat(filepath.Join(dir, remote.AddressFile))
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info, err)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*.new")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// stale is a data folder with the address file of a killed process, and who listens on
// its port by now.
func stale(t *testing.T, now http.Handler) string {
	t.Helper()
	_, dir := serve(t, remote.Server{API: &fake{}}, remote.Loopback)
	left, err := os.ReadFile(filepath.Join(dir, remote.AddressFile))
	if err != nil {
		t.Fatal(err)
	}
	at, _ := remote.Token(dir)
	to := "127.0.0.1:1" // nobody
	if now != nil {
		other := httptest.NewServer(now)
		t.Cleanup(other.Close)
		to = other.Listener.Addr().String()
	}
	next := t.TempDir()
	if err := os.WriteFile(filepath.Join(next, remote.AddressFile), []byte(strings.Replace(string(left), at, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return next
}

func TestAddressOfADeadProcessIsHarmless(t *testing.T) {
	t.Parallel()
	tests := map[string]http.Handler{
		"nobody listens":    nil,
		"a web page":        http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }),
		"nothing is found":  http.NotFoundHandler(),
		"an endless answer": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { endless(r.Context(), w) }),
		"no answer": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not see it hang up
			<-r.Context().Done()
		}),
		"it hangs up":             http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		"the question comes back": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }),
	}
	for name, now := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := stale(t, now)
			if _, _, err := remote.Connect(t.Context(), dir, "1.0"); !errors.Is(err, remote.ErrNotRunning) {
				t.Fatalf("got %v, want ErrNotRunning", err)
			}
			l, err := remote.Loopback(dir) // whoever has the lock takes over
			if err != nil {
				t.Fatal(err)
			}
			reached(t, dir, l)
		})
	}
}

func endless(ctx context.Context, w io.Writer) {
	for ctx.Err() == nil {
		if _, err := io.WriteString(w, strings.Repeat("waves ", 100)); err != nil {
			return
		}
	}
}

func TestOtherLockstepOnThePortIsNotOurs(t *testing.T) {
	t.Parallel()
	f := &fake{}
	_, other := serve(t, remote.Server{API: f}, remote.Loopback)
	theirs, _ := remote.Token(other)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, remote.AddressFile), []byte(`{"network":"tcp","address":"`+theirs+`","token":"of a process that was killed"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := remote.Connect(t.Context(), dir, "1.0"); !errors.Is(err, remote.ErrNotRunning) {
		t.Errorf("got %v, want ErrNotRunning", err)
	}
	if len(f.calls) > 0 {
		t.Errorf("the other was called: %+v", f.calls)
	}
}

func TestStrangerLearnsNothing(t *testing.T) {
	t.Parallel()
	received := make(chan string, 100)
	dir := stale(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- r.URL.Path + " " + r.Header.Get("Authorization") + " " + string(body)
	}))
	_, token := remote.Token(dir)
	if _, _, err := remote.Connect(t.Context(), dir, "1.0"); !errors.Is(err, remote.ErrNotRunning) {
		t.Errorf("got %v", err)
	}
	close(received)
	for words := range received {
		if strings.Contains(words, token) || !strings.HasPrefix(words, "/prove ") {
			t.Errorf("received %q", words)
		}
	}
}
