package windows

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestSentencesBreakIntoTwoLines(t *testing.T) {
	t.Parallel()
	wide := func(s string) float32 { return float32(len([]rune(s))) }
	for words, want := range map[string][2]string{
		"":                           {},
		"short":                      {"short"},
		"ten chars!":                 {"ten chars!"},
		"one two three":              {"one two", "three"},
		"one two thr four":           {"one two", "thr four"},
		"one two threefour five six": {"one two", "threefour…"},
		"unbreakable-as-it-is":       {"unbreakabl", "e-as-it-is"},
		"Übergrößenträgerin ist da":  {"Übergrößen", "trägerin…"},
		"exactly te n":               {"exactly te", "n"},
	} {
		if got := fold(words, 10, wide); got != want {
			t.Errorf("%q breaks into %q, want %q", words, got, want)
		}
	}
	if got := fold("words", 0, wide); got[0] == "" {
		t.Error("no room at all loses the text")
	}
}

// drawn are the lines a window draws in two-line columns, by their full text.
func drawn(win fyne.Window) map[string][2]string {
	out := map[string][2]string{}
	everything(win, func(o fyne.CanvasObject) {
		if l, ok := o.(*twoLines); ok && l.words != "" {
			r := test.WidgetRenderer(l).(*twoLinesRenderer)
			out[l.words] = [2]string{r.lines[0].Text, r.lines[1].Text}
		}
	})
	return out
}

// In the comfortable density nothing is cut off at the usual size; at the smallest one, and
// in rows of one line, the chosen row stands in full below its table.
func TestReasonsAreReadableWithoutOpeningAnythingElse(t *testing.T) {
	t.Cleanup(func() { present.SetLanguage("en") })
	for _, language := range []string{"en", "de"} {
		present.SetLanguage(language)
		f := newFake()
		f.outages.Records[1].Cause, f.outages.Records[1].Note = message.Foreign("Plex is not running at this address (connection refused)."), message.New(message.OutageNoEnd)
		w := newTest(t, f)
		w.memory.kept.Comfortable = true
		for _, name := range []string{present.Reports, present.Outages, present.Preview, present.Queue} {
			w.Show(name)
			win := w.showing(name)
			win.Resize(usualSize(win.key).AddWidthHeight(1, 1))
			for full, lines := range drawn(win) {
				if strings.HasSuffix(lines[1], "…") {
					t.Errorf("%s, %s: %q is cut off at the usual size", language, name, full)
				}
			}
			f.rows[7][5].Message = message.Foreign("the item “Ferry to the Outer Islands” also holds a file of scene 4711")
			win.Resize(win.Content().MinSize().Max(fyne.NewSize(smallestApart.Width, lowPage+80))) // a lower one has it in Explain
			rows, row := rowsOf(win)
			for i := range rows.Length() {
				rows.Select(i)
				for k, c := range row(i) {
					if _, long := newRowOf(rows).cells[k].(*twoLines); long && c.words != present.T("stays") && !labelled(win, c.words) {
						t.Errorf("%s, %s: %q is nowhere in full", language, name, c.words)
					}
				}
			}
		}
		w.CloseAll()
	}
}

func rowsOf(win *window) (*keyList, func(int) []cell) {
	switch p := win.page.(type) {
	case *reportsPage:
		return p.list.list, p.row
	case *outagesPage:
		return p.list.list, p.row
	case *previewPage:
		return p.fields.list, p.field
	case *historyPage:
		return p.list.list, p.row
	default:
		q := win.page.(*queuePage)
		return q.list.list, q.row
	}
}

func newRowOf(l *keyList) *row { return l.CreateItem().(*row) }

// labelled reports whether a label says these words, alone or among others.
func labelled(win fyne.Window, words string) bool {
	found := false
	everything(win, func(o fyne.CanvasObject) {
		words := strings.TrimLeft(words, "◆►✕✓ ")
		switch l := o.(type) {
		case *widget.Label:
			found = found || strings.Contains(l.Text, words)
		case *widget.RichText:
			found = found || strings.Contains(l.String(), words)
		}
	})
	return found
}

// What was hidden leaves no gap.
func TestABandThatGoesGivesItsRoomBack(t *testing.T) {
	w := newTest(t, newFake())
	_, p := open[*previewPage](t, w, present.Preview)
	at := func() float32 { return fyne.CurrentApp().Driver().AbsolutePositionForObject(p.search).Y }
	before := at()
	s := sampleSnapshot()
	s.Reconcile = &api.ReconcileState{Preview: true, Total: 9}
	w.update(s)
	if at() <= before {
		t.Error("the band has no room")
	}
	w.update(sampleSnapshot())
	if at() != before {
		t.Errorf("the search is at %.0f, was at %.0f", at(), before)
	}
}

// The foot about a chosen row takes room from the list while it shows, and no longer.
func TestAFootThatGoesGivesItsRoomBack(t *testing.T) {
	away := map[string]func(*window){
		present.Queue:   func(win *window) { tap(t, win, "Queued") },
		present.Reports: func(win *window) { choosePart(t, win.page.(*reportsPage), "No metadata yet", 3) },
		present.Preview: func(win *window) { win.page.(*previewPage).scenes.list.Select(3) },
		present.History: func(win *window) { win.page.(*historyPage).search.SetText("night") },
	}
	for name, leave := range away {
		t.Run(name, func(t *testing.T) {
			w := newTest(t, newFake())
			w.Show(name)
			win := w.showing(name)
			list, _ := rowsOf(win)
			before := list.Size().Height
			list.Select(0)
			if list.Size().Height >= before {
				t.Error("the foot has no room")
			}
			leave(win)
			if got := list.Size().Height; got != before {
				t.Errorf("the list is %.0f high, was %.0f", got, before)
			}
		})
	}
}

// A summary of many lines stays in its foot, and can be read there to its end.
func TestALongTextDoesNotPushTheListAway(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("The tide takes two hours to reach the wall. ", 200))
	f := newFake()
	f.history[0].Changes[0] = store.Change{Field: scene.FieldSummary, New: long}
	f.rows[8][0].Changes = []store.Change{{Field: scene.FieldSummary, Old: long, New: long}}
	w := newTest(t, f)
	for _, name := range []string{present.History, present.Preview} {
		w.Show(name)
		win := w.showing(name)
		list, _ := rowsOf(win)
		before, high := list.Size().Height, win.Content().MinSize().Height
		list.Select(0)
		if !labelled(win, long) {
			t.Errorf("%s: the text is nowhere", name)
		}
		if got := list.Size().Height; got >= before || got < before/2 {
			t.Errorf("%s: the list is %.0f high, was %.0f", name, got, before)
		}
		if got := win.Content().MinSize().Height; got > high+footHeight+20 {
			t.Errorf("%s: the window must be %.0f high, was %.0f", name, got, high)
		}
	}
}
