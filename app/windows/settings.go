package windows

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// settingsPage edits a draft of the settings; nothing takes effect before Save.
type settingsPage struct {
	form

	search  *textInput
	groups  *keyList
	group   int
	scroll  *container.Scroll
	welcome *band
	state   *widget.Label
	saving  *keyButton
	revert  *keyButton
	first   bool
}

func newSettingsPage(w *Windows, win *window) page {
	p := &settingsPage{form: newForm(w, win), state: line()}
	p.redraw, p.changed = p.draw, p.buttons
	p.search = newSearch(present.T("Search settings"), func(string) { p.draw() })
	all := config.Groups()
	p.groups = newList(func() int { return len(all) }, func() fyne.CanvasObject { return line() },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			set(o.(*widget.Label), present.T(string(all[i])), widget.MediumImportance)
		})
	p.groups.OnSelected = p.choose
	p.welcome = newBand(widget.HighImportance, present.T("What is written?"), func() { p.groups.Select(slices.Index(all, config.FieldsGroup)) })
	p.saving = newButton(present.T("Save"), theme.ConfirmIcon(), p.store)
	p.saving.Importance = widget.HighImportance
	p.revert = newButton(present.T("Revert"), nil, p.load)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, 16), p.body)) // clear of the scroll bar
	p.seen = func(o fyne.CanvasObject) { reveal(p.scroll, o) }
	p.buttons()
	return p
}

func (p *settingsPage) content() fyne.CanvasObject {
	left := container.NewBorder(p.search, nil, nil, nil, p.groups)
	foot := container.NewVBox(widget.NewSeparator(), container.NewBorder(nil, nil, nil, container.NewHBox(p.fileMenu(), p.revert, p.saving), p.state))
	split := container.NewBorder(nil, nil, container.NewBorder(nil, nil, nil, widget.NewSeparator(), wide(230, left)), nil, container.NewPadded(p.scroll))
	return container.NewPadded(container.NewBorder(p.welcome.box, foot, nil, nil, split))
}

func (p *settingsPage) show(about string) {
	if !p.dirty() {
		p.load()
	}
	at := slices.IndexFunc(config.Groups(), func(g config.Group) bool { return strings.EqualFold(string(g), about) })
	p.groups.Select(max(at, 0))
}

func (p *settingsPage) searcher() fyne.Focusable { return p.search }

func (p *settingsPage) choose(i int) {
	p.group = i
	if p.search.Text != "" {
		p.search.SetText("") // draws
		return
	}
	p.draw()
}

func (p *settingsPage) buttons() {
	dirty := p.dirty()
	enabled(p.saving, dirty && len(p.wrong) == 0)
	enabled(p.revert, dirty)
	switch {
	case len(p.wrong) > 0:
		set(p.state, p.complaint(), widget.DangerImportance)
	case dirty:
		set(p.state, present.T("Not saved yet."), widget.WarningImportance)
	default:
		set(p.state, "", widget.MediumImportance)
	}
}

func (p *settingsPage) store() {
	p.save(func() {
		p.draw()
		set(p.state, present.T("Saved."), widget.SuccessImportance)
	})
}

func (p *settingsPage) update(s api.Snapshot) {
	p.first = s.Live && !s.Configured
	words := ""
	if p.first {
		words = present.T(present.Welcome)
	}
	p.welcome.say(words)
}

// draw fills the right side: the chosen group, or what the search finds.
func (p *settingsPage) draw() {
	p.body.Objects = nil
	if !p.loaded {
		p.body.Add(caption(present.T("Reading the settings…")))
		p.body.Refresh()
		return
	}
	if q := strings.TrimSpace(p.search.Text); q != "" {
		p.drawFound(q)
	} else {
		p.drawGroup(config.Groups()[p.group])
	}
	p.body.Refresh()
	p.scroll.ScrollToTop()
}

func (p *settingsPage) drawGroup(g config.Group) {
	p.body.Add(heading(present.T(string(g))))
	switch g {
	case config.Connections:
		p.drawConnections()
		return
	case config.Libraries:
		p.drawLibraries()
	}
	for _, o := range config.Options() {
		if o.Group == g && o.Name != "path-map" && o.Name != "plex-library" {
			p.body.Add(p.row(o))
		}
	}
}

func (p *settingsPage) drawFound(q string) {
	found := false
	for _, o := range config.Options() {
		if strings.Contains(strings.ToLower(strings.Join([]string{present.T(o.Title), present.T(o.Words), o.Title, o.Name, present.T(string(o.Group))}, " ")), strings.ToLower(q)) {
			found = true
			p.body.Add(p.row(o))
		}
	}
	if !found {
		p.body.Add(caption(present.T("No setting matches “%s”.", q)))
	}
}

func (p *settingsPage) about() string { return string(config.Groups()[p.group]) }
