package storage

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// fromBackup are the buckets whose records cannot be made anew from Stash and Plex, and
// of which an older one is better than none.
func fromBackup(bucket string) bool {
	return slices.Contains([]string{bMeta, bValues, bHealth, bOutages, bGaps, bItems, bJournal, bRuns, bHistory, bReports, bPlayback, bPlayBase}, bucket)
}

// lost deals with a record that is gone for good. Where others refer to it, one that
// says so takes its place.
func (h *healer) lost(r damagedRecord) error {
	t := h.tx
	h.done.lost(r)
	switch r.bucket {
	case bMeta:
		if bytes.Equal(r.key, keySchema) {
			return t.put(bMeta, keySchema, schemaVersion)
		}
	case bJobs:
		if len(r.key) != 8 {
			return nil
		}
		return t.put(bJobs, r.key, t.anew(scene.ID(tail(r.key))))
	case bSeen, bSceneUses, bSceneClaims:
		return h.scanAgain(r.key)
	case bIndex:
		return h.listAgain(r.key)
	case bJournal:
		return h.lostJournal(r.key)
	case bHistory:
		return h.lostActivity(r.key)
	case bRuns:
		return h.lostRun(r.key)
	case bReports:
		return h.lostReport(r.key)
	case bRows:
		return h.lostRow(r)
	}
	return nil
}

// scanAgain forgets a scene, so that the next scan of Stash finds it new.
func (h *healer) scanAgain(key []byte) error {
	if len(key) != 8 {
		return nil
	}
	h.indexes = append(h.indexes, bUses, bClaims)
	return errors.Join(h.tx.remove(bSeen, key), h.tx.remove(bSceneUses, key), h.tx.remove(bSceneClaims, key))
}

// listAgain forgets that the libraries of a server were ever listed.
func (h *healer) listAgain(key []byte) error {
	machine, _, _ := bytes.Cut(key, []byte("/"))
	var failed error
	prefix := machinePrefix(string(machine))
	err := h.tx.each(bMarks, prefix, prefix, func(k, _ []byte) bool {
		failed = errors.Join(failed, h.tx.remove(bMarks, k))
		return failed == nil
	})
	return errors.Join(err, failed)
}

// lostJournal leaves an entry of which only run and scene are known: an undo tells that
// it cannot give it back.
func (h *healer) lostJournal(key []byte) error {
	run, scn := h.numbered(bJournalRuns, key), h.numbered(bJournalScenes, key)
	if run == 0 && scn == 0 {
		return nil
	}
	return h.tx.put(bJournal, key, store.JournalEntry{
		Seq: tail(key), Run: run, Scene: scene.ID(scn), At: h.tx.env.now().UTC(), Undone: true, Lost: true,
	})
}

func (h *healer) lostActivity(key []byte) error {
	scn := h.numbered(bHistoryScenes, key)
	if scn == 0 {
		return nil
	}
	return h.tx.put(bHistory, key, store.Activity{
		Seq: tail(key), Scene: scene.ID(scn), At: h.tx.env.now().UTC(), State: queue.Done, Message: message.New(message.LostLine),
	})
}

// numbered finds the number in front of a record's own in an index of numbered records;
// zero when no intact key leads to the record.
func (h *healer) numbered(index string, key []byte) (n uint64) {
	_ = h.tx.walk(index, nil, func(k []byte) bool {
		if len(k) == 16 && bytes.Equal(k[8:], key) {
			n = tail(k[:8])
		}
		return n == 0
	})
	return n
}

func (h *healer) lostRun(key []byte) error {
	if len(key) != 8 {
		return nil
	}
	at := h.tx.env.now().UTC()
	return h.tx.put(bRuns, key, store.Run{ID: tail(key), Started: at, Ended: at, Cause: queue.Repaired})
}

func (h *healer) lostReport(key []byte) error {
	if len(key) != 8 {
		return nil
	}
	at := h.tx.env.now().UTC()
	return h.tx.put(bReports, key, store.Report{
		ID: tail(key), Scope: "all", Preview: true, Started: at, Ended: at, Incomplete: message.New(message.LostSummary), Skipped: map[skip.Code]int{},
	})
}

// lostRow keeps of a row what it is filtered by, if that still makes sense.
func (h *healer) lostRow(r damagedRecord) error {
	h.reports = append(h.reports, r.report)
	if r.inClasses {
		return nil
	}
	s, err := h.tx.rowsOf(tail(r.report), false)
	if err != nil || s == nil || len(r.key) != 8 {
		return err
	}
	c := classOf(r.sealed)
	part := bytes.Split(c, []byte{0})
	if len(part) != 4 || s.count(c) == 0 {
		return nil
	}
	sealed, err := s.encode(store.ReportRow{
		Scene: scene.ID(tail(r.key)), Outcome: string(part[0]), Reason: skip.Code(part[1]), Kind: queue.Cause(part[2]),
		Message: message.New(message.LostRow),
	})
	if err != nil {
		return err
	}
	return s.rows.Put(r.key, sealed) //nolint:wrapcheck // a key of eight bytes is always taken
}

// recountRows counts the rows of the reports that lost some.
func (h *healer) recountRows() error {
	for _, report := range h.reports {
		s, err := h.tx.rowsOf(tail(report), false)
		if err != nil || s == nil {
			return err
		}
		if err := s.recount(); err != nil {
			return err
		}
	}
	return nil
}

// recount makes the kept numbers of rows anew.
func (s *sheet) recount() error {
	tally := map[string]int{}
	err := s.rows.ForEach(func(_, v []byte) error {
		tally[string(classOf(v))]++
		return nil
	})
	if err != nil {
		return fmt.Errorf("count rows: %w", err)
	}
	for _, class := range s.classKeys() {
		if err := s.classes.Delete(class); err != nil {
			return fmt.Errorf("count rows: %w", err)
		}
	}
	return s.tally(tally)
}

func (s *sheet) classKeys() (out [][]byte) {
	_ = s.classes.ForEach(func(k, _ []byte) error {
		out = append(out, bytes.Clone(k))
		return nil
	})
	return out
}
