package windows

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"lockstep/app/present"
	"lockstep/sync/config"
)

// units are those a span of time is chosen in, the smallest first.
var units = []struct {
	name, letter string
	of           time.Duration
}{{"seconds", "s", time.Second}, {"minutes", "m", time.Minute}, {"hours", "h", time.Hour}, {"days", "d", 24 * time.Hour}}

// isSpan reports whether a setting is a span of time.
func isSpan(o config.Option) bool {
	lo, _, ok := strings.Cut(o.Range, " to ")
	_, err := config.ParseSpan(lo)
	return ok && err == nil
}

// span is a number with its unit.
func (p *form) span(o config.Option, edited func(string)) fyne.CanvasObject {
	number, unit := inUnits(o.Get(p.draft))
	if m, bad := p.wrong[o.Name]; bad {
		number, unit = strings.TrimRight(m.text, "smhd"), max(0, unit)
	}
	var names []string
	for _, u := range units {
		names = append(names, present.T(u.name))
	}
	e, c := newText(p.seen), newChoice(names, p.seen)
	e.SetText(number)
	c.SetSelectedIndex(unit)
	tell := func(string) { edited(strings.TrimSpace(e.Text) + units[c.SelectedIndex()].letter) }
	e.OnChanged, c.OnChanged, e.OnSubmitted = tell, tell, p.submit
	return container.NewHBox(wide(90, e), wide(130, c))
}

// inUnits is a span as a number of the largest unit that gives a whole one.
func inUnits(span string) (number string, unit int) {
	d, err := config.ParseSpan(span)
	if err != nil {
		return span, 0
	}
	for i := len(units) - 1; i > 0 && d > 0; i-- {
		if d%units[i].of == 0 {
			return strconv.FormatInt(int64(d/units[i].of), 10), i
		}
	}
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64), 0
}
