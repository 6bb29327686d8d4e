package windows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"lockstep/app/present"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
)

// manyJobs is a window with a queue of so many jobs.
func manyJobs(t *testing.T, n int) (*fake, fyne.Window, *queuePage) {
	t.Helper()
	f := newFake()
	f.jobs = nil
	for i := range n {
		f.jobs = append(f.jobs, queue.Job{Scene: scene.ID(i + 1), Name: names[i%len(names)], State: queue.Waiting, Cause: "edited"})
	}
	win, p := open[*queuePage](t, newTest(t, f), present.Queue)
	win.Resize(mainSize.AddWidthHeight(1, 1))
	return f, win, p
}

// lineOf is the row on screen that shows line i.
func lineOf(t *testing.T, win fyne.Window, i int) *row {
	t.Helper()
	var found *row
	everything(win, func(o fyne.CanvasObject) {
		if r, ok := o.(*row); ok && r.at == i {
			found = r
		}
	})
	if found == nil {
		t.Fatalf("row %d is not on screen", i)
	}
	return found
}

func click(t *testing.T, win fyne.Window, i int, held fyne.KeyModifier) {
	t.Helper()
	r := lineOf(t, win, i)
	r.MouseDown(&desktop.MouseEvent{Modifier: held, Button: desktop.MouseButtonPrimary})
	r.Tapped(&fyne.PointEvent{})
	r.MouseUp(&desktop.MouseEvent{})
}

func TestRowsArePickedWithCtrlAndShift(t *testing.T) {
	_, win, p := manyJobs(t, 30)
	want := func(rows ...int) {
		t.Helper()
		if got := p.list.picks.all(); !slices.Equal(got, rows) {
			t.Errorf("picked %v, want %v", got, rows)
		}
	}
	const ctrl, shift = fyne.KeyModifierShortcutDefault, fyne.KeyModifierShift
	click(t, win, 3, 0)
	want(3)
	click(t, win, 5, ctrl)
	want(3, 5)
	click(t, win, 7, shift)
	want(5, 6, 7)
	click(t, win, 4, shift)
	want(4, 5)
	click(t, win, 5, ctrl)
	want(4)
	click(t, win, 4, ctrl)
	want()
	click(t, win, 2, shift)
	want(2)
	p.list.list.Select(9) // by keyboard
	want(9)
	p.search.SetText("tidal")
	want()
}

