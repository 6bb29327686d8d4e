package windows

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// What has no room is not drawn: a label that is too narrow even for its dots draws all its words,
// over what stands beside it.
func TestWordsInARowStayInTheirRow(t *testing.T) {
	newTest(t, newFake())
	a, b := newTipLine(), newTipLine()
	a.Text, b.Text = "The file lies outside the chosen Plex libraries", "Check the path rules, or choose its library in the settings"
	row := container.New(inARow{}, a, b)
	for width := float32(1200); width >= 20; width -= 7 {
		row.Resize(fyne.NewSize(width, 30))
		for _, l := range []*tipLine{a, b} {
			if right := l.Position().X + l.Size().Width; l.Visible() && (right > width+0.1 || l.Size().Width < min(l.natural(), leastLine())) {
				t.Fatalf("in %.0f: %q from %.0f to %.0f", width, l.Text[:9], l.Position().X, right)
			}
		}
		if width > 100 && !a.Visible() {
			t.Fatalf("in %.0f nothing is shown", width)
		}
	}
	row.Resize(fyne.NewSize(1200, 30))
	if !a.Visible() || !b.Visible() || strings.Contains(a.Text+b.Text, "…") {
		t.Error("with room again something is missing")
	}
}
