package sim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"

	"lockstep/sync/sim"
)

func start(t *testing.T, opt sim.Options) *sim.World {
	t.Helper()
	w := sim.NewWorld(opt)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

type answer struct {
	status int
	header http.Header
	body   string
}

func send(t *testing.T, method, url string, header map[string]string, body string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

// gql posts a query; variables may be nil.
func gql(t *testing.T, w *sim.World, query string, variables map[string]any) answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return send(t, "POST", w.Stash.URL()+"/graphql", map[string]string{"Content-Type": "application/json"}, string(body))
}

// plex sends a request with the token and JSON accepted.
func plex(t *testing.T, w *sim.World, method, path string) answer {
	t.Helper()
	return send(t, method, w.Plex.URL()+path, map[string]string{"X-Plex-Token": w.Plex.Token(), "Accept": "application/json"}, "")
}

// decode reads a JSON answer.
func decode(t *testing.T, a answer) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("decode %q: %v", a.body, err)
	}
	return v
}

// at walks a decoded answer: strings are keys, ints are places in arrays.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("no object at %v of %v", step, path)
			}
			v = m[step]
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				t.Fatalf("no element %d of %v", step, path)
			}
			v = l[step]
		}
	}
	return v
}

// texts returns one field of every object of a list.
func texts(t *testing.T, list any, field string) []string {
	t.Helper()
	var out []string
	if list == nil {
		return nil
	}
	for _, v := range list.([]any) {
		out = append(out, v.(map[string]any)[field].(string))
	}
	return out
}

// equal fails unless both are the same.
func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// eventually polls for a state that another goroutine reaches.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
