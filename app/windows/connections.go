package windows

import (
	"context"

	"fyne.io/fyne/v2"
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
		p.untested(option)
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
		p.untested(option)
		p.changed()
	})
	visible(remove, stored)
	p.body.Add(p.field(secretName, container.NewBorder(nil, nil, nil, remove, entry)))
	own, _ := config.Lookup(server + "-certificate")
	p.body.Add(p.row(own))
	p.body.Add(p.field("", p.tester(func() api.TestRequest {
		certificate := own.Get(p.draft)
		return api.TestRequest{Server: server, URL: o.Get(p.draft), Secret: *secret, Certificate: &certificate}
	}, o.Name, own.Name)))
}

// testAnswer is what a Test button brought. It belongs to the address, the secret and the
// certificate that were tested: another one takes it away.
type testAnswer struct {
	words  *widget.Label
	button *keyButton
	asked  int // answers to older questions are ignored
}

// tester makes a Test button for the server that some options are about.
func (p *form) tester(question func() api.TestRequest, options ...string) fyne.CanvasObject {
	t := &testAnswer{words: para()}
	t.button = newButton(present.T("Test"), theme.MediaPlayIcon(), func() { p.test(question(), t) })
	for _, o := range options {
		p.tests[o] = t
	}
	visible(t.words, false)
	return container.NewVBox(container.NewHBox(t.button), t.words)
}

// untested forgets the answer about a server when a setting it was about is another now.
func (p *form) untested(option string) {
	t, ok := p.tests[option]
	if !ok {
		return
	}
	t.asked++
	t.button.Enable()
	visible(t.words, false)
}

func (p *form) test(q api.TestRequest, t *testAnswer) {
	t.asked++
	mine := t.asked
	t.button.Disable()
	set(t.words, present.T("Testing…"), widget.LowImportance)
	visible(t.words, true)
	ask(p.w, func(ctx context.Context) (api.TestResult, error) { return p.w.api.TestConnection(ctx, q) }, func(r api.TestResult, err error) {
		if mine != t.asked {
			return
		}
		t.button.Enable()
		if err != nil {
			visible(t.words, false)
			p.w.fail(p.win, err)
			return
		}
		setLine(t.words, present.Tested(r))
		if q.Server == "plex" && r.OK {
			p.libraries = r.Libraries
		}
	})
}
