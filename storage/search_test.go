package storage_test

import (
	"testing"

	"lockstep/sync/message"
	"lockstep/sync/store"
)

// What is said of scenes is searched in the language it is shown in, names in every one.
func TestASearchReadsWhatIsShown(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	said := message.New(message.CoverUnreadable)
	id := newReport(t, d, store.Report{Scope: "all"})
	update(t, d, func(tx store.Tx) error {
		if err := tx.AddActivity(store.Activity{At: start, Scene: 1, Name: "History", Message: said}); err != nil {
			return err
		}
		return tx.AddRows(id, []store.ReportRow{{Scene: 1, Title: "History", Outcome: "skipped", Message: said}})
	})
	for _, tt := range []struct {
		search, language string
		found            int
	}{
		{"the COVER is", "", 1}, {"the cover is", "en", 1}, {"the cover is", "de", 0},
		{"das TITELBILD ist", "de", 1}, {"das titelbild ist", "", 0},
		{"history", "de", 1}, {"history", "en", 1}, {"verlauf", "de", 0},
	} {
		view(t, d, func(tx store.Tx) error {
			lines, err := tx.History(store.HistoryQuery{Search: tt.search, Language: tt.language})
			if err != nil {
				return err
			}
			page, err := tx.Rows(store.RowQuery{Report: id, Search: tt.search, Language: tt.language})
			if len(lines) != tt.found || page.Total != tt.found {
				t.Errorf("%q in %q: %d lines of history and %d rows, want %d", tt.search, tt.language, len(lines), page.Total, tt.found)
			}
			return err
		})
	}
}
