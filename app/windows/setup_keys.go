package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"lockstep/app/present"
)

// keys moves between the steps without a pointer.
func (p *setUpPage) keys() {
	for key, b := range map[fyne.KeyName]*keyButton{fyne.KeyLeft: p.back, fyne.KeyRight: p.next} {
		p.win.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierAlt}, func(fyne.Shortcut) { press(b) })
	}
}

// focus puts the cursor on what is to be done next: the first thing that is missing, or
// Next. Tab goes from there to the first input of the step.
func (p *setUpPage) focus() {
	var first fyne.Focusable = p.next
	texts := textsIn(p.body)
	switch {
	case p.step > present.StepPlex || len(texts) < 2:
	case p.step == present.StepPlex && texts[0].Text == "":
		first = p.finder.begin
	case texts[0].Text == "":
		first = texts[0]
	case !p.hasSecret():
		first = texts[1]
	}
	p.win.Canvas().Focus(first)
}

// hasSecret reports whether the server of the step has its key or token, stored or typed.
func (p *setUpPage) hasSecret() bool {
	if p.step == present.StepStash {
		return p.stored.HasAPIKey || p.apiKey != nil
	}
	return p.stored.HasToken || p.token != nil
}

// textsIn lists the text inputs below an object, in order.
func textsIn(o fyne.CanvasObject) []*textInput {
	var out []*textInput
	switch x := o.(type) {
	case *textInput:
		out = append(out, x)
	case *fyne.Container:
		for _, o := range x.Objects {
			out = append(out, textsIn(o)...)
		}
	}
	return out
}
