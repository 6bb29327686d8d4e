package sim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lockstep/sync/sim"
)

// try sends a GET to Plex and returns the status, what could be read of the body, and the error.
func try(ctx context.Context, w *sim.World, method, path string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, w.Plex.URL()+path, nil)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("X-Plex-Token", w.Plex.Token())
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestRefusedPortComesBackOnTheSameAddress(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{})
	url := w.Plex.URL()
	conn := listen(t, w)
	clear := w.Plex.Inject(sim.Fault{Effect: sim.Refuse})
	if _, _, err := try(t.Context(), w, "GET", "/identity"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if _, _, err := conn.Read(t.Context()); err == nil {
		t.Fatal("the notification socket survived")
	}
	equal(t, "address", w.Plex.URL(), url)
	clear()
	clear()
	status, _, err := try(t.Context(), w, "GET", "/identity")
	equal(t, "back", status == 200 && err == nil, true)
}

func TestEveryEffect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  sim.Fault
		status int
		body   string
		broken bool
	}{
		"reset":       {sim.Fault{Effect: sim.Reset}, 0, "", true},
		"lost":        {sim.Fault{Effect: sim.Lost}, 0, "", true},
		"refuse once": {sim.Fault{Effect: sim.Refuse, Count: 1}, 0, "", true},
		"cut off":     {sim.Fault{Effect: sim.CutOff}, 200, "<?xml", true},
		"slow":        {sim.Fault{Effect: sim.Slow, Delay: time.Millisecond}, 200, "<?xml", false},
		"garbage":     {sim.Fault{Effect: sim.Garbage}, 200, "\x00", false},
		"HTML":        {sim.Fault{Effect: sim.HTML}, 200, "<!DOCTYPE html>", false},
		"404":         {sim.Fault{Effect: sim.Status, Status: 404}, 404, "<html><head><title>Not Found", false},
		"500":         {sim.Fault{Effect: sim.Status, Status: 500}, 500, "<html><head><title>Internal Server Error", false},
		"401":         {sim.Fault{Effect: sim.Status, Status: 401}, 401, "<html><head><script>", false},
		"own words":   {sim.Fault{Effect: sim.Status, Status: 500, Body: "database is locked"}, 500, "database is locked", false},
		"maintenance": {sim.Fault{Effect: sim.Maintenance}, 503, "<?xml", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t, sim.Options{Scenes: 1})
			w.Plex.Inject(c.fault)
			status, body, err := try(t.Context(), w, "GET", "/library/sections")
			equal(t, "status", status, c.status)
			equal(t, "broken", err != nil, c.broken)
			equal(t, "body", strings.HasPrefix(body, c.body), true)
		})
	}
}

func TestFaultsSelectSkipAndCount(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 3})
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Kinds("edit"), sim.ForItem("2")), Skip: 1, Count: 2})
	var got []int
	for range 4 {
		got = append(got, plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1,2&studio.value=x").status)
	}
	equal(t, "item 2", got, []int{200, 500, 500, 200})
	equal(t, "item 1", plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&studio.value=x").status, 200)
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 429, RetryAfter: 7 * time.Second, Match: sim.Writes()})
	equal(t, "read", plex(t, w, "GET", "/library/metadata/1").status, 200)
	busy := plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&studio.value=x")
	equal(t, "write", busy.status, 429)
	equal(t, "retry after", busy.header.Get("Retry-After"), "7")
	w.Plex.ClearFaults()
	equal(t, "cleared", plex(t, w, "PUT", "/library/sections/1/all?type=1&id=1&studio.value=x").status, 200)
}

func TestHangEndsWithTheClientOrTheFault(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	clear := w.Plex.Inject(sim.Fault{Effect: sim.Hang})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := try(ctx, w, "GET", "/identity"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	done := make(chan int)
	go func() {
		status, _, _ := try(context.Background(), w, "GET", "/identity")
		done <- status
	}()
	eventually(t, "hanging", func() bool { return w.Plex.Total() == 2 })
	clear()
	equal(t, "answered", <-done, 200)
}

func TestLostAnswerWasCarriedOut(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	w.Plex.Inject(sim.Fault{Effect: sim.Lost, Count: 1})
	_, _, err := try(t.Context(), w, "PUT", "/library/sections/1/all?type=1&id=1&studio.value=Kept")
	equal(t, "broken", err != nil, true)
	equal(t, "applied", item1(t, w).Fields["studio"], "Kept")
}

func TestHooksStandAroundTheRequest(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	var before, after atomic.Value
	w.Plex.SetHook(func(c sim.Call) { before.Store(c.Kind + " " + item1(t, w).Fields["studio"]) })
	w.Plex.SetAfter(func(c sim.Call, status int) { after.Store(c.Items[0] + " " + item1(t, w).Fields["studio"]) })
	put(t, w, "studio.value", "x")
	equal(t, "before", before.Load(), any("edit "))
	equal(t, "after", after.Load(), any("1 x"))
}

func TestLogHasNoTokens(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{StashAPIKey: "stash-canary", PlexToken: "plex-canary"})
	_ = send(t, "GET", w.Plex.URL()+"/library/sections?X-Plex-Token=plex-canary&a=b", nil, "")
	_ = send(t, "GET", w.Stash.URL()+"/scene/1/screenshot?apikey=stash-canary&t=1", nil, "")
	log := append(w.Plex.Log(), w.Stash.Log()...)
	equal(t, "targets", []string{log[0].Target, log[1].Target}, []string{"/library/sections?a=b", "/scene/1/screenshot?t=1"})
	equal(t, "statuses", []int{log[0].Status, log[1].Status}, []int{200, 404})
	w.ResetCounts()
	equal(t, "reset", w.Plex.Total()+len(w.Plex.Log()), 0)
}

func TestEffectWordsAreReadBack(t *testing.T) {
	t.Parallel()
	for e := sim.Refuse; e <= sim.Types; e++ {
		got, err := sim.ParseEffect(e.String())
		equal(t, e.String(), got == e && err == nil, true)
	}
	if _, err := sim.ParseEffect("nosuch"); err == nil {
		t.Error("an unknown word was taken")
	}
}
