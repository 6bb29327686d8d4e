package windows

import (
	"context"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
)

// drawConnections is the first page: both servers with their secrets and a Test each.
func (p *form) drawConnections() {
	p.server("stash-url", "stash", present.T("API key"), p.stored.HasAPIKey, &p.apiKey)
	p.body.Add(widget.NewSeparator())
	p.finder = newSignIn(p)
	p.body.Add(p.finder.content())
	p.server("plex-url", "plex", present.T("Token"), p.stored.HasToken, &p.token)
	p.body.Add(widget.NewSeparator())
	p.body.Add(caption(present.SecretPlace(p.stored.SecretsIn)))
}

func (p *form) server(option, server, secretName string, stored bool, secret **string) {
	o, _ := config.Lookup(option)
	p.body.Add(p.row(o))
	entry := newPassword(p.seen)
	entry.OnSubmitted = p.submit
	entry.SetPlaceHolder(present.SecretHint(stored))
	if *secret != nil {
		entry.SetText(**secret)
	}
	entry.OnChanged = func(text string) {
		*secret = &text
		if text == "" && stored {
			*secret = nil // an emptied field keeps what is stored; Remove takes it away
		}
		p.changed()
	}
	remove := newButton(present.T("Remove"), nil, func() {
		none := ""
		*secret = &none
		entry.SetPlaceHolder(present.T(present.SecretRemoved))
		p.changed()
	})
	visible(remove, stored)
	p.body.Add(field(secretName, container.NewBorder(nil, nil, nil, remove, entry)))
	own, _ := config.Lookup(server + "-certificate")
	p.body.Add(p.row(own))
	answer := para()
	visible(answer, false)
	var test *keyButton
	test = newButton(present.T("Test"), theme.MediaPlayIcon(), func() {
		test.Disable()
		certificate := own.Get(p.draft)
		p.test(api.TestRequest{Server: server, URL: o.Get(p.draft), Secret: *secret, Certificate: &certificate}, answer, test)
	})
	p.body.Add(field("", container.NewVBox(container.NewHBox(test), answer)))
}

func (p *form) test(q api.TestRequest, answer *widget.Label, button *keyButton) {
	set(answer, present.T("Testing…"), widget.LowImportance)
	visible(answer, true)
	ask(p.w, func(ctx context.Context) (api.TestResult, error) { return p.w.api.TestConnection(ctx, q) }, func(r api.TestResult, err error) {
		button.Enable()
		if err != nil {
			visible(answer, false)
			p.w.fail(p.win, err)
			return
		}
		setLine(answer, present.Tested(r))
		if q.Server == "plex" && r.OK {
			p.libraries = r.Libraries
		}
	})
}