// Rows are picked as in other programs: Shift with the arrows, Page and End keys, all with
// Ctrl+A, also those that were never on screen.
func TestRowsArePickedByKeyboard(t *testing.T) {
	f, win, p := manyJobs(t, 3000)
	list := p.list.list
	win.Canvas().Focus(list)
	want := func(what string, n, first, last, at int) {
		t.Helper()
		got := p.list.picks.all()
		if len(got) != n || n > 0 && (got[0] != first || got[n-1] != last) || p.list.at != at {
			t.Errorf("%s: %d picked, %v …, the highlight is on %d", what, len(got), got[:min(3, len(got))], p.list.at)
		}
	}
	key := func(name fyne.KeyName) { list.TypedKey(&fyne.KeyEvent{Name: name}) }
	shift := func(name fyne.KeyName) {
		list.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
		key(name)
		list.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	key(fyne.KeyDown)
	key(fyne.KeyDown)
	want("two down", 0, 0, 0, 2)
	key(fyne.KeyReturn)
	want("Enter", 1, 2, 2, 2)
	shift(fyne.KeyDown)
	shift(fyne.KeyDown)
	want("Shift and two down", 3, 2, 4, 4)
	if p.detail.job.Scene != 5 {
		t.Errorf("the foot is about scene %d", p.detail.job.Scene)
	}
	shift(fyne.KeyUp)
	shift(fyne.KeyUp)
	shift(fyne.KeyUp)
	want("and three up", 2, 1, 2, 1)
	shift(fyne.KeyHome)
	want("to the top", 3, 0, 2, 0)
	key(fyne.KeyDown)
	want("down without Shift", 3, 0, 2, 1)
	key(fyne.KeyEnter)
	shift(fyne.KeyPageDown)
	if got := len(p.list.picks.all()); got < 5 || got > 40 {
		t.Errorf("a page has %d rows", got)
	}
	shift(fyne.KeyEnd)
	want("to the end", 2999, 1, 2999, 2999)
	key(fyne.KeyHome)
	key(fyne.KeyUp)
	want("the top again", 2999, 1, 2999, 0)
	key(fyne.KeySpace)
	want("Space", 1, 0, 0, 0)
	list.TypedShortcut(&fyne.ShortcutSelectAll{})
	want("Ctrl+A", 3000, 0, 2999, 0)
	list.TypedShortcut(&fyne.ShortcutCopy{})
	if got := strings.Split(p.w.app.Clipboard().Content(), "\n"); len(got) != 3000 || !strings.HasPrefix(got[2999], names[2999%len(names)]+"\t") {
		t.Errorf("%d lines were copied, the last %q", len(got), got[len(got)-1])
	}
	key(desktop.KeyMenu)
	choose(t, win, "Retry")
	if got := f.called(); !strings.HasPrefix(got, "retry [1 2 3 ") || !strings.HasSuffix(got, " 3000] false") {
		t.Errorf("called %.40s", got)
	}
	p.search.SetText("nothing has this name")
	list.TypedShortcut(&fyne.ShortcutSelectAll{})
	shift(fyne.KeyDown)
	want("in an empty list", 0, 0, 0, p.list.at)
}

func TestTheMenuKeyPicksTheRowWithTheHighlight(t *testing.T) {
	_, win, p := manyJobs(t, 30)
	win.Canvas().Focus(p.list.list)
	p.list.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	p.list.list.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	if got := p.list.picks.all(); !slices.Equal(got, []int{1}) || !slices.Contains(menuLabels(win), "Explain") {
		t.Errorf("picked %v, the menu offers %q", got, menuLabels(win))
	}
}

func TestRowsHaveAMenuAndAreCopied(t *testing.T) {
	f, win, p := manyJobs(t, 30)
	click(t, win, 1, 0)
	click(t, win, 2, fyne.KeyModifierShortcutDefault)
	p.list.list.TypedShortcut(&fyne.ShortcutCopy{})
	first := names[1] + "\tqueued\tedited in Stash"
	if got := p.w.app.Clipboard().Content(); got != first+"\n"+names[2]+"\tqueued\tedited in Stash" {
		t.Errorf("copied %q", got)
	}
	lineOf(t, win, 2).TappedSecondary(&fyne.PointEvent{})
	if got := menuLabels(win); !slices.Equal(got, []string{"Retry", "Copy"}) {
		t.Errorf("for two rows the menu offers %q", got)
	}
	choose(t, win, "Retry")
	wantCalled(t, f, "retry [2 3] false")
	lineOf(t, win, 4).TappedSecondary(&fyne.PointEvent{})
	if got := menuLabels(win); !slices.Equal(got, []string{"Open in Stash", "Open in Plex", "Explain", "Retry", "Discard…", "Copy"}) {
		t.Errorf("for one row the menu offers %q", got)
	}
	choose(t, win, "Open in Stash")
	wantCalled(t, f, "visit http://localhost:9999/scenes/5")
	p.list.list.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	choose(t, win, "Copy")
	if got := p.w.app.Clipboard().Content(); !strings.HasPrefix(got, names[4]+"\t") || strings.Contains(got, "\n") {
		t.Errorf("copied %q", got)
	}
}

// menuEntries are the entries of the menu that is open, by their labels, in order.
func menuEntries(win fyne.Window) (labels []string, entries map[string]fyne.Tappable) {
	entries = map[string]fyne.Tappable{}
	everything(win, func(o fyne.CanvasObject) {
		if fmt.Sprintf("%T", o) == "*widget.menuItem" {
			label := labelIn(o.(fyne.Widget))
			labels, entries[label] = append(labels, label), o.(fyne.Tappable)
		}
	})
	return labels, entries
}

func menuLabels(win fyne.Window) []string {
	labels, _ := menuEntries(win)
	return labels
}

// choose takes an entry of the menu that is open.
func choose(t *testing.T, win fyne.Window, label string) {
	t.Helper()
	_, entries := menuEntries(win)
	if entries[label] == nil {
		t.Fatalf("no menu offers %q", label)
	}
	entries[label].Tapped(&fyne.PointEvent{})
}

func TestARowIsOneLineUnlessPeopleWantTwo(t *testing.T) {
	_, _, p := manyJobs(t, 30)
	if got := p.list.list.rowHeight(); got < 26 || got > 30 {
		t.Errorf("a row is %.1f high, want 28", got)
	}
	p.w.turnDensity()
	q := p.win.page.(*queuePage)
	if got := q.list.list.rowHeight(); got < 40 {
		t.Errorf("a comfortable row is %.1f high", got)
	}
	q.w.turnDensity()
	if got := p.win.page.(*queuePage).list.list.rowHeight(); got > 30 {
		t.Errorf("back again a row is %.1f high", got)
	}
}

func TestColumnsAreWidenedAndRemembered(t *testing.T) {
	_, win, p := manyJobs(t, 3)
	var edge *grip
	everything(win, func(o fyne.CanvasObject) {
		if g, ok := o.(*grip); ok && g.i == 1 {
			edge = g
		}
	})
	before := p.list.wide.edge(1, 1000)
	edge.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(edge.h.Size().Width/10, 0)})
	edge.DragEnd()
	if got := p.list.wide.edge(1, 1000); got < before+95 || got > before+105 {
		t.Errorf("the edge is at %.0f, was at %.0f", got, before)
	}
	if title, want := p.list.head.titles[1].Position().X, p.list.wide.edge(1, p.list.head.Size().Width); title != want {
		t.Errorf("the head of the column is at %.0f, its cells at %.0f", title, want)
	}
	for range 30 {
		edge.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-edge.h.Size().Width/5, 0)})
	}
	if got := p.list.wide.edge(1, 1000); got < 39 || got > 60 {
		t.Errorf("the narrowest column is %.0f of 1000", got)
	}
	edge.DragEnd()
	if again := loadMemory(p.w.opt.DataDir); !slices.Equal(again.columns("queue", []column{{share: 1}, {share: 1}, {share: 1}}), p.list.wide.shares) {
		t.Errorf("remembered %v", again.kept.Columns)
	}
	if wrong := p.w.memory.columns("queue", []column{{share: 2}}); !slices.Equal(wrong, []float32{2}) {
		t.Errorf("widths for other columns are believed: %v", wrong)
	}
}

