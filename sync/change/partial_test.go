package change_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
)

func TestARenameIsFoundWhileAnotherListFails(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	r.scan()
	person := r.person()
	r.stash.SetBroken("findPerformers", errors.New("database is locked"))
	r.Must(r.stash.RenameTag(r.tag(), "Fjords"))
	r.Must(r.stash.RenamePerformer(person, "B. Gull"))
	r.Clock.Pass(time.Hour)
	if f, err := r.finder.Names(t.Context()); !fault.Is(err, fault.Busy) || f.Enqueued != 2 {
		t.Errorf("found %+v, %v; want the users of the tag and the fault of the other list", f, err)
	}
	if !maps.Equal(r.waiting(), found("renamed", 1, 2)) {
		t.Errorf("in the queue: %v", r.waiting())
	}
	r.stash.SetBroken("findPerformers", nil)
	if f, err := r.finder.Names(t.Context()); err != nil || f.Names != 1 || f.Enqueued != 1 {
		t.Errorf("once the list is back: %+v, %v; want the performer and its scene", f, err)
	}
}

func TestFilesThatWereTouchedAreComparedWithThoseKnown(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	r.scan()
	r.work()
	list := func(ids ...int) (out []scene.FileStamp) {
		for _, id := range ids {
			fs := scene.FileStamp{ID: scene.ID(id)}
			for _, f := range r.scene(id).Files {
				fs.Files = append(fs.Files, scene.File{Path: f.Path})
			}
			out = append(out, fs)
		}
		return out
	}
	before := r.stash.Total()
	if f, err := r.finder.Touched(t.Context(), list(1, 2, 3)); err != nil || f.Enqueued != 0 || r.stash.Total() != before {
		t.Errorf("nothing moved: %+v, %v, %d requests", f, err, r.stash.Total()-before)
	}
	r.Must(r.stash.MoveFile(r.scene(1).Files[0].ID, "/data/nature/quay.mkv"))
	if f, err := r.finder.Touched(t.Context(), list(1, 2, 3)); err != nil || f.Enqueued != 1 || !maps.Equal(r.waiting(), found("moved", 1)) {
		t.Errorf("one moved: %+v, %v, in the queue %v", f, err, r.waiting())
	}
	if f, err := r.finder.Touched(t.Context(), nil); err != nil || f.Enqueued != 0 {
		t.Errorf("none: %+v, %v", f, err)
	}
}
