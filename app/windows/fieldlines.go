package windows

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
)

// exampled is what of a page shows real scenes as the draft would have them.
type exampled struct {
	asking, again bool
	got           api.Examples
	scenes        *widget.Label
	fields        map[scene.Field]*tipLine
	filter        *fyne.Container
}

// beginExamples forgets the labels of a page that is drawn anew.
func (p *form) beginExamples() {
	p.shown.scenes, p.shown.fields, p.shown.filter = nil, map[scene.Field]*tipLine{}, nil
}

// askExamples asks for the examples of the draft as it is now. While an answer is awaited, only
// the last draft is asked about.
func (p *form) askExamples() {
	x := &p.shown
	if len(x.fields) == 0 && x.filter == nil {
		return
	}
	if x.asking {
		x.again = true
		return
	}
	x.asking, x.again = true, false
	draft := p.draft.Clone()
	ask(p.w, func(ctx context.Context) (api.Examples, error) { return p.w.api.Examples(ctx, draft) }, func(got api.Examples, err error) {
		x.asking = false
		if err == nil { // without servers there are no examples, which is no fault
			x.got = got
			p.showExamples()
		}
		if x.again {
			p.askExamples()
		}
	})
}

func (p *form) showExamples() {
	x := &p.shown
	if x.scenes != nil {
		set(x.scenes, present.ExampleScenes(x.got), widget.LowImportance)
		visible(x.scenes, x.scenes.Text != "")
	}
	for f, l := range x.fields {
		words := ""
		switch shown := present.ExampleBackgrounds(x.got, p.draft.Background); {
		case len(x.got.Scenes) == 0:
		case f != scene.FieldBackground:
			words = "→ " + present.ExampleValues(x.got, f)
		case shown != "":
			words = "→ " + shown
		}
		l.say(words, widget.LowImportance)
		visible(l, words != "")
	}
	if x.filter != nil {
		x.filter.Objects = nil
		for _, l := range present.FilterExamples(x.got) {
			x.filter.Add(marked(l))
		}
		x.filter.Refresh()
	}
}

// examplesOfFilter is where the page about scenes says what the filter does to some.
func (p *form) examplesOfFilter() fyne.CanvasObject {
	p.shown.filter = container.NewVBox()
	return p.shown.filter
}

// drawFields is a preset for all fields and, unless folded, a line for each.
func (p *form) drawFields(folded bool) {
	p.body.Add(p.presets())
	lines := container.NewVBox()
	p.shown.scenes = caption("")
	lines.Add(p.shown.scenes)
	for _, f := range config.Fields() {
		lines.Add(p.fieldLine(f))
	}
	if !folded {
		p.body.Add(widget.NewSeparator())
		p.body.Add(lines)
		return
	}
	lines.Hide()
	more := newButton(present.T("Choose for each field"), theme.MenuExpandIcon(), nil)
	more.OnTapped = func() {
		visible(lines, !lines.Visible())
		more.SetIcon(map[bool]fyne.Resource{true: theme.MenuDropDownIcon(), false: theme.MenuExpandIcon()}[lines.Visible()])
	}
	p.body.Add(container.NewHBox(more))
	p.body.Add(lines)
}

// presets is the choice of one for all fields. What it changes stands there before it is taken.
func (p *form) presets() fyne.CanvasObject {
	all := config.Presets()
	var titles []string
	for _, x := range all {
		titles = append(titles, present.T(x.Title))
	}
	now, known := config.PresetOf(p.draft)
	if !known {
		titles = append(titles, present.T("Your own choice"))
	}
	about, offer := caption(""), container.NewVBox()
	s := newChoice(titles, p.seen)
	at := len(all)
	if known {
		at = slices.IndexFunc(all, func(x config.Preset) bool { return x.Name == now.Name })
		set(about, present.T(now.Words), widget.LowImportance)
	}
	s.SetSelectedIndex(at)
	s.OnChanged = func(string) {
		offer.Objects = nil
		if i := s.SelectedIndex(); i < len(all) {
			set(about, present.T(all[i].Words), widget.LowImportance)
			p.offerPreset(offer, all[i])
		}
		visible(offer, len(offer.Objects) > 0)
		offer.Refresh()
	}
	visible(offer, false)
	return p.field(present.T("Preset"), container.NewVBox(container.NewHBox(s), about, offer))
}

func (p *form) offerPreset(offer *fyne.Container, x config.Preset) {
	changes := x.Changes(p.draft)
	if len(changes) == 0 {
		return
	}
	offer.Add(text(present.T("This changes:")))
	for _, c := range changes {
		l := para()
		l.Text = "• " + present.PresetChange(c)
		offer.Add(l)
	}
	use := newButton(present.T("Use this preset"), theme.ConfirmIcon(), func() {
		p.draft = x.Apply(p.draft)
		for _, c := range changes {
			delete(p.wrong, c.Option.Name)
		}
		p.redraw()
		p.changed()
	})
	use.Importance = widget.HighImportance
	offer.Add(container.NewHBox(use, newButton(present.T("Cancel"), nil, p.redraw)))
}

