package plex_test

import (
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

// Somebody the server is shared with sees everything and changes nothing: that is another
// refusal than that of a token which is not accepted.
func TestAGuestsWriteIsForbiddenAndItsReadsWork(t *testing.T) {
	t.Parallel()
	w := sim.NewWorld(sim.Options{Seed: 9, Scenes: 2})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	w.Plex.SetGuest("guest")
	key := w.TargetKeys(1)[0]
	edit := plan.Edit{RatingKey: key, Section: "1", Locks: map[string]bool{"title": false}}
	for token, tt := range map[string]struct {
		may   bool
		class fault.Class // of writes
	}{w.Plex.Token(): {true, ""}, "guest": {false, fault.Forbidden}, "wrong": {false, fault.Unauthorized}} {
		c := plex.New(plex.Options{URL: w.Plex.URL(), Token: func() string { return token }})
		t.Cleanup(c.Close)
		if may, err := c.MayEdit(t.Context()); may != tt.may || err != nil {
			t.Errorf("%s may edit: %v, %v", token, may, err)
		}
		for what, err := range map[string]error{
			"an edit":   c.Edit(t.Context(), edit),
			"a picture": c.Upload(t.Context(), key, scene.FieldPoster, sim.DrawCover(3), "image/jpeg"),
		} {
			if f := fault.Of(err); (f == nil) != (tt.class == "") || f != nil && f.Class != tt.class {
				t.Errorf("%s: %s ended with %v, want %q", token, what, err, tt.class)
			}
		}
		if _, err := c.Sections(t.Context()); (err == nil) != (token != "wrong") {
			t.Errorf("%s: reading ended with %v", token, err)
		}
	}
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: func(c sim.Call) bool { return c.Target == "/library" }})
	c := plex.New(plex.Options{URL: w.Plex.URL(), Token: w.Plex.Token})
	t.Cleanup(c.Close)
	if may, err := c.MayEdit(t.Context()); !may || err == nil {
		t.Errorf("after an error: %v, %v; want no verdict against the token", may, err)
	}
}
