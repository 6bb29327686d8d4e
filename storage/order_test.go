package storage_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lockstep/storage"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// someText is a name or path with everything JSON has to escape, and what looks like the marks
// of other values.
var someText = rapid.OneOf(
	rapid.SampledFrom([]string{"", "Harbour", "harbour", "Über", `a "quoted" one`, `back\slash`, "<b>&", "zwei\nZeilen", "\u2028", `","path":"x`, `,"words":{`, `"changes":[{"field":`}),
	rapid.StringMatching(`[a-zA-Z "\\<]{0,12}`))

var someWords = rapid.SampledFrom([]message.Message{
	message.None, message.Foreign("date and tags differ"), message.New(message.CoverUnreadable), message.New(message.ExplainFile, message.Path(`/a/"b"/c}`)),
})

func someRow(t *rapid.T, id scene.ID) store.ReportRow {
	r := store.ReportRow{Scene: id, Title: someText.Draw(t, "title"), Path: someText.Draw(t, "path"), Message: someWords.Draw(t, "words"), Outcome: "enqueued"}
	r.Kind = rapid.SampledFrom([]queue.Cause{"", queue.NeverSynced, queue.Drifted}).Draw(t, "kind")
	if rapid.Bool().Draw(t, "skipped") {
		r.Outcome, r.Reason = "skipped", rapid.SampledFrom([]skip.Code{skip.NoMetadata, skip.Ambiguous}).Draw(t, "reason")
	}
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		r.Changes = append(r.Changes, store.Change{Field: "title", Old: someText.Draw(t, "old"), New: someText.Draw(t, "new")})
	}
	if rapid.Bool().Draw(t, "keeps") {
		r.Kept = []store.Change{{Field: "date"}, {Field: "tags"}}
	}
	return r
}

func lower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// rowKey is by what a row is sorted, of a decoded row.
func rowKey(r store.ReportRow, by store.Order, said *message.Catalogue) (int, string) {
	switch by {
	case store.ByName:
		return 0, lower(r.Title)
	case store.ByKind:
		return 0, lower(said.Text(r.Kind.Message()))
	case store.ByOutcome:
		return 0, r.Outcome
	case store.ByFields:
		return len(r.Changes), ""
	case store.ByReason:
		words := lower(said.Text(r.Message))
		if r.Reason != "" {
			words = lower(said.Text(skip.Of(r.Reason).Message)) + " " + words
		}
		return 0, words
	}
	return 0, ""
}

