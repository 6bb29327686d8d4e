package stash_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/stash"
)

// canary is a key that must never show up in any text.
const canary = "eyJhbGciOiJIUzI1NiJ9.eyJDQU5BUlkiOjF9.Zm9yZXN0"

// answer is what the fixture sends for one kind of question.
type answer struct {
	code int // zero: 200
	kind string
	body string
	head map[string]string
}

func ok(body string) answer { return answer{body: body} }

// asked is a request as the fixture saw it.
type asked struct {
	name   string // operation name, or the path
	query  string
	vars   map[string]any
	header http.Header
	url    string
}

// fixture is an HTTP server that replays answers by the name of the operation.
type fixture struct {
	*httptest.Server
	mu    sync.Mutex
	log   []asked
	reply func(asked) answer
}

func serve(t *testing.T, reply func(asked) answer) *fixture {
	t.Helper()
	f := &fixture{reply: reply}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// replay answers each operation with a fixed answer and everything else with 404.
func replay(t *testing.T, by map[string]answer) *fixture {
	t.Helper()
	return serve(t, func(a asked) answer {
		if r, ok := by[a.name]; ok {
			return r
		}
		return answer{code: http.StatusNotFound, kind: "text/plain", body: "no answer for " + a.name}
	})
}

func (f *fixture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := asked{name: r.URL.Path, header: r.Header.Clone(), url: r.URL.String()}
	if r.Method == http.MethodPost {
		var q struct {
			Query     string
			Variables map[string]any
		}
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &q) == nil {
			a.query, a.vars = q.Query, q.Variables
			a.name = strings.FieldsFunc(strings.TrimPrefix(q.Query, "query "), func(r rune) bool { return r == ' ' || r == '(' })[0]
		}
	}
	f.mu.Lock()
	f.log = append(f.log, a)
	f.mu.Unlock()
	out := f.reply(a)
	kind := out.kind
	if kind == "" {
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	for k, v := range out.head {
		w.Header().Set(k, v)
	}
	if out.code != 0 {
		w.WriteHeader(out.code)
	}
	_, _ = io.WriteString(w, out.body)
}

func (f *fixture) seen(name string) []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []asked
	for _, a := range f.log {
		if a.name == name {
			out = append(out, a)
		}
	}
	return out
}

func client(url, key string) *stash.Client {
	return stash.New(stash.Options{URL: url, Key: func() string { return key }, UserAgent: "Lockstep/test", Timeout: 10 * time.Second})
}

// sample reads the recorded body of a real answer.
func sample(t *testing.T, name string) answer {
	t.Helper()
	var s struct {
		HTTPStatus int             `json:"http_status"`
		Type       string          `json:"content_type"`
		Body       json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(read(t, name+".json"), &s); err != nil {
		t.Fatal(err)
	}
	return answer{code: s.HTTPStatus, kind: s.Type, body: string(s.Body)}
}

// states reads the answers of a Stash that is not ready.
func states(t *testing.T, name string) map[string]answer {
	t.Helper()
	var all map[string]struct {
		HTTPStatus int             `json:"http_status"`
		Body       json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(read(t, name+".json"), &all); err != nil {
		t.Fatal(err)
	}
	find := ok(string(all["findScenes"].Body))
	return map[string]answer{
		"State":     ok(string(all["systemStatus"].Body)),
		"Count":     find,
		"Newest":    find,
		"Last":      find,
		"Stamps":    find,
		"Find":      find,
		"Names":     find,
		"Galleries": ok(strings.ReplaceAll(string(all["findScenes"].Body), "findScenes", "s0")),
		"Scenes":    ok(strings.ReplaceAll(string(all["findScene"].Body), "findScene", "s0")),
		// The real server answers a cover with a bare 500.
		"/scene/3/screenshot": {code: http.StatusInternalServerError, kind: "text/plain"},
		// It finds no picture either then, as its source says.
		"/image/3/image": {code: http.StatusNotFound, kind: "text/plain"},
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// want fails unless err is a fault of Stash of the class, with the words.
func want(t *testing.T, err error, class fault.Class, words string) *fault.Error {
	t.Helper()
	f := fault.Of(err)
	if f == nil {
		t.Fatalf("got no error, want %s", class)
	}
	if f.Class != class || f.Server != fault.Stash || !strings.Contains(f.Message.String(), words) {
		t.Fatalf("got %s %s %q (%v), want %s with %q", f.Server, f.Class, f.Message, f.Err, class, words)
	}
	return f
}

const okState = `{"data":{"systemStatus":{"status":"OK"},"version":{"version":"v0.30.1"}}}`
