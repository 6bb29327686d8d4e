package collection_test

import (
	"errors"

	"lockstep/sync/scene"
	"lockstep/sync/store"
)

var errDisk = errors.New("the disk is full")

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

func (tx troubledTx) err(op string) error {
	if op == tx.fails {
		return errDisk
	}
	return nil
}

func (tx troubledTx) AddJournal(e store.JournalEntry) error {
	return errors.Join(tx.err("AddJournal"), tx.Tx.AddJournal(e))
}

func (tx troubledTx) PutRun(r store.Run) error {
	return errors.Join(tx.err("PutRun"), tx.Tx.PutRun(r))
}

func (tx troubledTx) AddActivity(a store.Activity) error {
	return errors.Join(tx.err("AddActivity"), tx.Tx.AddActivity(a))
}

func (tx troubledTx) ItemState(k scene.ItemKey) (store.ItemState, bool, error) {
	s, ok, err := tx.Tx.ItemState(k)
	return s, ok, errors.Join(tx.err("ItemState"), err)
}

func (tx troubledTx) PutItemState(k scene.ItemKey, s store.ItemState) error {
	return errors.Join(tx.err("PutItemState"), tx.Tx.PutItemState(k, s))
}

func (tx troubledTx) EachJournal(run uint64, id scene.ID, fn func(store.JournalEntry) bool) error {
	return errors.Join(tx.err("EachJournal"), tx.Tx.EachJournal(run, id, fn))
}

func (tx troubledTx) MarkVoid(seq uint64, void bool) error {
	return errors.Join(tx.err("MarkVoid"), tx.Tx.MarkVoid(seq, void))
}

func (tx troubledTx) MarkUndone(seq uint64) error {
	return errors.Join(tx.err("MarkUndone"), tx.Tx.MarkUndone(seq))
}

func (tx troubledTx) Value(name string, v any) (bool, error) {
	ok, err := tx.Tx.Value(name, v)
	return ok, errors.Join(tx.err("Value"), err)
}

func (tx troubledTx) PutValue(name string, v any) error {
	return errors.Join(tx.err("PutValue"), tx.Tx.PutValue(name, v))
}
