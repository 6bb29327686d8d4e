package change_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"lockstep/sync/change"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// emptied makes Stash answer perfectly well for a database with few scenes or none.
func emptied(r *rig, left int) {
	for i, id := range r.stash.SceneIDs() {
		if i >= left {
			r.Must(r.stash.DeleteScene(id))
		}
	}
}

func TestManyScenesVanishingAtOnceAreNotBelieved(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		scenes, left  int
		gone, doubted int
	}{
		"a fresh empty database":   {60, 0, 0, 60},
		"another small database":   {60, 5, 0, 55},
		"just over half":           {60, 29, 0, 31},
		"half":                     {60, 30, 30, 0},
		"a clean-up of some":       {60, 45, 15, 0},
		"most of a tiny library":   {20, 1, 19, 0},
		"one more than is trifles": {21, 0, 0, 21},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, sim.Options{Seed: 4, Scenes: tt.scenes, NoCover: 1})
			r.scan()
			emptied(r, tt.left)
			f, err := r.finder.Sweep(t.Context())
			if err != nil || f.Deleted != tt.gone || f.Doubtful != tt.doubted {
				t.Errorf("%+v %v, want %d deleted and %d doubted", f, err, tt.gone, tt.doubted)
			}
			if got := len(r.waiting()); got != tt.scenes-tt.gone {
				t.Errorf("%d jobs wait, want %d", got, tt.scenes-tt.gone)
			}
		})
	}
}

