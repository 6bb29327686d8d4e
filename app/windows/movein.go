package windows

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// moveIn offers to take over what Stash2Plex left behind. It shows itself only where Stash knows the plugin or
// has settings of it.
type moveIn struct {
	p      *setUpPage
	box    *fyne.Container
	folder string
	found  *api.Import // what Stash says of the plugin; nil before
	done   *api.Import // what was taken over; nil before
}

func newMoveIn(p *setUpPage) *moveIn { return &moveIn{p: p, box: container.NewVBox()} }

// load asks Stash about the plugin.
func (m *moveIn) load() {
	ask(m.p.w, func(ctx context.Context) (api.Import, error) {
		return m.p.w.api.Import(ctx, api.ImportRequest{Preview: true})
	}, func(r api.Import, err error) {
		there := r.Plugin == api.PluginOn || r.Plugin == api.PluginOff || len(r.Settings) > 0
		if err != nil || !there {
			return // nobody asked for it
		}
		m.found = &r
		m.draw()
	})
}

// content is the offer, or what came of it.
func (m *moveIn) content() fyne.CanvasObject {
	m.draw()
	return m.box
}

func (m *moveIn) draw() {
	m.box.Objects = nil
	switch {
	case m.done != nil:
		for _, words := range present.Import(*m.done, false, present.Moment{Now: time.Now()}) {
			m.box.Add(marked(present.Line{Words: words}))
		}
		m.box.Add(widget.NewSeparator())
	case m.found != nil:
		m.offer()
	}
	m.box.Refresh()
}

func (m *moveIn) offer() {
	m.box.Add(marked(present.Line{Words: present.T("Stash2Plex was used here. Lockstep can import its settings, and from its data folder its outages and its list of scenes. Nothing is changed there.")}))
	if words := present.TwoWriters(m.found.Plugin); words != "" {
		m.box.Add(marked(present.Line{Words: words, Tone: present.Warn}))
	}
	folder := newText(m.p.seen)
	folder.SetText(m.folder)
	folder.SetPlaceHolder(present.T("Optional, for example /root/.stash/plugins/Stash2Plex/data"))
	folder.OnChanged = func(v string) { m.folder = v }
	m.box.Add(m.p.field(present.T("Its data folder"), folder))
	m.box.Add(container.NewHBox(newButton(present.T("Import"), nil, m.take)))
	m.box.Add(widget.NewSeparator())
}

// take takes everything over and goes on with the settings that result.
func (m *moveIn) take() {
	q := api.ImportRequest{Folder: unquoted(strings.TrimSpace(m.folder))}
	ask(m.p.w, func(ctx context.Context) (api.Import, error) { return m.p.w.api.Import(ctx, q) }, func(r api.Import, err error) {
		if err != nil {
			m.p.w.fail(m.p.win, err)
			return
		}
		m.done = &r
		m.p.load()
	})
}
