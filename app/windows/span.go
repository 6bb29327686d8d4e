package windows

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"lockstep/app/present"
	"lockstep/sync/config"
)

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
	e, c := newText(p.seen), newChoice(present.UnitNames(number), p.seen)
	e.SetText(number)
	c.SetSelectedIndex(unit)
	tell := func(string) { edited(strings.TrimSpace(e.Text) + config.Units[c.SelectedIndex()].Letter) }
	e.OnChanged = func(number string) {
		at := c.SelectedIndex()
		c.Options = present.UnitNames(number)
		c.Selected = c.Options[at]
		c.Refresh()
		tell(number)
	}
	c.OnChanged, e.OnSubmitted = tell, p.submit
	return container.NewHBox(wide(90, e), wide(130, c))
}

// inUnits is config.InUnits of a span as it is written.
func inUnits(span string) (number string, unit int) {
	d, err := config.ParseSpan(span)
	if err != nil {
		return span, 0
	}
	return config.InUnits(d)
}
