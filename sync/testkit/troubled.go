package testkit

import (
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Troubled is a store one of whose operations within a transaction ends with an error: that
// named Fails, with Err. The operation is carried out all the same; whether it counts is for
// whoever gets the error to decide.
type Troubled struct {
	store.Store
	Fails string // the name of a method of store.Tx; of those below only
	Err   error
}

// Update implements store.Store.
func (s Troubled) Update(fn func(store.Tx) error) error {
	return s.Store.Update(func(tx store.Tx) error { return fn(troubledTx{tx, s}) })
}

// View implements store.Store.
func (s Troubled) View(fn func(store.Tx) error) error {
	return s.Store.View(func(tx store.Tx) error { return fn(troubledTx{tx, s}) })
}

type troubledTx struct {
	store.Tx
	s Troubled
}

func (tx troubledTx) err(op string, err error) error {
	if op == tx.s.Fails {
		return tx.s.Err
	}
	return err
}

func (tx troubledTx) Value(name string, v any) (bool, error) {
	ok, err := tx.Tx.Value(name, v)
	return ok, tx.err("Value", err)
}

func (tx troubledTx) PutValue(name string, v any) error {
	return tx.err("PutValue", tx.Tx.PutValue(name, v))
}

func (tx troubledTx) Job(id scene.ID) (queue.Job, bool, error) {
	j, ok, err := tx.Tx.Job(id)
	return j, ok, tx.err("Job", err)
}

func (tx troubledTx) PutJob(j queue.Job) error { return tx.err("PutJob", tx.Tx.PutJob(j)) }

func (tx troubledTx) Seen(id scene.ID) (store.Seen, bool, error) {
	s, ok, err := tx.Tx.Seen(id)
	return s, ok, tx.err("Seen", err)
}

func (tx troubledTx) EachSeen(after scene.ID, fn func(scene.ID, store.Seen) bool) error {
	return tx.err("EachSeen", tx.Tx.EachSeen(after, fn))
}

func (tx troubledTx) DeleteSeen(id scene.ID) error { return tx.err("DeleteSeen", tx.Tx.DeleteSeen(id)) }

func (tx troubledTx) Names(k store.NameKind) (map[string]string, error) {
	m, err := tx.Tx.Names(k)
	return m, tx.err("Names", err)
}

func (tx troubledTx) Using(u store.Use) ([]scene.ID, error) {
	list, err := tx.Tx.Using(u)
	return list, tx.err("Using", err)
}

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

func (tx troubledTx) Claimants(key string) ([]scene.ID, error) {
	list, err := tx.Tx.Claimants(key)
	return list, tx.err("Claimants", err)
}

func (tx troubledTx) ClaimPaths(id scene.ID, keys []string) error {
	return tx.err("ClaimPaths", tx.Tx.ClaimPaths(id, keys))
}

func (tx troubledTx) Rows(q store.RowQuery) (store.RowPage, error) {
	p, err := tx.Tx.Rows(q)
	return p, tx.err("Rows", err)
}

func (tx troubledTx) AddRows(report uint64, rows []store.ReportRow) error {
	return tx.err("AddRows", tx.Tx.AddRows(report, rows))
}

func (tx troubledTx) PutReport(r store.Report) error { return tx.err("PutReport", tx.Tx.PutReport(r)) }

func (tx troubledTx) PutRun(r store.Run) error { return tx.err("PutRun", tx.Tx.PutRun(r)) }

func (tx troubledTx) AddActivity(a store.Activity) error {
	return tx.err("AddActivity", tx.Tx.AddActivity(a))
}

func (tx troubledTx) AddJournal(e store.JournalEntry) error {
	return tx.err("AddJournal", tx.Tx.AddJournal(e))
}

func (tx troubledTx) JournalOf(run uint64, id scene.ID) ([]store.JournalEntry, error) {
	list, err := tx.Tx.JournalOf(run, id)
	return list, tx.err("JournalOf", err)
}

func (tx troubledTx) EachJournal(run uint64, id scene.ID, fn func(store.JournalEntry) bool) error {
	return tx.err("EachJournal", tx.Tx.EachJournal(run, id, fn))
}

func (tx troubledTx) MarkVoid(seq uint64, void bool) error {
	return tx.err("MarkVoid", tx.Tx.MarkVoid(seq, void))
}

func (tx troubledTx) MarkUndone(seq uint64) error {
	return tx.err("MarkUndone", tx.Tx.MarkUndone(seq))
}
