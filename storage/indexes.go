package storage

import (
	"errors"
	"fmt"
	"slices"

	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// keyIndex is a bucket of keys that follow from the records of another bucket, and so
// can be made anew from them at any time.
type keyIndex struct {
	name, records string
	// keys are those of one record.
	keys func(t *tx, k, v []byte) [][]byte
}

// keyIndexes are all of them.
var keyIndexes = []keyIndex{
	indexOf(bQueue, bJobs, func(_ []byte, j queue.Job) [][]byte {
		return [][]byte{queueKey(stateBytes[j.State], j.Due, j.Scene)}
	}),
	indexOf(bUses, bSceneUses, func(k []byte, uses []string) (out [][]byte) {
		for _, u := range uses {
			out = append(out, join(append([]byte(u), 0), k))
		}
		return out
	}),
	indexOf(bClaims, bSceneClaims, func(k []byte, paths []byte) [][]byte { return eachPath(paths, k) }),
	indexOf(bPaths, bIndex, func(k []byte, r indexedRecord) [][]byte { return eachPath(r.Paths, k) }),
	indexOf(bJournalRuns, bJournal, func(k []byte, e store.JournalEntry) [][]byte {
		return [][]byte{join(number(e.Run), k)}
	}),
	indexOf(bJournalScenes, bJournal, func(k []byte, e store.JournalEntry) [][]byte {
		return [][]byte{join(sceneKey(e.Scene), k)}
	}),
	indexOf(bHistoryScenes, bHistory, func(k []byte, a store.Activity) [][]byte {
		return [][]byte{join(sceneKey(a.Scene), k)}
	}),
}

func indexOf[T any](name, records string, keys func(k []byte, v T) [][]byte) keyIndex {
	return keyIndex{name, records, func(t *tx, k, v []byte) [][]byte {
		r, ok := decode[T](t, records, k, v)
		if !ok {
			return nil
		}
		return keys(k, r)
	}}
}

// eachPath are the keys of an index by path.
func eachPath(paths, key []byte) (out [][]byte) {
	for h := range slices.Chunk(paths, pathSum) {
		out = append(out, join(h, key))
	}
	return out
}

// rebuild makes an index anew from its records.
func (t *tx) rebuild(i keyIndex) error {
	if err := t.bolt.DeleteBucket([]byte(i.name)); err != nil {
		return fmt.Errorf("rebuild the index %s: %w", i.name, err)
	}
	if _, err := t.bolt.CreateBucket([]byte(i.name)); err != nil {
		return fmt.Errorf("rebuild the index %s: %w", i.name, err)
	}
	delete(t.open, i.name)
	var failed error
	err := t.each(i.records, nil, nil, func(k, v []byte) bool {
		for _, key := range i.keys(t, k, v) {
			failed = errors.Join(failed, t.mark(i.name, key))
		}
		return failed == nil
	})
	return errors.Join(err, failed)
}