func TestAFaultInTheMiddleOfASweepDeletesNothing(t *testing.T) {
	t.Parallel()
	faults := map[string]sim.Fault{
		"reset":         {Effect: sim.Reset},
		"cut off":       {Effect: sim.CutOff},
		"garbage":       {Effect: sim.Garbage},
		"web page":      {Effect: sim.HTML},
		"login":         {Effect: sim.Login},
		"server error":  {Effect: sim.Status, Status: 500},
		"gateway error": {Effect: sim.Status, Status: 502},
	}
	for name, fl := range faults {
		for after := range 3 {
			t.Run(fmt.Sprint(name, " after ", after), func(t *testing.T) {
				t.Parallel()
				r := fiveScenes(t)
				r.Must(r.stash.DeleteScene(4))
				r.Must(r.stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited" }))
				fl := fl
				fl.Skip = after
				clear := r.stash.Inject(fl)
				f, err := r.finder.Sweep(t.Context())
				if err != nil && f.Deleted != 0 {
					t.Errorf("%+v although the sweep failed: %v", f, err)
				}
				known := 0
				r.View(func(tx store.Tx) error {
					return tx.EachSeen(0, func(scene.ID, store.Seen) bool { known++; return true })
				})
				if err != nil && known != 5 {
					t.Errorf("%d scenes are known after a failed sweep, want all 5", known)
				}
				clear()
				r.scan()
				if !maps.Equal(r.waiting(), found("edited", 1)) {
					t.Errorf("after the fault: %v, want scene 1", r.waiting())
				}
			})
		}
	}
}

func TestAStashThatIsNotReadyDeletesNothing(t *testing.T) {
	t.Parallel()
	for _, state := range []sim.StashState{sim.StashSetup, sim.StashNeedsMigration} {
		r := fiveScenes(t)
		r.stash.SetState(state)
		for name, scan := range map[string]func(context.Context) (change.Found, error){"sweep": r.finder.Sweep, "names": r.finder.Names, "files": r.finder.Files} {
			if f, err := scan(t.Context()); err == nil || f != (change.Found{}) {
				t.Errorf("%s, %s: %+v %v, want an error and nothing found", state, name, f, err)
			}
		}
		r.stash.SetState(sim.StashOK)
		if f := r.scan(); f != (change.Found{}) {
			t.Errorf("afterwards %+v", f)
		}
	}
}

// crashing is a store whose transactions fail after some, as when the process dies: what
// they did is not on disk.
type crashing struct {
	store.Store
	left atomic.Int64
}

var errCrash = errors.New("the process died")

func (c *crashing) Update(fn func(store.Tx) error) error {
	if c.left.Add(-1) < 0 {
		return c.Store.Update(func(tx store.Tx) error { return errors.Join(fn(tx), errCrash) })
	}
	return c.Store.Update(fn)
}

func TestACrashAnywhereLosesNoChange(t *testing.T) {
	t.Parallel()
	want := found("edited", 1)
	maps.Copy(want, found("renamed", 2))
	maps.Copy(want, found("moved", 3))
	maps.Copy(want, found("new", 6))
	for after := range 8 {
		t.Run(fmt.Sprint("after ", after), func(t *testing.T) {
			t.Parallel()
			r := fiveScenes(t)
			r.Must(r.stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited" }))
			r.Must(r.stash.RenameStudio(r.studio(), "Reef Films"))
			r.Must(r.stash.MoveFile(r.scene(3).Files[0].ID, "/data/nature/elsewhere.mkv"))
			r.Must(r.stash.DeleteScene(4))
			r.stash.AddScene(sim.Scene{Title: "New", TagIDs: []int{r.tag()}}, "/data/nature/new.mkv")
			r.Clock.Pass(time.Hour)

			broken := &crashing{Store: r.DB}
			broken.left.Store(int64(after))
			dying := *r.finder
			dying.Store = broken
			for _, scan := range []func(context.Context) (change.Found, error){dying.Sweep, dying.Names, dying.Files} {
				if _, err := scan(t.Context()); err != nil && !errors.Is(err, errCrash) {
					t.Fatal(err)
				}
			}
			r.scan() // the next life
			if got := r.waiting(); !maps.Equal(got, want) {
				t.Errorf("in the queue: %v, want %v", got, want)
			}
			r.View(func(tx store.Tx) error {
				if _, known, err := tx.Seen(4); known || err != nil {
					t.Errorf("the deleted scene is known: %v %v", known, err)
				}
				return nil
			})
		})
	}
}

// odd is a Stash that cannot read some scenes or give some covers.
type odd struct {
	change.Stash
	unread  []scene.ID
	noCover fault.Class
}

func (o odd) Scenes(ctx context.Context, ids []scene.ID, parts scene.Parts) (map[scene.ID]*scene.Scene, error) {
	m, err := o.Stash.Scenes(ctx, ids, parts)
	for _, id := range o.unread {
		delete(m, id)
	}
	return m, err
}

func (o odd) Cover(ctx context.Context, id scene.ID, etag string) (scene.Cover, error) {
	if o.noCover != "" {
		return scene.Cover{}, fault.New(o.noCover, fault.Stash, message.Foreign("Stash could not read the cover."), message.None, nil)
	}
	return o.Stash.Cover(ctx, id, etag)
}

func TestASceneStashCannotReadIsReadAgain(t *testing.T) {
	t.Parallel()
	r := fiveScenes(t)
	r.Must(r.stash.Edit(1, func(s *sim.Scene) { s.Title = "Edited" }))
	r.Must(r.stash.RenameTag(r.tag(), "Skerries"))
	r.Clock.Pass(time.Hour)
	sound := r.finder.Stash
	r.finder.Stash = odd{Stash: sound, unread: []scene.ID{1, 2}}
	r.scan()
	if got := r.waiting(); !maps.Equal(got, map[scene.ID]queue.Cause{1: "edited", 2: "renamed"}) {
		t.Errorf("in the queue: %v, want both users of the tag: the rename is told only once", got)
	}
	r.finder.Stash = sound
	if f := r.scan(); f.Enqueued != 1 {
		t.Errorf("%+v, want the edit of scene 1 found", f)
	}
}

func TestACoverStashCannotGiveDoesNotStopTheSweep(t *testing.T) {
	t.Parallel()
	tests := map[fault.Class]struct {
		waits bool
		fails bool
	}{
		fault.Temporary:    {waits: true},
		fault.Rejected:     {waits: true},
		fault.NotFound:     {},
		fault.Unreachable:  {waits: true},
		fault.Unauthorized: {waits: true},
		fault.Config:       {waits: true},
		fault.Busy:         {waits: true},
		fault.Local:        {fails: true},
		fault.Canceled:     {fails: true},
	}
	for class, tt := range tests {
		t.Run(string(class), func(t *testing.T) {
			t.Parallel()
			r := fiveScenes(t)
			r.Must(r.stash.NoopSave(1))
			r.Must(r.stash.Edit(2, func(s *sim.Scene) { s.Title = "Edited" }))
			r.Clock.Pass(time.Hour)
			sound := r.finder.Stash
			r.finder.Stash = odd{Stash: sound, noCover: class}
			_, err := r.finder.Sweep(t.Context())
			if (err != nil) != tt.fails {
				t.Errorf("error %v", err)
			}
			if _, waits := r.waiting()[1]; waits != tt.waits {
				t.Errorf("in the queue: %v", r.waiting())
			}
			r.finder.Stash = sound
			if r.scan(); r.waiting()[2] != "edited" {
				t.Errorf("in the queue: %v, want scene 2", r.waiting())
			}
		})
	}
}
