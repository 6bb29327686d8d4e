package change_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// Tags are renamed, merged and made at random while Stash fails now and then: whatever happened
// in between, once a scan of the names succeeds they are stored as Stash has them, and every
// scene whose tags read otherwise than when it was last in step has a job.
func TestNoRenameIsLostWhateverFailsInBetween(t *testing.T) {
	t.Parallel()
	const scenes, tags = 6, 5
	s := shelfOf(t, scenes)
	r := rand.New(rand.NewPCG(7, 11))
	names := map[int]string{}
	uses := map[scene.ID]int{} // the tag of a scene
	for id := range tags {
		names[id] = fmt.Sprint("tag ", id)
	}
	tell := func() { // has Stash say what it has
		s.Stash.Named.Tags = nil
		for id := range tags + 1 {
			if name, ok := names[id]; ok {
				s.Stash.Named.Tags = append(s.Stash.Named.Tags, scene.Named{ID: fmt.Sprint(id), Name: name})
			}
		}
		for sc, id := range uses {
			s.Stash.Has[sc].Tags = nil
			if name, ok := names[id]; ok {
				s.Stash.Has[sc].Tags = []scene.Tag{{Named: scene.Named{ID: fmt.Sprint(id), Name: name}}}
			}
		}
	}
	all := make([]int, scenes)
	for i := range all {
		all[i] = i + 1
		uses[scene.ID(i+1)] = i % tags
	}
	tell()
	s.InStep(t, all...)
	if _, err := s.finder.Names(t.Context()); err != nil {
		t.Fatal(err)
	}
	renamed := 0
	for step := range 30 {
		before := maps.Clone(names)
		for range 1 + r.IntN(3) {
			id := r.IntN(tags)
			if r.IntN(5) == 0 {
				delete(names, id) // merged into another
			} else {
				names[id] = fmt.Sprint("tag ", id, ", as of step ", step)
			}
		}
		changed := map[int]bool{} // of those that scenes were in step with
		for id, name := range before {
			changed[id] = names[id] != name
		}
		tell()
		if r.IntN(2) == 0 {
			s.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "scenes")
			if _, err := s.finder.Names(t.Context()); err != nil && !fault.Is(err, fault.Unreachable) {
				t.Fatal(err)
			}
			s.Stash.Mend()
		}
		if _, err := s.finder.Names(t.Context()); err != nil {
			t.Fatal(err)
		}
		var stored map[string]string
		s.View(t, func(tx store.Tx) (err error) { stored, err = tx.Names(store.TagName); return err })
		if len(stored) != len(names) {
			t.Fatalf("step %d: stored %v, Stash has %v", step, stored, names)
		}
		causes := s.causes()
		for sc, id := range uses {
			if stored[fmt.Sprint(id)] != names[id] {
				t.Fatalf("step %d: tag %d is stored as %q, Stash has %q", step, id, stored[fmt.Sprint(id)], names[id])
			}
			if _, has := causes[sc]; changed[id] && !has {
				t.Fatalf("step %d: tag %d changed and scene %s has no job", step, id, sc)
			}
		}
		for _, is := range changed {
			if is {
				renamed++
			}
		}
		s.Update(t, func(tx store.Tx) error { // the worker brings them in step
			for sc := range causes {
				if err := tx.DeleteJob(sc); err != nil {
					return err
				}
			}
			return nil
		})
		s.InStep(t, all...)
	}
	if renamed < 25 {
		t.Errorf("only %d tags changed", renamed)
	}
}
