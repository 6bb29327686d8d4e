package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

const (
	// storyPatience bounds every wait of the story; reaching it ends the demo.
	storyPatience = 60 * time.Second
	// storyPoll is how often the story looks whether Lockstep has come so far.
	storyPoll = 100 * time.Millisecond
	// storyPause is how long a person has to look around between two steps.
	storyPause = 20 * time.Second
)

// story is what happens in the simulated household while people watch.
type story struct {
	*demo
	hurry    bool // no pauses, pictures instead, an end
	pictures *pictures
	api      api.API
	open     func(window string)
	cast     cast
	total    string // the last line, once the story has ended well
	err      error  // why it did not
}

// newStory prepares a story. With --demo-story it starts a tray host as well, before
// the tray asks for one.
func newStory(d *demo) (*story, error) {
	c, err := newCast(d.world)
	if err != nil {
		return nil, err
	}
	p := &pictures{}
	if d.g.DemoStory {
		if p, err = newPictures(d.g.Out, d.say); err != nil {
			return nil, err
		}
	}
	return &story{demo: d, hurry: d.g.DemoStory, pictures: p, cast: c}, nil
}

// tell lets everything happen, step by step. On a desktop it goes on with small edits
// until ctx ends; in a hurry it ends with the account of it all.
func (t *story) tell(ctx context.Context, a api.API, open func(string)) error {
	t.api, t.open = a, open
	if !t.hurry {
		open(present.Overview)
	}
	err := t.steps(ctx)
	switch {
	case ctx.Err() != nil && !t.hurry: // somebody has seen enough
		return nil
	case err != nil:
		return fmt.Errorf("tell the demo's story: %w", err)
	case t.hurry:
		return nil
	}
	return t.goOn(ctx)
}

func (t *story) steps(ctx context.Context) error {
	t.say("A simulated Stash knows %d scenes; a simulated Plex holds most of the files. Lockstep starts with nothing.",
		len(t.world.Stash.SceneIDs()))
	t.say("Its data is in %s for now: `lockstep --data-dir %s status` works in another terminal.", t.dir, t.dir)
	steps := []func(context.Context) error{t.firstSync, t.edits, t.outage, t.refusal, t.curating, t.careful, t.comparing, t.tour}
	if t.hurry {
		steps = append(steps, t.account)
	}
	for i, step := range steps {
		if i > 0 {
			t.pause(ctx)
		}
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pause lets a person look around.
func (t *story) pause(ctx context.Context) {
	if t.hurry {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(storyPause):
	}
}

// goOn makes small edits for ever.
func (t *story) goOn(ctx context.Context) error {
	t.say("That was the story. From now on somebody edits a little in Stash now and then, until you quit.")
	author := t.world.NewAuthor(1)
	for {
		t.pause(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // that is its end
		}
		t.say("In Stash: %s.", author.Change())
	}
}

// until waits for a state of affairs.
func (t *story) until(ctx context.Context, what string, fits func(api.Snapshot) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, storyPatience, fmt.Errorf("%s did not happen within %v", what, storyPatience))
	defer cancel()
	for {
		if s, err := t.api.Snapshot(ctx); err == nil && fits(s) {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(storyPoll):
		}
	}
}

// inStep waits until Plex holds what Stash says and nothing is left to do.
func (t *story) inStep(ctx context.Context) error {
	var diff []string
	err := t.until(ctx, "Plex getting in step with Stash", func(s api.Snapshot) bool {
		diff = t.world.Diff(sim.DiffOptions{})
		return s.Scanned && !s.Active && s.Queue.Empty() && len(diff) == 0
	})
	if err != nil && len(diff) > 0 {
		err = fmt.Errorf("%w: %d differences, first %s", err, len(diff), diff[0])
	}
	return err
}

// whys translates the simulator's reasons into Lockstep's.
var whys = map[string]skip.Code{
	sim.WhyRaw: skip.NoMetadata, sim.WhyNoFile: skip.NoFile, sim.WhyOutside: skip.PathNotMapped,
	sim.WhyMissing: skip.NotInPlex, sim.WhyAmbiguous: skip.Ambiguous,
}

// account compares the end with what the simulator says it should be.
func (t *story) account(ctx context.Context) error {
	rep, err := t.reconcile(t.api, api.ReconcileRequest{})
	if err != nil {
		return err
	}
	snap, err := t.api.Snapshot(ctx)
	if err != nil {
		return err
	}
	skipped := 0
	for _, n := range rep.Skipped {
		skipped += n
	}
	if err := t.wrong(rep, skipped, snap.Queue.Dead); err != nil {
		return err
	}
	t.total = fmt.Sprintf("demo: %d scenes, %d synced, %d skipped with reasons, %d failed, Plex requests %d",
		rep.Checked, rep.InStep, skipped, snap.Queue.Dead, t.world.Plex.Total())
	return nil
}

// wrong is what is not as it should be at the end.
func (t *story) wrong(rep store.Report, skipped, dead int) error {
	want := map[skip.Code]int{}
	for _, why := range t.world.Expect() {
		want[whys[why]]++
	}
	var errs []error
	if diff := t.world.Diff(sim.DiffOptions{Posters: true}); len(diff) > 0 {
		errs = append(errs, fmt.Errorf("in %d places Plex differs from Stash, first %v", len(diff), diff[:min(3, len(diff))]))
	}
	if !maps.Equal(rep.Skipped, want) || !rep.Incomplete.IsZero() || rep.Enqueued > 0 {
		errs = append(errs, fmt.Errorf("the last report says %q with skips %v, expected %v", present.Summary(rep), rep.Skipped, want))
	}
	if rep.InStep+skipped != rep.Checked || rep.Checked != len(t.world.Stash.SceneIDs()) {
		errs = append(errs, fmt.Errorf("%d in step and %d skipped are not all %d scenes", rep.InStep, skipped, rep.Checked))
	}
	if dead > 0 {
		errs = append(errs, fmt.Errorf("%d jobs failed", dead))
	}
	return errors.Join(errs...)
}
