package windows

import (
	"testing"

	"fyne.io/fyne/v2/test"

	"lockstep/app/present"
)

// BenchmarkPageSwitch is a turn to the next page and its drawing, in software, once each page
// was seen.
func BenchmarkPageSwitch(b *testing.B) {
	w := New(test.NewTempApp(b), newFake(), Options{})
	w.spawn = func(fn func()) { fn() }
	w.update(sampleSnapshot())
	w.Show(present.Overview)
	win := w.open[present.Main]
	pages := present.Pages()
	for _, name := range pages {
		w.turnTo(name)
	}
	for i := 0; b.Loop(); i++ {
		w.turnTo(pages[i%len(pages)])
		win.Canvas().Capture()
	}
}
