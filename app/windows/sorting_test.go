package windows

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
	"lockstep/sync/queue"
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
	if got := titles(p); len(got) == 0 || got[0] != names[2] || p.jobs.order == nil {
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

// What is too long to be sorted keeps its order, and says so.
func TestALongListSaysThatItIsNotSorted(t *testing.T) {
	_, win, p := manyJobs(t, sortable+1)
	p.list.sortBy(1)
	wantShown(t, win, "More than 5\u202f000 rows: search or filter to sort them")
	if j, ok := p.jobs.at(sortable); !ok || j.Scene != sortable+1 || p.list.sorting.column != 0 {
		t.Errorf("the last row is %+v, sorted by %+v", j, p.list.sorting)
	}
	p.search.SetText(names[1])
	p.list.sortBy(1)
	if p.list.sorting.column != 1 || p.list.unsorted() != "" {
		t.Errorf("what the search finds is not sorted: %+v", p.list.sorting)
	}
}
