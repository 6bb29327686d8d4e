package windows

import (
	"context"
	"net/url"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/fault"
)

// pollEvery is how often a sign-in is asked for, as the API advises.
const pollEvery = time.Second

// signIn finds a Plex server for people who do not know its address and token: through
// their account, or on the local network.
type signIn struct {
	p       *form
	words   *widget.Label
	servers *fyne.Container
	begin   *keyButton
	page    *fyne.Container // what can be done about the sign-in page while it is waited for
	again   *keyButton
	copied  *keyButton
	round   int // a newer sign-in or a page drawn anew ends the older one
}

func newSignIn(p *form) *signIn {
	s := &signIn{p: p, words: para(), servers: container.NewVBox()}
	visible(s.words, false)
	s.begin = newButton(present.T("Sign in with Plex…"), theme.LoginIcon(), s.start)
	s.again = newButton(present.T("Open the page again"), nil, nil)
	s.copied = newButton(present.T("Copy its address"), theme.ContentCopyIcon(), nil)
	s.page = container.NewHBox(s.again, s.copied)
	visible(s.page, false)
	return s
}

func (s *signIn) content() fyne.CanvasObject {
	search := newButton(present.T("Search this network"), theme.SearchIcon(), s.discover)
	return s.p.field(present.T("Find the server"), container.NewVBox(container.NewHBox(s.begin, search), s.words, s.page, s.servers))
}

func (s *signIn) say(l present.Line) {
	setLine(s.words, l)
	visible(s.words, true)
	visible(s.page, false)
}

func (s *signIn) offer(servers []api.PlexServer, label string, use func(api.PlexServer)) {
	s.servers.Objects = nil
	var first *keyButton
	for _, server := range servers {
		b := newButton(label, nil, func() { use(server) })
		enabled(&b.Button, server.URL != "")
		if first == nil && server.URL != "" {
			first = b
		}
		s.servers.Add(container.NewBorder(nil, nil, b, nil, text(present.Server(server))))
	}
	s.servers.Refresh()
	if first != nil {
		s.p.win.Canvas().Focus(first)
	}
}

// start opens the sign-in page in the browser and waits for the answer.
func (s *signIn) start() {
	w := s.p.w
	s.round++
	mine := s.round
	ask(w, w.api.StartSignIn, func(in api.SignIn, err error) {
		var u *url.URL
		if err == nil {
			u, err = url.Parse(in.URL)
		}
		if err != nil {
			w.fail(s.p.win, err)
			return
		}
		s.offer(nil, "", nil)
		s.wait(u)
		s.poll(mine, in)
	})
}

// wait opens the page. Where no browser can be opened, or not the one in which the person
// is signed in, the address goes there by hand.
func (s *signIn) wait(page *url.URL) {
	words := present.SignInWords(api.SignInState{State: api.SignInWaiting})
	if err := s.p.w.openURL(page); err != nil {
		words = present.NoBrowser()
	}
	s.say(words)
	s.again.OnTapped = func() { s.visit(page) }
	s.copied.OnTapped = func() { s.p.w.app.Clipboard().SetContent(page.String()) }
	visible(s.page, true)
}

func (s *signIn) poll(mine int, in api.SignIn) {
	w := s.p.w
	ask(w, func(ctx context.Context) (api.SignInState, error) {
		select {
		case <-ctx.Done():
		case <-time.After(w.pollEvery):
		}
		return w.api.PollSignIn(ctx, in.ID)
	}, func(st api.SignInState, err error) {
		switch {
		case mine != s.round || s.p.finder != s || !w.shows(s.p.win):
		case fault.Is(err, fault.Unauthorized):
			w.fail(s.p.win, err)
		case err != nil || st.State == api.SignInWaiting:
			if w.now().Before(in.Expires) {
				s.poll(mine, in)
				return
			}
			s.say(present.SignInWords(api.SignInState{State: api.SignInExpired}))
		default:
			s.say(present.SignInWords(st))
			s.offer(st.Servers, present.T("Use"), func(server api.PlexServer) { s.choose(in.ID, server) })
		}
	})
}

// visit opens the sign-in page once more: a browser that was closed, or never showed it,
// must not be the end.
func (s *signIn) visit(u *url.URL) {
	if err := s.p.w.openURL(u); err != nil {
		s.p.w.fail(s.p.win, err)
	}
}

// choose stores address and token of a server of the account. They go past the draft,
// because the token never leaves the engine.
func (s *signIn) choose(id string, server api.PlexServer) {
	w := s.p.w
	ask(w, func(ctx context.Context) (api.PlexServer, error) { return w.api.ChooseServer(ctx, id, server.Machine) }, func(_ api.PlexServer, err error) {
		if err != nil {
			w.fail(s.p.win, err)
			return
		}
		ask(w, w.api.Settings, func(stored api.Settings, err error) {
			if err != nil {
				w.fail(s.p.win, err)
				return
			}
			s.p.stored.Values.PlexURL, s.p.draft.PlexURL = stored.Values.PlexURL, stored.Values.PlexURL
			s.p.stored.HasToken, s.p.token = stored.HasToken, nil
			s.p.changed()
			s.p.redraw()
		})
	})
}

// discover looks around the local network. Only the address comes from there.
func (s *signIn) discover() {
	w := s.p.w
	s.round++
	s.say(present.Line{Words: present.T("Searching…"), Tone: present.Muted})
	ask(w, w.api.Discover, func(found []api.PlexServer, err error) {
		if err != nil {
			w.fail(s.p.win, err)
			return
		}
		s.say(present.Discovered(len(found)))
		s.offer(found, present.T("Use"), func(server api.PlexServer) {
			o, _ := config.Lookup("plex-url")
			s.p.edit(o, server.URL, para())
			s.p.redraw()
		})
	})
}
