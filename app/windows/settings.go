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
	fold    *folding
	page    *choiceInput // the groups where there is no room for a list
	welcome *band
	state   *widget.Label
	saving  *keyButton
	revert  *keyButton
	undo    *keyButton // of the setting that applied when it was changed
	undoes  func()
	first   bool
}

func newSettingsPage(w *Windows, win *window) page {
	p := &settingsPage{form: newForm(w, win), state: line()}
	p.redraw, p.changed = p.drawHere, p.buttons
	p.tell = func(words string) { set(p.state, words, widget.SuccessImportance) }
	p.search = newSearch(present.T("Search settings"), func(string) { p.draw() })
	all := config.Groups()
	p.groups = newList(func() int { return len(all) }, func() fyne.CanvasObject { return line() },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			set(o.(*widget.Label), present.T(string(all[i])), widget.MediumImportance)
		})
	p.groups.OnSelected = p.choose
	p.welcome = newBand(widget.HighImportance, present.T("Open the set-up"), func() { w.Show(present.SetUp) })
	p.saving = newButton(present.T("Save"), theme.ConfirmIcon(), p.store)
	p.saving.Importance = widget.HighImportance
	p.revert = newButton(present.T("Revert"), nil, p.load)
	p.undo = newButton(present.T("Undo"), nil, func() { p.undoes() })
	p.instantly = p.apply
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, 0, 0, 16), p.body)) // clear of the scroll bar
	var names []string
	for _, g := range all {
		names = append(names, present.T(string(g)))
	}
	p.page = newChoice(names, nil)
	p.page.OnChanged = func(string) { p.groups.Select(p.page.SelectedIndex()) }
	p.seen = func(o fyne.CanvasObject) { reveal(p.scroll, o) }
	p.buttons()
	return p
}

func (p *settingsPage) content() fyne.CanvasObject {
	foot := container.NewVBox(widget.NewSeparator(), container.NewBorder(nil, nil, nil, container.NewHBox(p.fileMenu(), p.revert, p.saving), container.NewBorder(nil, nil, nil, p.undo, p.state)))
	p.fold = newFolding(func(narrow bool) fyne.CanvasObject {
		if p.narrow != narrow {
			p.narrow = narrow
			p.draw()
		}
		if narrow {
			head := container.NewGridWithColumns(2, p.page, p.search)
			return container.New(edges, container.NewBorder(container.NewVBox(p.welcome.box, head), foot, nil, nil, p.scroll))
		}
		left := container.NewBorder(p.search, nil, nil, nil, p.groups)
		split := container.NewBorder(nil, nil, container.NewBorder(nil, nil, nil, widget.NewSeparator(), wide(230, left)), nil, container.NewPadded(p.scroll))
		return container.NewPadded(container.NewBorder(p.welcome.box, foot, nil, nil, split))
	})
	return p.fold.box
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
	if p.page.SelectedIndex() != i {
		p.page.SetSelectedIndex(i)
	}
	if p.search.Text != "" {
		p.search.SetText("") // draws
		return
	}
	p.draw()
}

func (p *settingsPage) buttons() {
	visible(p.undo, false)
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
		p.tell(present.T("Saved."))
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
	p.drawHere()
	p.scroll.ScrollToTop()
}

// drawHere is draw without moving to the top.
func (p *settingsPage) drawHere() {
	p.body.Objects = nil
	p.beginExamples()
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
	p.askExamples()
}

func (p *settingsPage) drawGroup(g config.Group) {
	p.body.Add(heading(present.T(string(g))))
	switch g {
	case config.Connections:
		p.drawConnections()
		return
	case config.Libraries:
		p.drawLibraries()
	case config.Scenes:
		p.body.Add(p.examplesOfFilter())
	case config.FieldsGroup:
		p.drawFields(false)
	}
	for _, o := range config.Options() {
		if _, ofField := fieldOf(o); o.Group == g && o.Name != "path-map" && o.Name != "plex-library" && !ofField {
			p.body.Add(p.row(o))
		}
	}
}

// fieldOf is the field that a setting is the policy or the source of.
func fieldOf(o config.Option) (config.FieldInfo, bool) {
	for _, f := range config.Fields() {
		if name := "field-" + string(f.Field); o.Name == name || o.Name == name+"-source" {
			return f, true
		}
	}
	return config.FieldInfo{}, false
}

func (p *settingsPage) drawFound(q string) {
	found := false
	drawn := map[string]bool{}
	for _, o := range config.Options() {
		if !strings.Contains(strings.ToLower(strings.Join([]string{present.T(o.Title), present.T(o.Words), o.Title, o.Name, present.T(string(o.Group))}, " ")), strings.ToLower(q)) {
			continue
		}
		found = true
		switch f, ofField := fieldOf(o); {
		case ofField && !drawn[string(f.Field)]:
			drawn[string(f.Field)] = true
			p.body.Add(p.fieldLine(f))
		case ofField:
		case o.Name == "path-map":
			p.body.Add(newMapping(&p.form).content())
		default:
			p.body.Add(p.row(o))
		}
	}
	if !found {
		p.body.Add(caption(present.T("No setting matches “%s”.", q)))
	}
}

func (p *settingsPage) about() string { return string(config.Groups()[p.group]) }