// Whatever is in the rows: the pages together are every row that fits, each once, in order,
// and a search finds what the words of the decoded row have.
func TestRowsComeSortedAndSearchedAsTheyAreDecoded(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	rapid.Check(t, func(rt *rapid.T) {
		rows := make([]store.ReportRow, rapid.IntRange(0, 30).Draw(rt, "rows"))
		for i := range rows {
			rows[i] = someRow(rt, scene.ID(i*3+1))
		}
		id := newReport(t, d, store.Report{})
		update(t, d, func(tx store.Tx) error { return tx.AddRows(id, rows) })
		q := store.RowQuery{Report: id, Language: rapid.SampledFrom([]string{"", "de"}).Draw(rt, "language"), Limit: rapid.IntRange(1, 12).Draw(rt, "limit")}
		q.Sort.By = rapid.SampledFrom([]store.Order{"", store.ByName, store.ByKind, store.ByOutcome, store.ByFields, store.ByReason}).Draw(rt, "by")
		q.Sort.Down = rapid.Bool().Draw(rt, "down")
		q.Search = rapid.SampledFrom([]string{"", "a", "harb", "ü", `"`, "date and", "titelbild", "cover is", "4", "zwei\nz", `/a/"b`, `\`}).Draw(rt, "search")
		said, needle := message.In(q.Language), lower(q.Search)
		var want []store.ReportRow
		for _, r := range rows {
			if needle == "" || strings.Contains(lower(r.Title), needle) || strings.Contains(lower(r.Path), needle) || strings.Contains(lower(said.Text(r.Message)), needle) || strings.Contains(r.Scene.String(), needle) {
				want = append(want, r)
			}
		}
		if q.Sort.By != "" {
			slices.SortStableFunc(want, func(a, b store.ReportRow) int {
				if q.Sort.Down {
					a, b = b, a
				}
				n, s := rowKey(a, q.Sort.By, said)
				m, x := rowKey(b, q.Sort.By, said)
				return cmp.Or(cmp.Compare(n, m), strings.Compare(s, x))
			})
		}
		var got []scene.ID
		for {
			var page store.RowPage
			view(t, d, func(tx store.Tx) (err error) { page, err = tx.Rows(q); return err })
			if page.Total != len(want) {
				rt.Fatalf("%+v: %d in all, want %d", q, page.Total, len(want))
			}
			for _, r := range page.Rows {
				got = append(got, r.Scene)
			}
			if q.Offset += q.Limit; len(page.Rows) == 0 {
				break
			}
		}
		ids := []scene.ID{}
		for _, r := range want {
			ids = append(ids, r.Scene)
		}
		if !slices.Equal(got, ids) && len(got)+len(ids) > 0 {
			rt.Fatalf("%+v: %v, want %v", q, got, ids)
		}
	})
}

func sortedScenes(t *testing.T, d *storage.DB, q store.JobQuery) []scene.ID {
	t.Helper()
	var page store.JobPage
	view(t, d, func(tx store.Tx) (err error) { page, err = tx.ListJobs(q); return err })
	out := make([]scene.ID, len(page.Jobs))
	for i, j := range page.Jobs {
		out[i] = j.Scene
	}
	return out
}

func TestJobsComeSorted(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	jobs := []queue.Job{
		{Scene: 1, Name: "Beta", State: queue.Waiting, Cause: "new", Due: start},
		{Scene: 2, Name: "alpha", State: queue.Skipped, Code: skip.NoMetadata, Due: start},
		{Scene: 3, Name: "Gamma", State: queue.Dead, Message: message.Foreign("aaa"), Due: start},
		{Scene: 4, Name: "alpha", State: queue.Done, Message: message.Foreign("zzz"), Due: start},
	}
	update(t, d, func(tx store.Tx) error {
		for _, j := range jobs {
			if err := tx.PutJob(j); err != nil {
				return err
			}
		}
		return nil
	})
	for _, tt := range []struct {
		q    store.JobQuery
		want []scene.ID
	}{
		{store.JobQuery{Sort: store.Sort{By: store.ByName}}, []scene.ID{2, 4, 1, 3}},
		{store.JobQuery{Sort: store.Sort{By: store.ByName, Down: true}}, []scene.ID{3, 1, 2, 4}},
		{store.JobQuery{Sort: store.Sort{By: store.ByName}, Offset: 1, Limit: 2}, []scene.ID{4, 1}},
		{store.JobQuery{Sort: store.Sort{By: store.ByName}, Search: "A", States: []queue.State{queue.Dead, queue.Waiting}}, []scene.ID{1, 3}},
		{store.JobQuery{Sort: store.Sort{By: store.ByName}, Reason: skip.NoMetadata}, []scene.ID{2}},
		{store.JobQuery{Sort: store.Sort{By: store.ByName}, Search: "nothing"}, []scene.ID{}},
		{store.JobQuery{Sort: store.Sort{By: store.ByReason}, States: []queue.State{queue.Done, queue.Dead}}, []scene.ID{3, 4}},
	} {
		if got := sortedScenes(t, d, tt.q); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %v, want %v", tt.q, got, tt.want)
		}
	}
	byState := sortedScenes(t, d, store.JobQuery{Sort: store.Sort{By: store.ByState}})
	if own := sortedScenes(t, d, store.JobQuery{}); !slices.Equal(byState, own) {
		t.Errorf("by state %v, in the queue's order %v", byState, own)
	}
}

// A list that changed is sorted anew; only further pages may be those of a moment ago, and
// nothing that is gone is on them.
func TestASortedListFollowsWhatIsStored(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	enqueue(t, d, 1, 50)
	q := store.JobQuery{Sort: store.Sort{By: store.ByName}, Limit: 10}
	first := sortedScenes(t, d, q)
	update(t, d, func(tx store.Tx) error {
		j := waiting(99)
		j.Name = "Aaa"
		return tx.PutJob(j)
	})
	if got := sortedScenes(t, d, q); got[0] != 99 || got[1] != first[0] {
		t.Errorf("the first page is %v, was %v", got, first)
	}
	update(t, d, func(tx store.Tx) error { return tx.DeleteJob(first[0]) })
	q.Limit, q.Offset = 60, 1
	if got := sortedScenes(t, d, q); slices.Contains(got, first[0]) || len(got) < 49 {
		t.Errorf("%d further ones: %v", len(got), got)
	}
	// A transaction that was not stored leaves no trace.
	q.Offset, q.Limit = 0, 60
	_ = d.Update(func(tx store.Tx) error {
		if err := tx.DeleteJob(99); err != nil {
			return err
		}
		if p, err := tx.ListJobs(q); err != nil || p.Total != 49 {
			t.Errorf("within the transaction %d, %v", p.Total, err)
		}
		return fmt.Errorf("taken back")
	})
	if got := sortedScenes(t, d, q); len(got) != 50 || got[0] != 99 {
		t.Errorf("%d jobs, first %d", len(got), got[0])
	}
}

func TestHistoryComesSorted(t *testing.T) {
	t.Parallel()
	d := fresh(t)
	update(t, d, func(tx store.Tx) error {
		for i, name := range []string{"Beta", "alpha", "Gamma", "alpha"} {
			a := store.Activity{At: start, Scene: scene.ID(i + 1), Name: name, Message: message.Foreign(strings.Repeat("x", 4-i)), Changes: make([]store.Change, i%2)}
			if err := tx.AddActivity(a); err != nil {
				return err
			}
		}
		return nil
	})
	for _, tt := range []struct {
		q    store.HistoryQuery
		want []scene.ID
	}{
		{store.HistoryQuery{Sort: store.Sort{By: store.ByName}}, []scene.ID{4, 2, 1, 3}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByName, Down: true}}, []scene.ID{3, 1, 4, 2}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByName}, Offset: 2, Limit: 1}, []scene.ID{1}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByTime}}, []scene.ID{1, 2, 3, 4}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByTime, Down: true}}, []scene.ID{4, 3, 2, 1}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByReason}}, []scene.ID{4, 3, 2, 1}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByFields, Down: true}}, []scene.ID{4, 2, 3, 1}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByName}, Search: "ALPHA"}, []scene.ID{4, 2}},
		{store.HistoryQuery{Sort: store.Sort{By: store.ByName}, Offset: 9}, nil},
	} {
		var got []scene.ID
		view(t, d, func(tx store.Tx) error {
			list, err := tx.History(tt.q)
			for _, a := range list {
				got = append(got, a.Scene)
			}
			return err
		})
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %v, want %v", tt.q, got, tt.want)
		}
	}
}
