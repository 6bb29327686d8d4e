package stash_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/stash"
)

func TestWhatJustFailedIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, answer := range map[string]http.HandlerFunc{
		"an error status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"a web page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>"))
		},
		"an error of GraphQL": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"errors":[{"message":"database is locked"}],"data":null}`))
		},
	} {
		for kind, ask := range map[budget.Kind]func(*stash.Client) error{
			budget.Status: func(c *stash.Client) error { _, err := c.Status(ctx); return err },
			budget.Newest: func(c *stash.Client) error { _, _, err := c.Newest(ctx); return err },
			budget.Names:  func(c *stash.Client) error { _, err := c.Names(ctx, 0); return err },
			budget.Scenes: func(c *stash.Client) error { _, err := c.Scenes(ctx, []scene.ID{1}, 0); return err },
			budget.Plugin: func(c *stash.Client) error { _, err := c.Plugin(ctx, "x"); return err },
			budget.Cover:  func(c *stash.Client) error { _, err := c.Cover(ctx, 1, ""); return err },
			budget.Galleries: func(c *stash.Client) error {
				_, err := c.GalleryPictures(ctx, map[scene.ID][]scene.Gallery{1: {{ID: "2"}}})
				return err
			},
			budget.GalleryPicture: func(c *stash.Client) error { _, err := c.GalleryPicture(ctx, "1"); return err },
		} {
			var asked atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); answer(w, r) }))
			t.Cleanup(s.Close)
			b := budget.New(time.Now, func() float64 { return 0 })
			c := stash.New(stash.Options{URL: s.URL, Budget: b})
			var err error
			for range 20 {
				if err = ask(c); budget.Held(err) {
					break
				}
			}
			if !budget.Held(err) || fault.Of(err).RetryAfter <= 0 || asked.Load() > 10 {
				t.Errorf("%s, %s: %d requests, then %v; want at most 10, then the fault that stands in the way", name, kind, asked.Load(), err)
			}
			if !b.Fails(kind) {
				t.Errorf("%s, %s: fails as %+v", name, kind, b.Failing())
			}
		}
	}
}
