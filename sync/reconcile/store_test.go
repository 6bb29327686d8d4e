package reconcile_test

import (
	"context"
	"errors"
	"testing"

	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

var errTrouble = errors.New("the store cannot do this")

// Whatever the store cannot do is the run's own error. What was judged before is enqueued
// all the same, but nothing that has no stored row.
func TestWhateverTheStoreCannotDoIsTheRunsError(t *testing.T) {
	t.Parallel()
	for _, yes := range []bool{false, true} {
		for _, op := range []string{
			"Seen", "EachSeen", "Job", "PutJob", "ItemState", "PutItemState", "ItemsAt", "Names", "Using", "AddRows", "Rows", "PutReport", "DeleteSeen", "ClaimPaths",
		} {
			s := newStand(t, 4)
			s.Edit(1, func(sc *scene.Scene) { sc.Title = "Edited" })
			s.Person("102", func(*scene.Item) {})                                                   // in step, with another stamp
			s.Edit(3, func(sc *scene.Scene) { sc.Files[0].Path = "/data/films/moved.mkv" })         // and its item with it
			s.Person("103", func(it *scene.Item) { it.Files = []string{"/media/films/moved.mkv"} }) // in step all the same
			delete(s.Stash.Has, 4)
			s.Update(t, func(tx store.Tx) error { return tx.PutName(store.TagName, "1", "Gone") })
			r := s.run(func(r *reconcile.Run) {
				r.Yes, r.Refresh = yes, func(context.Context) error { return nil }
			})
			if err := s.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.Store = testkit.Troubled{Store: s.DB, Fails: op, Err: errTrouble}
			if _, err := r.Do(t.Context()); !errors.Is(err, errTrouble) {
				t.Errorf("%s, yes %v: %v", op, yes, err)
			}
			_, made := s.job(1)
			if _, row := s.rows(r.Report.ID)[1]; made && !row {
				t.Errorf("%s, yes %v: a job without a row", op, yes)
			}
		}
	}
}

// Examining a scene tells what the store cannot do, too.
func TestExaminingTellsWhatTheStoreCannotDo(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"Seen", "Job", "ItemState", "ItemsAt"} {
		s := newStand(t, 1)
		r := s.run(nil)
		r.Store = testkit.Troubled{Store: s.DB, Fails: op, Err: errTrouble}
		if _, err := r.Examine(t.Context(), *s.Stash.Has[1]); !errors.Is(err, errTrouble) {
			t.Errorf("%s: %v", op, err)
		}
	}
}
