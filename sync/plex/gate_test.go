package plex_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
)

// failing is a server that answers everything with 500 and counts.
func failing(t *testing.T) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = &atomic.Int32{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(s.Close)
	return s.URL, asked
}

func TestWhatJustFailedIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for kind, ask := range map[budget.Kind]func(*plex.Client) error{
		budget.Identity: func(c *plex.Client) error { _, err := c.Identity(ctx); return err },
		budget.Sections: func(c *plex.Client) error { _, err := c.Sections(ctx); return err },
		budget.Listing: func(c *plex.Client) error {
			return c.List(ctx, "1", scene.Listing{}, func(scene.ItemPage) (bool, error) { return true, nil })
		},
		budget.Items:    func(c *plex.Client) error { _, err := c.Items(ctx, []string{"7"}); return err },
		budget.Pictures: func(c *plex.Client) error { _, err := c.Pictures(ctx, "7", scene.FieldPoster); return err },
		budget.Upload:   func(c *plex.Client) error { return c.Upload(ctx, "7", scene.FieldPoster, []byte("x"), "image/jpeg") },
		budget.Scan:     func(c *plex.Client) error { return c.Scan(ctx, "1", "/data") },
		budget.Edit: func(c *plex.Client) error {
			return c.Edit(ctx, plan.Edit{RatingKey: "7", Section: "1", Scalars: map[string]string{"title": "A"}})
		},
	} {
		url, asked := failing(t)
		b := budget.New(time.Now, func() float64 { return 0 })
		c := plex.New(plex.Options{URL: url, Budget: b})
		var err error
		for range 20 {
			if err = ask(c); budget.Held(err) {
				break
			}
		}
		if !budget.Held(err) || fault.Of(err).RetryAfter <= 0 || asked.Load() > 9 {
			t.Errorf("%s: %d requests, then %v; want at most 9, then the fault that stands in the way", kind, asked.Load(), err)
		}
		if got := b.Failing(); len(got) != 1 || got[0].Kind.Base() != kind {
			t.Errorf("%s: fails as %+v", kind, got)
		}
		c.Close()
	}
}

func TestTheTryOfAnOpenBreakerIsNeverHeldBack(t *testing.T) {
	t.Parallel()
	url, asked := failing(t)
	c := plex.New(plex.Options{URL: url, Budget: budget.New(time.Now, func() float64 { return 0 })})
	defer c.Close()
	for range 3 {
		if err := c.Probe(context.Background()); err == nil || budget.Held(err) {
			t.Fatalf("probe: %v", err)
		}
	}
	if asked.Load() != 3 {
		t.Errorf("%d requests, want 3", asked.Load())
	}
}

func TestAnAnswerThatMakesNoSenseCountsAsFailed(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{")) }))
	defer s.Close()
	b := budget.New(time.Now, func() float64 { return 0 })
	c := plex.New(plex.Options{URL: s.URL, Budget: b})
	defer c.Close()
	if _, err := c.Sections(context.Background()); err == nil || !b.Fails(budget.Sections) {
		t.Errorf("sections: %v, counted as failed: %v", err, b.Fails(budget.Sections))
	}
}
