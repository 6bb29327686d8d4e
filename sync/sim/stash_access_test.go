package sim_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"lockstep/sync/sim"
)

const version = `{"query":"{version{version}}"}`

func TestKeyIsRefusedUnlessItIsTheConfiguredOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		configured string
		header     map[string]string
		query      string
		status     int
	}{
		"none, none":      {"", nil, "", 200},
		"none, empty":     {"", map[string]string{"ApiKey": ""}, "", 200},
		"none, some key":  {"", map[string]string{"ApiKey": "k"}, "", 401},
		"key, none":       {"k", nil, "", 401},
		"key, right":      {"k", map[string]string{"apikey": "k"}, "", 200},
		"key, in query":   {"k", nil, "?apikey=k", 200},
		"key, wrong":      {"k", map[string]string{"ApiKey": "x"}, "", 401},
		"key, as bearer":  {"k", map[string]string{"Authorization": "Bearer k"}, "", 401},
		"public, no auth": {"", map[string]string{"X-Forwarded-For": "203.0.113.5"}, "", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, sim.Options{StashAPIKey: c.configured})
			header := map[string]string{"Content-Type": "application/json"}
			maps.Copy(header, c.header)
			got := send(t, "POST", w.Stash.URL()+"/graphql"+c.query, header, version)
			equal(t, "status", got.status, c.status)
			if c.status == 401 {
				equal(t, "body", got.body, "")
				equal(t, "challenge", got.header.Get("Www-Authenticate"), "FormBased")
			}
		})
	}
}

func TestPublicAddressLocksTheServerForGood(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	_ = send(t, "GET", w.Stash.URL()+"/", map[string]string{"X-Forwarded-For": "203.0.113.5"}, "")
	equal(t, "later request", gql(t, w, `{version{version}}`, nil).status, 403)
	equal(t, "healthz", send(t, "GET", w.Stash.URL()+"/healthz", nil, "").status, 200)
}

func TestScreenshot(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 2, Scenes: 3})
	url := w.Stash.URL() + "/scene/1/screenshot"
	got := send(t, "GET", url, nil, "")
	equal(t, "bytes", got.body, string(w.Stash.Cover(1)))
	equal(t, "type", strings.HasPrefix(got.header.Get("Content-Type"), "image/"), true)
	etag := got.header.Get("Etag")
	equal(t, "quoted MD5", len(etag), 34)
	equal(t, "unchanged", send(t, "GET", url, map[string]string{"If-None-Match": etag}, "").status, 304)
	if err := w.Stash.SetCover(1, sim.DrawCover(77)); err != nil {
		t.Fatal(err)
	}
	equal(t, "changed", send(t, "GET", url, map[string]string{"If-None-Match": etag}, "").status, 200)
	equal(t, "HEAD", send(t, "HEAD", url, nil, "").status, 405)
	equal(t, "missing", send(t, "GET", w.Stash.URL()+"/scene/99/screenshot", nil, "").status, 404)
	equal(t, "no number", send(t, "GET", w.Stash.URL()+"/scene/x/screenshot", nil, "").status, 400)
	_ = w.Stash.SetCover(2, nil)
	placeholder := send(t, "GET", w.Stash.URL()+"/scene/2/screenshot", nil, "")
	equal(t, "placeholder", placeholder.status, 200)
	equal(t, "placeholder type", placeholder.header.Get("Content-Type"), "image/svg+xml")
	w.Stash.SetAPIKey("k")
	login := send(t, "GET", url, nil, "")
	equal(t, "no key", login.status, 302)
	equal(t, "to", strings.HasPrefix(login.header.Get("Location"), "/login?returnURL="), true)
	equal(t, "wrong key", send(t, "GET", url, map[string]string{"ApiKey": "x"}, "").status, 401)
}

// socket speaks graphql-transport-ws.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func dial(t *testing.T, w *sim.World) socket {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), w.Stash.URL()+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return socket{t, conn}
}

