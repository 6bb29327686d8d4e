package windows

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"

	"lockstep/app/present"
)

// With everything twice as large, lists still show several rows with one of them chosen, on a
// screen of 1280 by 800 and on one of 1024 by 600, in both languages.
func TestListsStayUsableWithEverythingTwiceAsLarge(t *testing.T) {
	for screen, want := range map[fyne.Size]int{fyne.NewSize(640, 400): 5, fyne.NewSize(512, 300): 3} {
		for _, code := range []string{"en", "de"} {
			t.Run(fmt.Sprintf("%.0f %s", screen.Width, code), func(t *testing.T) {
				present.SetLanguage(code)
				t.Cleanup(func() { present.SetLanguage("en") })
				w := newTest(t, newFake())
				w.opt.Screen.Room = func() fyne.Size { return screen }
				for _, name := range []string{present.Queue, present.Reports, present.History, present.Outages} {
					w.Show(name)
					win := w.showing(name)
					list, _ := rowsOf(win)
					list.Select(1)
					win.Content().Refresh()
					least := win.Content().MinSize()
					if room := screen.Subtract(windowFrame); least.Width > room.Width || least.Height > room.Height {
						t.Errorf("%s needs %v of %v", name, least, room)
					}
					if got := int(list.Size().Height / list.CreateItem().MinSize().Height); got < want {
						t.Errorf("%s shows %d rows, want %d", name, got, want)
					}
				}
			})
		}
	}
}

// What a low window leaves out can be had from its menus.
func TestALowWindowHasItsButtonsInMenus(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	w.opt.Screen.Room = func() fyne.Size { return fyne.NewSize(512, 300) }
	win, p := open[*queuePage](t, w, present.Queue)
	if w.open[present.Main].strip.box.Visible() && w.open[present.Main].strip.box.Size().Height > 0 && canTap(win, "Sync now") {
		t.Error("the strip takes room")
	}
	own := win.MainMenu().Items[0].Items
	own[0].Action()
	own[1].ChildMenu.Items[3].Action()
	wantCalled(t, f, "sync []|resume")
	p.list.list.Select(6)
	items := p.actions([]int{6})
	if last := items[len(items)-1]; last.Label != "Discard…" {
		t.Errorf("the menu ends with %q", last.Label)
	} else {
		last.Action()
	}
	wantShown(t, win, "Discard this change?")
}

// The reason one came for is in sight, however many states stand before it.
func TestTheFilterThatIsChosenIsInSight(t *testing.T) {
	w := newTest(t, newFake())
	win, p := open[*queuePage](t, w, present.Queue+":no-metadata")
	win.Resize(fyne.NewSize(700, 500))
	w.Show(present.Queue + ":no-metadata")
	b := p.filters.box.Objects[p.filters.chosen]
	d := fyne.CurrentApp().Driver()
	if right, edge := d.AbsolutePositionForObject(b).X+b.Size().Width, d.AbsolutePositionForObject(p.search).X; right > edge+1 {
		t.Errorf("the chosen filter ends at %.0f, beyond %.0f", right, edge)
	}
}
