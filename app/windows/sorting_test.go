package windows

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/sync/queue"
	"lockstep/sync/store"
)

// titles are the names of all jobs as the queue shows them.
func titles(p *queuePage) []string {
	var out []string
	for i := range p.jobs.total {
		j, _ := p.jobs.at(i)
		out = append(out, j.Name)
	}
	return out
}

func TestAClickOnAHeadSorts(t *testing.T) {
	f, win, p := manyJobs(t, 250)
	f.jobs[3].State = queue.Dead
	p.restart()
	plain := titles(p)
	up := slices.SortedFunc(slices.Values(plain), func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	click := func() { p.list.head.titles[0].(*headTitle).Tapped(&fyne.PointEvent{}) }
	click()
	if got := titles(p); !slices.Equal(got, up) {
		t.Errorf("sorted: %q", got[:10])
	}
	wantShown(t, win, present.T("Scene")+" ˄")
	p.search.SetText(names[2])
	if got := titles(p); len(got) == 0 || got[0] != names[2] {
		t.Errorf("a search forgets the order: %q", got)
	}
	p.search.SetText("")
	click()
	slices.Reverse(up)
	if got := titles(p); !slices.Equal(got, up) {
		t.Errorf("sorted downwards: %q", got[:10])
	}
	wantShown(t, win, present.T("Scene")+" ˅")
	click()
	if got := titles(p); !slices.Equal(got, plain) {
		t.Errorf("in the queue's order: %q", got[:10])
	}
	p.list.list.TypedRune('2')
	if p.list.sorting != (sorting{column: 2}) {
		t.Errorf("the key 2 sorts by %+v", p.list.sorting)
	}
	p.list.list.TypedRune('7')
	if p.list.sorting.column != 2 {
		t.Error("there is no column 7")
	}
}

// However long a list is, it is sorted, and only the pages on screen are read.
func TestALongListIsSorted(t *testing.T) {
	f, _, p := manyJobs(t, 30_000)
	f.jobs[29_999].Name = "AAA"
	p.list.sortBy(1)
	if j, ok := p.jobs.at(0); !ok || j.Scene != 30_000 || p.jobs.total != 30_000 {
		t.Errorf("the first of %d is %+v", p.jobs.total, j)
	}
	if len(p.jobs.pages) > 3 {
		t.Errorf("%d pages were read", len(p.jobs.pages))
	}
}

func TestTheOrderOfAListIsRemembered(t *testing.T) {
	_, _, p := manyJobs(t, 30)
	p.list.sortBy(2)
	p.list.sortBy(2)
	again := loadMemory(p.w.opt.DataDir)
	if got := remembered(again.kept.Sorts["queue"], p.list.orders); got != (sorting{column: 2, down: true}) {
		t.Errorf("remembered %+v", got)
	}
	p.list.sortBy(2)
	if got := remembered(loadMemory(p.w.opt.DataDir).kept.Sorts["queue"], p.list.orders); got != (sorting{}) {
		t.Errorf("not sorted any more, and remembered %+v", got)
	}
	if got := remembered(store.Sort{By: "colour"}, p.list.orders); got != (sorting{}) {
		t.Errorf("a column nobody has: %+v", got)
	}
}

func TestHistoryAndPreviewAreSorted(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	_, h := open[*historyPage](t, w, present.History)
	h.list.sortBy(2)
	var shown []string
	for i := 0; i < len(h.lines); i++ { // looking at the last line brings more
		shown = append(shown, h.row(i)[1].words)
	}
	if len(shown) != 250 || !slices.IsSortedFunc(shown, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		t.Errorf("%d lines, first %q", len(shown), shown[:min(12, len(shown))])
	}
	h.list.sortBy(1)
	if got := h.lines[0].Seq; got != f.history[len(f.history)-1].Seq {
		t.Errorf("the oldest is %d", got)
	}
	_, p := open[*previewPage](t, w, present.Preview)
	p.scenes.sortBy(2)
	p.scenes.sortBy(2)
	if r, _ := p.rows.at(0); len(r.Changes) != 4 {
		t.Errorf("first %d changes", len(r.Changes))
	}
	if p.fields.sortBy(1); p.fields.sorting.column != 0 {
		t.Error("fields have no other order")
	}
}

func TestOutagesAreSorted(t *testing.T) {
	_, p := open[*outagesPage](t, newTest(t, newFake()), present.Outages)
	ids := func() (out []uint64) {
		for _, r := range p.page.Records {
			out = append(out, r.ID)
		}
		return out
	}
	p.span.choose(3)
	own := ids()
	for column, want := range map[int][]uint64{1: {1, 2, 3, 4}, 2: {2, 4, 3, 1}, 4: {2, 3, 4, 1}} {
		p.list.sorting = sorting{}
		p.list.sortBy(column)
		if got := ids(); !slices.Equal(got, want) {
			t.Errorf("by column %d: %v, want %v", column, got, want)
		}
		p.list.sortBy(column)
		slices.Reverse(want)
		if got := ids(); !slices.Equal(got, want) {
			t.Errorf("downwards by column %d: %v, want %v", column, got, want)
		}
		p.list.sortBy(column)
		if got := ids(); !slices.Equal(got, own) {
			t.Errorf("in their own order: %v, want %v", got, own)
		}
	}
}