func (s socket) send(text string) {
	s.t.Helper()
	if err := s.conn.Write(s.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

func (s socket) receive() map[string]any {
	s.t.Helper()
	_, data, err := s.conn.Read(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		s.t.Fatal(err)
	}
	return v
}

func TestJobsAreToldToSubscribers(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	s := dial(t, w)
	s.send(`{"type":"connection_init"}`)
	equal(t, "ack", s.receive()["type"], any("connection_ack"))
	s.send(`{"type":"ping"}`)
	equal(t, "pong", s.receive()["type"], any("pong"))
	s.send(`{"id":"bad","type":"subscribe","payload":{"query":"subscription{nosuch}"}}`)
	equal(t, "bad field", s.receive()["type"], any("error"))
	s.send(`{"id":"jobs","type":"subscribe","payload":{"query":"subscription{jobsSubscribe{type job{id status description}}}"}}`)
	eventually(t, "subscribed", func() bool { return w.Stash.Subscribers() == 1 })
	w.Stash.RunJob("scan", nil)
	for _, want := range [][2]string{{"ADD", "READY"}, {"UPDATE", "RUNNING"}, {"REMOVE", "FINISHED"}} {
		e := at(t, s.receive(), "payload", "data", "jobsSubscribe")
		equal(t, "event", at(t, e, "type"), any(want[0]))
		equal(t, "status", at(t, e, "job", "status"), any(want[1]))
	}
}

func TestSubscribeBeforeInitIsAProtocolError(t *testing.T) {
	t.Parallel()
	s := dial(t, start(t, sim.Options{}))
	s.send(`{"id":"1","type":"subscribe","payload":{"query":"subscription{scanCompleteSubscribe}"}}`)
	_, _, err := s.conn.Read(t.Context())
	equal(t, "close status", websocket.CloseStatus(err), websocket.StatusProtocolError)
}

func TestSocketNeedsTheKeyAtTheUpgrade(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{StashAPIKey: "k"})
	_, resp, err := websocket.Dial(context.Background(), w.Stash.URL()+"/graphql", nil)
	if err == nil || resp == nil || resp.StatusCode != 401 {
		t.Fatalf("got %v, %v", resp, err)
	}
}

// TestTransportErrorsHaveTheMeasuredForm has answers of a real Stash 0.30.
func TestTransportErrorsHaveTheMeasuredForm(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	for name, c := range map[string]struct {
		method, path, kind, body string
		status                   int
		answerKind, answer       string
	}{
		"no JSON": {"POST", "/graphql", "application/json", "hello", 400, "application/json",
			`json request body could not be decoded: invalid character 'h' looking for beginning of value body:hello`},
		"nothing":        {"POST", "/graphql", "application/json", "", 400, "application/json", `json request body could not be decoded: EOF body:`},
		"text":           {"POST", "/graphql", "text/plain", version, 400, "text/plain; charset=utf-8", "transport not supported"},
		"put":            {"PUT", "/graphql", "application/json", version, 400, "text/plain; charset=utf-8", "transport not supported"},
		"trailing slash": {"POST", "/graphql/", "application/json", version, 200, "application/json", "v0.30"},
		"healthz":        {"GET", "/healthz", "", "", 200, "text/plain", "."},
		"page":           {"GET", "/scenes", "", "", 200, "text/html", "<html"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := send(t, c.method, w.Stash.URL()+c.path, map[string]string{"Content-Type": c.kind}, c.body)
			equal(t, "status", got.status, c.status)
			equal(t, "type", got.header.Get("Content-Type"), c.answerKind)
			if !strings.Contains(got.body, c.answer) {
				t.Errorf("body %q, want %q in it", got.body, c.answer)
			}
		})
	}
}

// TestPagesSendStrangersToTheLogin: only /graphql says 401 to a request without a key; another scheme is no key.
func TestPagesSendStrangersToTheLogin(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Seed: 2, Scenes: 1, StashAPIKey: "k"})
	for _, header := range []map[string]string{nil, {"ApiKey": ""}, {"Authorization": "Bearer k"}, {"Authorization": "Basic eDp5"}} {
		got := send(t, "GET", w.Stash.URL()+"/scene/1/screenshot?t=5", header, "")
		equal(t, "status", got.status, 302)
		equal(t, "location", got.header.Get("Location"), "/login?returnURL=%2Fscene%2F1%2Fscreenshot%3Ft%3D5")
	}
	equal(t, "wrong key", send(t, "GET", w.Stash.URL()+"/scene/1/screenshot", map[string]string{"ApiKey": "x"}, "").status, 401)
}
