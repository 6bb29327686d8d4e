package windows

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// A unit is singular beside a one, also while the number is typed.
func TestTheUnitOfASpanFollowsItsNumber(t *testing.T) {
	w := newTest(t, newFake())
	_, p := open[*settingsPage](t, w, "settings:"+string(config.Notifications))
	o, _ := config.Lookup("notify-delay")
	var last string
	box := p.span(o, func(text string) { last = text })
	var number *widget.Entry
	var unit *widget.Select
	walk(box, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widget.Entry:
			number = x
		case *widget.Select:
			unit = x
		}
	})
	for _, c := range []struct{ number, unit, span string }{{"5", "minutes", "5m"}, {"1", "minute", "1m"}, {"10", "minutes", "10m"}, {"1", "minute", "1m"}} {
		number.SetText(c.number)
		if unit.Selected != c.unit || last != c.span || !slices.Contains(unit.Options, c.unit) {
			t.Errorf("%s: %q of %q, stored as %s", c.number, unit.Selected, unit.Options, last)
		}
	}
}

func TestTheFootSaysThatLockstepIsPaused(t *testing.T) {
	f := newFake()
	w := newTest(t, f)
	w.Show(present.Overview)
	s := f.snapshots.Load()
	s.Paused, s.PausedTill = true, testNow
	w.update(s)
	if got := w.open[present.Main].strip.today.Text; got != present.Pause(s, w.moment())+" · "+present.Today(s.Today) {
		t.Errorf("the foot says %q", got)
	}
}