func TestASearchTellsItsHits(t *testing.T) {
	_, win, p := manyJobs(t, 200)
	s := sampleSnapshot()
	s.Queue = queue.Counts{Waiting: 200}
	p.w.update(s)
	p.search.SetText(names[1])
	wantShown(t, win, present.Number(p.jobs.total)+" of 200")
	p.search.SetText("")
	if p.hits.Text != "" {
		t.Errorf("without a search it says %q", p.hits.Text)
	}
}

func TestWhatIsCutOffShowsBesideThePointer(t *testing.T) {
	f, win, p := manyJobs(t, 1)
	f.jobs[0].Name = strings.Repeat("A very long title ", 20)
	p.restart()
	r := lineOf(t, win, 0)
	r.MouseIn(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(5, 5)}})
	if got := r.ToolTip(); got != strings.TrimSpace(f.jobs[0].Name) {
		t.Errorf("the tooltip says %q", got)
	}
	r.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(r.Size().Width-5, 5)}})
	if got := r.ToolTip(); got != "" {
		t.Errorf("where nothing is cut off it says %q", got)
	}
	r.MouseOut()
	if test.WidgetRenderer(r).(*rowRenderer).r.hovered {
		t.Error("the row still looks as if the pointer were on it")
	}
}

// labelIn is the first text drawn in a widget.
func labelIn(w fyne.Widget) string {
	for _, o := range test.WidgetRenderer(w).Objects() {
		if l, ok := o.(*canvas.Text); ok {
			return l.Text
		}
	}
	return ""
}
