package windows

import (
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// instant reports whether a setting applies when it is changed: what is seen at once, or
// concerns notifications alone, and is either chosen or switched. Nothing of it can be half
// typed. A change of the language makes the window anew, where nothing could be undone in place.
func instant(o config.Option) bool {
	switch o.Name {
	case "language":
		return false
	case "pictures":
		return true
	}
	return o.Group == config.Desktop && (o.Bool || o.Choices != nil) || o.Group == config.Notifications && o.Bool
}

// applied stores a setting that applies when it is changed.
func (p *form) applied(o config.Option, text string) {
	if p.instantly != nil && instant(o) {
		p.instantly(o, text)
	}
}

// apply stores one setting, leaving whatever else is changed to be saved, and offers to undo it
// in place.
func (p *settingsPage) apply(o config.Option, text string) {
	before := o.Get(p.stored.Values)
	if before == text {
		return
	}
	p.put(o, text, func() {
		p.tell(present.T("%s saved.", present.T(o.Title)))
		p.undoes = func() {
			p.put(o, before, func() {
				_ = o.Set(&p.draft, before) // what was stored is valid
				p.drawHere()
				p.tell(present.T("%s is as it was before.", present.T(o.Title)))
			})
		}
		visible(p.undo, true)
	})
}

// put stores one setting beside what is stored.
func (p *settingsPage) put(o config.Option, text string, then func()) {
	change := api.SettingsChange{Values: p.stored.Values.Clone()}
	if err := o.Set(&change.Values, text); err != nil {
		p.w.fail(p.win, err)
		return
	}
	p.storing(change, func(s api.Settings) {
		p.stored = s
		p.buttons()
		then()
	})
}
