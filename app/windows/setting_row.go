package windows

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/config"
	"lockstep/sync/message"
)

// labelWidth is the width of the names beside the inputs.
const labelWidth = 160

// row is one setting: its name, its input, and below what it does and what is wrong. One that is
// not as it is by default has a button that puts it back.
func (p *form) row(o config.Option) fyne.CanvasObject {
	wrong := p.wrongLabel(o)
	usual := o.Get(config.Defaults())
	reset := newButton(present.T("Reset"), nil, func() {
		p.edit(o, usual, wrong)
		p.applied(o, usual)
		p.redraw()
	})
	reset.Importance = widget.LowImportance
	differs := func() { visible(reset, usual != "" && o.Get(p.draft) != usual) }
	input := p.input(o, func(text string) {
		p.edit(o, text, wrong)
		differs()
		p.applied(o, text)
	})
	differs()
	hint := caption(present.SettingHint(o, p.stored.Overridden[o.Name]))
	if test := p.noticeTest(o); test != nil {
		input = container.NewHBox(input, test)
	}
	return p.field(present.T(o.Title), container.NewVBox(input, wrong, container.NewBorder(nil, nil, nil, reset, hint)))
}

// wrongLabel says what is wrong with a setting, if anything is.
func (p *form) wrongLabel(o config.Option) *widget.Label {
	l := para()
	l.Importance, l.Text = widget.DangerImportance, p.wrong[o.Name].words
	visible(l, l.Text != "")
	return l
}

// field puts a name beside an input, or above it where there is little room.
func (p *form) field(name string, input fyne.CanvasObject) fyne.CanvasObject {
	l := widget.NewLabel(name)
	l.Wrapping = fyne.TextWrapWord
	if p.narrow {
		l.TextStyle.Bold = true
		visible(l, name != "")
		return container.NewVBox(l, input)
	}
	return container.NewBorder(nil, nil, container.NewVBox(wide(labelWidth, l)), nil, input)
}

func (p *form) input(o config.Option, edited func(string)) fyne.CanvasObject {
	now := o.Get(p.draft)
	switch {
	case o.Bool:
		c := newCheck(present.T("On"), p.seen)
		c.SetChecked(now == "true")
		c.OnChanged = func(yes bool) { edited(map[bool]string{true: "true", false: "false"}[yes]) }
		return c
	case o.Choices != nil:
		s := p.choice(o, edited)
		return container.NewHBox(wide(choiceWidth(s.Options), s))
	case o.List != nil:
		return newNames(o.List(p.draft), present.T("Name to add"), p.seen, edited).box
	case isSpan(o):
		return p.span(o, edited)
	}
	if m, bad := p.wrong[o.Name]; bad {
		now = m.text // what is complained about, not what is stored
	}
	e := newText(p.seen)
	e.SetText(now)
	e.OnSubmitted = p.submit
	e.OnChanged = edited
	return e
}

// choice offers the values of a setting that has some.
func (p *form) choice(o config.Option, edited func(string)) *choiceInput {
	labels := make([]string, len(o.Choices))
	for i, c := range o.Choices {
		labels[i] = present.Choice(c)
	}
	s := newChoice(labels, p.seen)
	s.SetSelectedIndex(slices.Index(o.Choices, o.Get(p.draft)))
	s.OnChanged = func(string) { edited(o.Choices[s.SelectedIndex()]) }
	return s
}

// edit takes a changed text into the draft, or says what is wrong with it.
func (p *form) edit(o config.Option, text string, wrong *widget.Label) {
	err := o.Set(&p.draft, text)
	if err == nil {
		delete(p.wrong, o.Name)
		visible(wrong, false)
	} else {
		m := mistake{text, present.SaySentence(message.OfError(err))}
		p.wrong[o.Name] = m
		set(wrong, m.words, widget.DangerImportance)
		visible(wrong, true)
	}
	p.untested(o.Name)
	p.changed()
	if err == nil {
		p.askExamples()
	}
}
