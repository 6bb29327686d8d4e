package storage_test

import (
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// step is one operation: what it does to the store and, once acknowledged, to the model.
type step struct {
	do    func(store.Tx) error
	apply func(*model)
}

var errOnPurpose = errors.New("on purpose")

func genID(t *rapid.T) scene.ID { return scene.ID(rapid.IntRange(1, 12).Draw(t, "scene")) }

func genKey(t *rapid.T) scene.ItemKey {
	return scene.ItemKey{Machine: rapid.SampledFrom([]string{"aa", "aab"}).Draw(t, "machine"), RatingKey: fmt.Sprint(rapid.IntRange(1, 6).Draw(t, "key"))}
}

func genPaths(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.SampledFrom([]string{"/films/a", "/films/b", "/films/c"}), 0, 3).Draw(t, "paths")
}

func genStep(t *rapid.T) step {
	makers := []func(*rapid.T) step{
		jobStep, jobStep, jobStep, deleteJobStep, seenStep, forgetStep, usesStep, claimStep,
		indexStep, unindexStep, dropStep, itemStep, historyStep, rowStep,
	}
	return makers[rapid.IntRange(0, len(makers)-1).Draw(t, "kind")](t)
}

func jobStep(t *rapid.T) step {
	j := queue.Job{
		Scene: genID(t), State: rapid.SampledFrom(queue.States()).Draw(t, "state"),
		Due: start.Add(time.Duration(rapid.IntRange(-3, 3).Draw(t, "due"))), Name: rapid.SampledFrom([]string{"", "Train", "boat"}).Draw(t, "name"),
	}
	return step{func(tx store.Tx) error { return tx.PutJob(j) }, func(m *model) { m.jobs[j.Scene] = j }}
}

func deleteJobStep(t *rapid.T) step {
	id := genID(t)
	return step{func(tx store.Tx) error { return tx.DeleteJob(id) }, func(m *model) { delete(m.jobs, id) }}
}

func seenStep(t *rapid.T) step {
	id, text := genID(t), rapid.StringN(0, 3, -1).Draw(t, "updated")
	return step{
		func(tx store.Tx) error { return tx.PutSeen(id, store.Seen{UpdatedAt: text}) },
		func(m *model) { m.seen[id] = text },
	}
}

func forgetStep(t *rapid.T) step {
	id := genID(t)
	return step{func(tx store.Tx) error { return tx.DeleteSeen(id) }, func(m *model) {
		delete(m.seen, id)
		delete(m.uses, id)
		delete(m.claims, id)
	}}
}

func usesStep(t *rapid.T) step {
	id := genID(t)
	uses := rapid.SliceOfN(rapid.SampledFrom([]store.Use{
		{Kind: store.TagName, ID: "1"}, {Kind: store.TagName, ID: "11"}, {Kind: store.StudioName, ID: "1"}, {Kind: store.PerformerName, ID: "2"},
	}), 0, 4).Draw(t, "uses")
	return step{func(tx store.Tx) error { return tx.SetUses(id, uses) }, func(m *model) { m.uses[id] = uses }}
}

func claimStep(t *rapid.T) step {
	id, paths := genID(t), genPaths(t)
	return step{func(tx store.Tx) error { return tx.ClaimPaths(id, paths) }, func(m *model) { m.claims[id] = paths }}
}

func indexStep(t *rapid.T) step {
	key, paths, section := genKey(t), genPaths(t), rapid.SampledFrom([]string{"1", "2"}).Draw(t, "section")
	return step{
		func(tx store.Tx) error { return tx.PutIndexed(store.Indexed{Key: key, Section: section}, paths) },
		func(m *model) { m.indexed[key], m.section[key] = paths, section },
	}
}

func unindexStep(t *rapid.T) step {
	key := genKey(t)
	return step{func(tx store.Tx) error { return tx.DeleteIndexed(key) }, func(m *model) {
		delete(m.indexed, key)
		delete(m.section, key)
	}}
}

func dropStep(t *rapid.T) step {
	section := rapid.SampledFrom([]string{"1", "2"}).Draw(t, "section")
	return step{func(tx store.Tx) error { return tx.DropSection("aa", section) }, func(m *model) {
		for k, s := range m.section {
			if s == section && k.Machine == "aa" {
				delete(m.indexed, k)
				delete(m.section, k)
			}
		}
	}}
}

func itemStep(t *rapid.T) step {
	id, key := genID(t), genKey(t)
	return step{
		func(tx store.Tx) error { return tx.PutItemState(key, store.ItemState{Scene: id}) },
		func(m *model) { m.items[key] = id },
	}
}

func historyStep(t *rapid.T) step {
	id := genID(t)
	return step{
		func(tx store.Tx) error { return tx.AddActivity(store.Activity{Scene: id, At: start}) },
		func(m *model) { m.history = append(m.history, id) },
	}
}

func rowStep(t *rapid.T) step {
	r := store.ReportRow{Scene: genID(t), Outcome: rapid.SampledFrom([]string{"enqueued", "skipped"}).Draw(t, "outcome"), Kind: rapid.SampledFrom([]queue.Cause{"", queue.Drifted}).Draw(t, "kind")}
	return step{func(tx store.Tx) error { return tx.AddRows(1, []store.ReportRow{r}) }, func(m *model) { m.rows[r.Scene] = r }}
}
