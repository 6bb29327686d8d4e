package sim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"lockstep/sync/sim"
)

func TestHostileAnswersAreAsLargeAsTheySay(t *testing.T) {
	t.Parallel()
	const size = 3 << 20
	for effect, part := range map[sim.Effect]string{
		sim.Bomb: "[    ", sim.Entries: "[{},{},", sim.Nested: "[[[[[", sim.Noise: "\"\xff\xfe",
	} {
		t.Run(effect.String(), func(t *testing.T) {
			t.Parallel()
			w := start(t, sim.Options{Scenes: 1})
			w.Plex.Inject(sim.Fault{Effect: effect, Size: size})
			status, body, err := try(t.Context(), w, "GET", "/library/sections/1/all?type=1")
			if status != 200 || err != nil || !strings.Contains(body[:200], part) {
				t.Fatalf("%d, %v, %.80q", status, err, body)
			}
			if effect != sim.Noise && len(body) < size {
				t.Errorf("%d bytes", len(body))
			}
		})
	}
}

func TestAnEndlessAnswerEndsWithItsReaderOrItsFault(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	clear := w.Stash.Inject(sim.Fault{Effect: sim.Endless})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Stash.URL()+"/scene/1/screenshot", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if n, err := io.CopyN(io.Discard, resp.Body, 40<<20); err != nil {
		t.Fatalf("it ended after %d bytes: %v", n, err)
	}
	clear()
	if _, err := io.Copy(io.Discard, resp.Body); errors.Is(err, context.DeadlineExceeded) {
		t.Error("it went on after the fault")
	}
}

func TestWrongTypesKeepTheShapeOfTheAnswer(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	w.Stash.Inject(sim.Fault{Effect: sim.Types})
	body := gql(t, w, "query A { findScenes { count scenes { id } } }", nil).body
	equal(t, "answer", strings.TrimSpace(body), `{"data":{"findScenes":{"count":"seven","scenes":"seven"}}}`)
}

func TestHeadersAreLarge(t *testing.T) {
	t.Parallel()
	w := start(t, sim.Options{Scenes: 1})
	w.Plex.Inject(sim.Fault{Effect: sim.Headers, Count: 1})
	n := 0
	for _, values := range send(t, "GET", w.Plex.URL()+"/identity", nil, "").header {
		n += len(values[0])
	}
	if n < 4<<20 {
		t.Errorf("%d bytes", n)
	}
}
