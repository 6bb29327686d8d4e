package change_test

import (
	"context"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/scene"
)

// fileless is a Stash that just starts: it knows its scenes and not their files.
type fileless struct{ change.Stash }

func (s fileless) Scenes(ctx context.Context, ids []scene.ID, parts scene.Parts) (map[scene.ID]*scene.Scene, error) {
	m, err := s.Stash.Scenes(ctx, ids, parts)
	for _, sc := range m {
		sc.Files = nil
	}
	return m, err
}

func TestScenesWithoutFilesForAMomentAreReadAgain(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	for id := range scene.ID(5) {
		r.Must(r.stash.NoopSave(int(id) + 1)) // moves the stamps, so that all are read
	}
	r.Clock.Pass(time.Hour)
	sound := r.finder.Stash
	r.finder.Stash = fileless{sound}
	f, err := r.finder.Sweep(t.Context())
	r.Must(err)
	if f.Bare != 5 {
		t.Fatalf("%d scenes lost their files, want 5", f.Bare)
	}
	again, err := r.finder.Sweep(t.Context())
	r.Must(err)
	if again.Bare != 0 || again.Enqueued != 0 {
		t.Errorf("looked at again without files: %+v, want nothing new", again)
	}
	r.finder.Stash = sound
	healthy, err := r.finder.Sweep(t.Context())
	r.Must(err)
	if healthy.Enqueued != 5 {
		t.Errorf("with their files back: %+v, want all 5 in the queue", healthy)
	}
	if last, err := r.finder.Sweep(t.Context()); err != nil || last.Enqueued != 0 {
		t.Errorf("afterwards: %+v, %v", last, err)
	}
}
