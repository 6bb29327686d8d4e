package storage_test

import (
	"fmt"
	"slices"

	"lockstep/sync/queue"
	"lockstep/sync/store"
)

func compareItems(tx store.Tx, m *model) error {
	for _, machine := range []string{"aa", "aab"} {
		n := 0
		for k := range m.indexed {
			if k.Machine == machine {
				n++
			}
		}
		got := 0
		err := tx.EachIndexed(machine, func(it store.Indexed) bool {
			if _, ok := m.indexed[it.Key]; ok && it.Key.Machine == machine && it.Section == m.section[it.Key] {
				got++
			}
			return true
		})
		if got != n || err != nil {
			return fmt.Errorf("%d items of %s, %v; want %d", got, machine, err, n)
		}
	}
	for _, p := range []string{"/films/a", "/films/b", "/films/c"} {
		want := 0
		for _, paths := range m.indexed {
			if slices.Contains(paths, p) {
				want++
			}
		}
		if got, err := tx.ItemsAt(p); err != nil || len(got) != want {
			return fmt.Errorf("items at %s: %v, %v; want %d", p, got, err, want)
		}
	}
	return compareStates(tx, m)
}

func compareStates(tx store.Tx, m *model) error {
	for k, owner := range m.items {
		if s, ok, err := tx.ItemState(k); !ok || err != nil || s.Scene != owner {
			return fmt.Errorf("state of %v: %+v, %v, %v; want it of scene %d", k, s, ok, err, owner)
		}
	}
	return nil
}

func compareRows(tx store.Tx, m *model) error {
	history, err := tx.History(store.HistoryQuery{Limit: 1000})
	if err != nil || len(history) != len(m.history) {
		return fmt.Errorf("history has %d lines, %v; want %d", len(history), err, len(m.history))
	}
	for i, a := range history {
		at := len(m.history) - 1 - i
		if a.Seq != uint64(at+1) || a.Scene != m.history[at] {
			return fmt.Errorf("history line %d is %+v; want scene %d", i, a, m.history[at])
		}
	}
	for _, outcome := range []string{"", "enqueued", "skipped"} {
		for _, kind := range []queue.Cause{"", queue.Drifted} {
			want := 0
			for _, r := range m.rows {
				if (outcome == "" || r.Outcome == outcome) && (kind == "" || r.Kind == kind) {
					want++
				}
			}
			p, err := tx.Rows(store.RowQuery{Report: 1, Outcome: outcome, Kind: kind})
			if err != nil || p.Total != want || len(p.Rows) != want {
				return fmt.Errorf("rows %q %q: %+v, %v; want %d", outcome, kind, p, err, want)
			}
		}
	}
	return nil
}
