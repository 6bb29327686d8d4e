package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"lockstep/sync/store"
)

// keptReports is how many reconciliation reports are kept (contract of store.Reports).
const keptReports = 20

// NewReport implements store.Reports.
func (t *tx) NewReport(r store.Report) (uint64, error) {
	id, err := t.sequence(bReports)
	if err != nil {
		return 0, err
	}
	r.ID = id
	if err := t.PutReport(r); err != nil {
		return 0, err
	}
	if _, err := t.rowsOf(id, true); err != nil {
		return 0, err
	}
	return id, t.dropOld()
}

func (t *tx) dropOld() error {
	var keys [][]byte
	err := t.each(bReports, nil, nil, func(k, _ []byte) bool { keys = append(keys, k); return true })
	if err != nil {
		return err
	}
	rows, err := t.bucket(bRows)
	if err != nil {
		return err
	}
	for len(keys) > keptReports {
		if err := t.remove(bReports, keys[0]); err != nil {
			return err
		}
		if rows.Bucket(keys[0]) != nil {
			if err := rows.DeleteBucket(keys[0]); err != nil {
				return fmt.Errorf("drop the rows of report %s: %w", show(keys[0]), err)
			}
		}
		keys = keys[1:]
	}
	return nil
}

// PutReport implements store.Reports.
func (t *tx) PutReport(r store.Report) error {
	if r.ID == 0 {
		return errors.New("store report: it has no id")
	}
	r.Started, r.Ended = r.Started.UTC(), r.Ended.UTC()
	return t.put(bReports, number(r.ID), r)
}

// Report implements store.Reports.
func (t *tx) Report(id uint64) (store.Report, bool, error) {
	if id != 0 {
		return tolerate[store.Report](t, bReports, number(id))
	}
	list, err := t.Reports(1)
	if err != nil || len(list) == 0 {
		return store.Report{}, false, err
	}
	return list[0], true, nil
}

// Reports implements store.Reports.
func (t *tx) Reports(limit int) ([]store.Report, error) {
	var out []store.Report
	err := newest(t, bReports, "", nil, 0, func(r store.Report) bool {
		out = append(out, r)
		return limit <= 0 || len(out) < limit
	})
	return out, err
}

// sheet is the rows of one report: a bucket of its own, so that dropping it is cheap.
type sheet struct {
	report  []byte       // its key
	rows    *bolt.Bucket // scene(8) → row
	classes *bolt.Bucket // class → n(8)
}

var (
	keyRows    = []byte("rows")
	keyClasses = []byte("classes")
)

// rowsOf opens the rows of a report; nil when it has none and make is false.
func (t *tx) rowsOf(id uint64, create bool) (*sheet, error) {
	all, err := t.bucket(bRows)
	if err != nil {
		return nil, err
	}
	b := all.Bucket(number(id))
	if b == nil && !create {
		return nil, nil
	}
	if b == nil {
		if b, err = all.CreateBucket(number(id)); err != nil {
			return nil, fmt.Errorf("make the rows of report %d: %w", id, err)
		}
		_, e1 := b.CreateBucket(keyRows)
		_, e2 := b.CreateBucket(keyClasses)
		if err := errors.Join(e1, e2); err != nil {
			return nil, fmt.Errorf("make the rows of report %d: %w", id, err)
		}
	}
	s := &sheet{number(id), b.Bucket(keyRows), b.Bucket(keyClasses)}
	if s.rows == nil || s.classes == nil {
		return nil, fmt.Errorf("rows of report %d: %w", id, errStructure)
	}
	return s, nil
}

// AddRows implements store.Reports. A second row of the same scene replaces the first.
func (t *tx) AddRows(report uint64, rows []store.ReportRow) error {
	s, err := t.rowsOf(report, false)
	if err != nil {
		return err
	}
	if s == nil {
		return fmt.Errorf("add rows: report %d is not there", report)
	}
	s.rows.FillPercent = 0.95 // scenes come in order
	tally := map[string]int{}
	for _, r := range rows {
		value, err := s.encode(r)
		if err != nil {
			return err
		}
		if old := s.rows.Get(sceneKey(r.Scene)); old != nil {
			tally[string(classOf(old))]--
		}
		tally[string(classOf(value))]++
		if err := s.rows.Put(sceneKey(r.Scene), value); err != nil {
			return fmt.Errorf("add row of scene %s: %w", r.Scene, err)
		}
	}
	return s.tally(tally)
}

// tally changes the kept number of rows of each class.
func (s *sheet) tally(change map[string]int) error {
	for class, n := range change {
		key := []byte(class)
		sealed := s.seal(key, number(uint64(max(n+s.count(key), 0))))
		if err := s.classes.Put(key, sealed); err != nil {
			return fmt.Errorf("count rows: %w", err)
		}
	}
	return nil
}

// count is the kept number of rows of a class.
func (s *sheet) count(class []byte) int {
	text, err := s.unseal(class, s.classes.Get(class))
	if err != nil {
		return 0
	}
	return int(tail(text)) //nolint:gosec // a number of rows
}

// seal and unseal are those of the package for what belongs to this report.
func (s *sheet) seal(key, text []byte) []byte { return seal(bRows, join(s.report, key), text) }

func (s *sheet) unseal(key, sealed []byte) ([]byte, error) {
	return unseal(bRows, join(s.report, key), sealed)
}

// class is what a row is filtered by: outcome, reason and kind, each ended by a zero.
func class(r store.ReportRow) []byte {
	return fmt.Appendf(nil, "%s\x00%s\x00%s\x00", r.Outcome, r.Reason, r.Kind)
}

// encode seals the length of the class in one byte, the class, and the row as JSON.
func (s *sheet) encode(r store.ReportRow) ([]byte, error) {
	c := class(r)
	if len(c) > 255 || bytes.Count(c, []byte{0}) != 3 {
		return nil, fmt.Errorf("row of scene %s: outcome, reason and kind cannot be stored", r.Scene)
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode row: %w", err)
	}
	return s.seal(sceneKey(r.Scene), slices.Concat([]byte{byte(len(c))}, c, text)), nil //nolint:gosec // at most 255, see above
}

// classOf reads the class in front of a stored row; nil when the row is damaged.
func classOf(sealed []byte) []byte {
	if len(sealed) <= sumSize {
		return nil
	}
	text := sealed[sumSize:]
	if len(text) < 1+int(text[0]) {
		return nil
	}
	return text[1 : 1+int(text[0])]
}
