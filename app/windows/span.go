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
	letter string
	of     time.Duration
}{{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}}

// unitNames are what people call them beside a number.
func unitNames(number string) []string {
	if strings.TrimSpace(number) == "1" {
		return []string{present.T("second"), present.T("minute"), present.T("hour"), present.T("day")}
	}
	return []string{present.T("seconds"), present.T("minutes"), present.T("hours"), present.T("days")}
}

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
	e, c := newText(p.seen), newChoice(unitNames(number), p.seen)
	e.SetText(number)
	c.SetSelectedIndex(unit)
	tell := func(string) { edited(strings.TrimSpace(e.Text) + units[c.SelectedIndex()].letter) }
	e.OnChanged = func(number string) {
		at := c.SelectedIndex()
		c.Options = unitNames(number)
		c.Selected = c.Options[at]
		c.Refresh()
		tell(number)
	}
	c.OnChanged, e.OnSubmitted = tell, p.submit
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
