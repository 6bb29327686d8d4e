package storage_test

import (
	"fmt"
	"testing"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestTrimWhileReadingAndWritingLosesNothing(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	const scenes = 300
	done := make(chan error, 1)
	go func() {
		for range 200 {
			if err := d.Trim(); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for id := scene.ID(1); id <= scenes; id++ {
		update(t, d, func(tx store.Tx) error { return tx.PutSeen(id, store.Seen{Name: fmt.Sprint("harbour ", id)}) })
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	n := 0
	view(t, d, func(tx store.Tx) error {
		return tx.EachSeen(0, func(id scene.ID, s store.Seen) bool {
			if n++; s.Name != fmt.Sprint("harbour ", id) {
				t.Errorf("scene %s is named %q", id, s.Name)
			}
			return true
		})
	})
	if n != scenes {
		t.Errorf("%d scenes after all, want %d", n, scenes)
	}
}
