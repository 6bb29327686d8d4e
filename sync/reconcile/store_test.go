package reconcile_test

import (
	"context"
	"errors"
	"testing"

	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// troubled is a store one of whose operations fails.
type troubled struct {
	store.Store
	fails string
}

func (s troubled) Update(fn func(store.Tx) error) error {
	return s.Store.Update(func(tx store.Tx) error { return fn(troubledTx{tx, s.fails}) })
}

func (s troubled) View(fn func(store.Tx) error) error {
	return s.Store.View(func(tx store.Tx) error { return fn(troubledTx{tx, s.fails}) })
}

type troubledTx struct {
	store.Tx
	fails string
}

var errTrouble = errors.New("the store cannot do this")

func (tx troubledTx) err(op string, err error) error {
	if op == tx.fails {
		return errors.Join(errTrouble, err)
	}
	return err
}

func (tx troubledTx) Seen(id scene.ID) (store.Seen, bool, error) {
	s, ok, err := tx.Tx.Seen(id)
	return s, ok, tx.err("Seen", err)
}

func (tx troubledTx) EachSeen(after scene.ID, fn func(scene.ID, store.Seen) bool) error {
	return tx.err("EachSeen", tx.Tx.EachSeen(after, fn))
}

func (tx troubledTx) Job(id scene.ID) (queue.Job, bool, error) {
	j, ok, err := tx.Tx.Job(id)
	return j, ok, tx.err("Job", err)
}

func (tx troubledTx) PutJob(j queue.Job) error { return tx.err("PutJob", tx.Tx.PutJob(j)) }

func (tx troubledTx) ItemState(k scene.ItemKey) (store.ItemState, bool, error) {
	s, ok, err := tx.Tx.ItemState(k)
	return s, ok, tx.err("ItemState", err)
}

func (tx troubledTx) PutItemState(k scene.ItemKey, s store.ItemState) error {
	return tx.err("PutItemState", tx.Tx.PutItemState(k, s))
}

func (tx troubledTx) ItemsAt(key string) ([]store.Indexed, error) {
	list, err := tx.Tx.ItemsAt(key)
	return list, tx.err("ItemsAt", err)
}

func (tx troubledTx) Names(k store.NameKind) (map[string]string, error) {
	m, err := tx.Tx.Names(k)
	return m, tx.err("Names", err)
}

func (tx troubledTx) Using(u store.Use) ([]scene.ID, error) {
	list, err := tx.Tx.Using(u)
	return list, tx.err("Using", err)
}

func (tx troubledTx) AddRows(report uint64, rows []store.ReportRow) error {
	return tx.err("AddRows", tx.Tx.AddRows(report, rows))
}

func (tx troubledTx) Rows(q store.RowQuery) (store.RowPage, error) {
	p, err := tx.Tx.Rows(q)
	return p, tx.err("Rows", err)
}

func (tx troubledTx) PutReport(r store.Report) error { return tx.err("PutReport", tx.Tx.PutReport(r)) }

func (tx troubledTx) DeleteSeen(id scene.ID) error { return tx.err("DeleteSeen", tx.Tx.DeleteSeen(id)) }

func (tx troubledTx) ClaimPaths(id scene.ID, keys []string) error {
	return tx.err("ClaimPaths", tx.Tx.ClaimPaths(id, keys))
}

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
			r.Store = troubled{s.DB, op}
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
		r.Store = troubled{s.DB, op}
		if _, err := r.Examine(t.Context(), *s.Stash.Has[1]); !errors.Is(err, errTrouble) {
			t.Errorf("%s: %v", op, err)
		}
	}
}
