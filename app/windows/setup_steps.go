package windows

import (
	"strings"

	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// list draws the list of steps.
func (p *setUpPage) list() {
	p.steps.Objects = nil
	for i, s := range present.SetUpSteps() {
		l := text("      " + s.Name)
		l.Importance = widget.LowImportance
		switch {
		case i < p.step:
			l.Text, l.Importance = "✓  "+s.Name, widget.SuccessImportance
		case i == p.step:
			l.Text, l.Importance, l.TextStyle.Bold = "►  "+s.Name, widget.HighImportance, true
		}
		p.steps.Add(l)
	}
	p.steps.Refresh()
}

// fill adds the inputs of the step.
func (p *setUpPage) fill() {
	switch p.step {
	case present.StepStash:
		p.server("stash-url", "stash", present.T("API key"), p.stored.HasAPIKey, &p.apiKey)
		p.consent()
	case present.StepPlex:
		p.body.Add(p.movein.content())
		p.finder = newSignIn(&p.form)
		p.body.Add(p.finder.content())
		p.server("plex-url", "plex", present.T("Token"), p.stored.HasToken, &p.token)
		p.consent()
	case present.StepLibraries:
		o, _ := config.Lookup("plex-library")
		p.body.Add(p.field(present.T(o.Title), p.libraryChoice()))
	case present.StepPaths:
		p.paths = newMapping(&p.form)
		p.body.Add(p.paths.content())
		p.paths.try()
	case present.StepFields:
		p.drawFields(true)
	case present.StepPreview:
		p.body.Add(p.preview.content())
	case present.StepStart:
		p.fillStart()
	}
}

// consent asks whether secrets may be kept in a file where there is no keyring.
func (p *setUpPage) consent() {
	p.body.Add(widget.NewSeparator())
	if p.stored.SecretsIn == api.InMemory || p.draft.SecretInFile {
		o, _ := config.Lookup("secret-in-file")
		p.body.Add(p.row(o))
	}
	p.body.Add(caption(present.SetUpSecrets(p.stored.SecretsIn)))
}

func (p *setUpPage) fillStart() {
	chosen := para()
	chosen.Text = strings.Join(present.Chosen(p.draft), "\n")
	p.body.Add(chosen)
	for _, l := range p.preview.lines {
		if l.Tone != present.Muted { // that nothing has been written stands below
			p.body.Add(marked(l))
		}
	}
	if p.snap.Paused {
		p.body.Add(marked(present.Line{Words: present.T("Lockstep is paused. It starts when you resume it."), Tone: present.Warn}))
	}
	p.body.Add(widget.NewSeparator())
	o, _ := config.Lookup("autostart")
	p.body.Add(p.row(o))
}