// fieldLine is one field: who wins, what it is made of, and examples of that.
func (p *form) fieldLine(f config.FieldInfo) fyne.CanvasObject {
	o, _ := config.Lookup("field-" + string(f.Field))
	wrong := p.wrongLabel(o)
	made := p.source(f)
	policy := p.input(o, func(text string) {
		p.edit(o, text, wrong)
		visible(made, p.draft.Policy(f.Field) != config.Off)
	})
	visible(made, p.draft.Policy(f.Field) != config.Off)
	right := container.NewVBox(policy, made, wrong)
	if !p.narrow {
		right = container.NewVBox(container.NewBorder(nil, nil, container.NewVBox(policy), nil, made), wrong)
	}
	if by := p.stored.Overridden[o.Name]; by != "" {
		right.Add(caption(present.SettingHint(config.Option{}, by)))
	}
	return p.field(present.T(f.Title), right)
}

// source is what a field is made of, with examples below; a field whose source cannot be chosen
// has its words there.
func (p *form) source(f config.FieldInfo) fyne.CanvasObject {
	o, ok := config.Lookup("field-" + string(f.Field) + "-source")
	if !ok {
		return caption(present.T(f.Words))
	}
	wrong, example := p.wrongLabel(o), newTipLine()
	example.SizeName = theme.SizeNameCaptionText
	p.shown.fields[f.Field] = example
	if o.Choices != nil {
		s := p.choice(o, func(text string) { p.edit(o, text, wrong) })
		return container.NewVBox(container.NewHBox(s), wrong, example)
	}
	s := &sourceInput{p: p, o: o, field: f.Field, wrong: wrong, rows: container.NewVBox(), list: f.Field.Kind() == scene.List, texts: slices.Clone(p.draft.Source(f.Field))}
	if m, bad := p.wrong[o.Name]; bad {
		if s.texts = []string{m.text}; s.list {
			s.texts = config.SplitList(m.text)
		}
	}
	if len(s.texts) == 0 {
		s.texts = []string{""}
	}
	s.draw()
	return container.NewVBox(s.rows, wrong, example)
}

// sourceInput edits the templates of a field, one a line.
type sourceInput struct {
	p     *form
	o     config.Option
	field scene.Field
	wrong *widget.Label
	rows  *fyne.Container
	texts []string
	list  bool
}

func (s *sourceInput) draw() {
	s.rows.Objects = nil
	for i, words := range s.texts {
		e := newText(s.p.seen)
		e.SetText(words)
		e.OnSubmitted = s.p.submit
		e.OnChanged = func(v string) { s.texts[i] = v; s.tell() }
		buttons := container.NewHBox(s.insert(e))
		if s.list && len(s.texts) > 1 {
			buttons.Add(newButton("", theme.DeleteIcon(), func() { s.texts = slices.Delete(s.texts, i, i+1); s.draw(); s.tell() }))
		}
		if s.list && i == len(s.texts)-1 {
			buttons.Add(s.another())
		}
		s.rows.Add(container.NewBorder(nil, nil, nil, buttons, e))
	}
	s.rows.Refresh()
}

// another is a button that adds a source: an empty one, or one of those that are ready.
func (s *sourceInput) another() fyne.CanvasObject {
	ready := present.ReadySources(s.field)
	if len(ready) == 0 {
		return newButton("", theme.ContentAddIcon(), func() { s.add("") })
	}
	var items []*fyne.MenuItem
	for _, x := range ready {
		items = append(items, fyne.NewMenuItem(x.Name, func() { s.add(x.Text) }))
	}
	items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(present.T("A text of your own"), func() { s.add("") }))
	return drop(present.T("Add…"), items...)
}

// add takes a source into the list, once; an empty line is filled first.
func (s *sourceInput) add(text string) {
	if text != "" {
		if slices.Contains(s.texts, text) {
			return
		}
		s.texts = slices.DeleteFunc(s.texts, func(t string) bool { return t == "" })
	}
	s.texts = append(s.texts, text)
	s.draw()
	if text != "" {
		s.tell()
	}
}

// insert is a button that puts a placeholder where the cursor of a text is.
func (s *sourceInput) insert(e *textInput) fyne.CanvasObject {
	var items []*fyne.MenuItem
	for _, x := range present.Insertions() {
		items = append(items, fyne.NewMenuItem(x.Name, func() {
			runes := []rune(e.Text)
			at := min(e.CursorColumn, len(runes))
			e.CursorColumn = at + len([]rune(x.Text))
			e.SetText(string(runes[:at]) + x.Text + string(runes[at:]))
		}))
	}
	return drop("{ }", items...)
}

func (s *sourceInput) tell() {
	text := strings.Join(s.texts, "")
	if s.list {
		text = config.JoinList(s.texts)
	}
	s.p.edit(s.o, text, s.wrong)
}
