package windows

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/match"
)

// drawLibraries is the head of the libraries page: which of them, and how Plex names
// the folders of Stash.
func (p *form) drawLibraries() {
	o, _ := config.Lookup("plex-library")
	p.body.Add(p.field(present.T(o.Title), container.NewVBox(p.libraryChoice(), caption(present.T(o.Words)))))
	p.body.Add(widget.NewSeparator())
	p.body.Add(newMapping(p).content())
	p.body.Add(widget.NewSeparator())
}

// films is the only type of library that can be kept in step.
const films = "movie"

// libraryChoice is a check box per library once Plex was asked, and a text before.
func (p *form) libraryChoice() fyne.CanvasObject {
	o, _ := config.Lookup("plex-library")
	if len(p.libraries) == 0 {
		choose := newButton(present.T("Choose from Plex"), nil, p.askLibraries)
		wrong := p.wrongLabel(o)
		entry := p.input(o, func(text string) { p.edit(o, text, wrong) })
		return container.NewVBox(container.NewBorder(nil, nil, nil, container.NewVBox(choose), entry), wrong)
	}
	var shown, on []string
	entries := map[string]string{} // what the settings call what is shown
	for _, l := range p.libraries {
		name := libraryName(l, p.libraries)
		chosen := slices.Contains(p.draft.Libraries, name.entry) || slices.Contains(p.draft.Libraries, l.ID) || p.isKept(l)
		if l.Type != films && !chosen {
			continue
		}
		shown, entries[name.shown] = append(shown, name.shown), name.entry
		if chosen {
			on = append(on, name.shown)
		}
	}
	g := widget.NewCheckGroup(shown, nil)
	g.SetSelected(on)
	g.OnChanged = func(chosen []string) {
		var names []string
		for _, c := range chosen {
			names = append(names, cmp.Or(entries[c], c))
		}
		p.edit(o, o.Get(config.Settings{Libraries: names}), para())
	}
	return g
}

// isKept reports a library the stored settings mean although they call it otherwise, as
// long as the choice was not changed here.
func (p *form) isKept(l api.Library) bool {
	return slices.Equal(p.draft.Libraries, p.stored.Values.Libraries) && slices.ContainsFunc(p.stored.Libraries, func(k api.Library) bool { return k.ID == l.ID })
}

// named is a library for people and for the settings.
type named struct{ shown, entry string }

// libraryName is the title, except where that does not tell a library from another one.
func libraryName(l api.Library, all []api.Library) named {
	same := func(o api.Library) bool {
		return o.ID != l.ID && strings.EqualFold(strings.TrimSpace(o.Title), strings.TrimSpace(l.Title)) || o.ID == l.Title
	}
	if slices.ContainsFunc(all, same) {
		return named{strings.TrimSpace(l.Title) + " (" + l.ID + ")", l.ID}
	}
	return named{l.Title, l.Title}
}

func (p *form) askLibraries() {
	q := api.TestRequest{Server: "plex", URL: p.draft.PlexURL, Secret: p.token, Certificate: &p.draft.PlexCertificate}
	ask(p.w, func(ctx context.Context) (api.TestResult, error) { return p.w.api.TestConnection(ctx, q) }, func(r api.TestResult, err error) {
		if err == nil && !r.OK {
			err = errors.New(present.Tested(r).Words)
		}
		if err != nil {
			p.w.tell(p.win, err)
			return
		}
		p.libraries = r.Libraries
		p.redraw()
	})
}

// mapping edits the path rules and shows how well they fit.
type mapping struct {
	p        *form
	rules    []config.Rule
	rows     *fyne.Container
	wrong    *widget.Label
	coverage *widget.Label
	examples *widget.Label
	offers   *fyne.Container
	add      *keyButton

	asked int          // answers to older questions are ignored
	known *api.Mapping // how the rules as they are now fit; nil before that was asked
	then  func(api.Mapping, error)
}

func newMapping(p *form) *mapping {
	o, _ := config.Lookup("path-map")
	m := &mapping{p: p, rules: slices.Clone(p.draft.PathMap), rows: container.NewVBox(), wrong: p.wrongLabel(o), coverage: para(), examples: caption(""), offers: container.NewVBox()}
	if m.wrong.Text != "" {
		m.rules = slices.Clone(p.rules)
	}
	visible(m.coverage, false)
	visible(m.examples, false)
	if len(m.rules) == 0 {
		m.rules = []config.Rule{{}}
	}
	m.add = newButton(present.T("Add a rule"), theme.ContentAddIcon(), m.addRule)
	m.draw()
	return m
}

func (m *mapping) content() fyne.CanvasObject {
	try := newButton(present.T("Check the paths"), theme.SearchIcon(), m.try)
	hint := caption(present.T("How Plex names the folders of Stash. Leave this empty if both see the same paths."))
	return m.p.field(present.T("Path rules"), container.NewVBox(m.rows, m.wrong, container.NewHBox(m.add, try), m.coverage, m.offers, m.examples, hint))
}

func (m *mapping) addRule() {
	m.rules = append(m.rules, config.Rule{})
	m.draw()
	texts := textsIn(m.rows)
	m.p.win.Canvas().Focus(texts[len(texts)-2])
}

// remove takes a rule away. The focus must leave the button that goes with it.
func (m *mapping) remove(i int) {
	m.rules = slices.Delete(m.rules, i, i+1)
	m.draw()
	m.edited()
	m.p.win.Canvas().Focus(m.add)
}

func (m *mapping) draw() {
	m.rows.Objects = nil
	for i := range m.rules {
		from, to := newText(m.p.seen), newText(m.p.seen)
		from.SetPlaceHolder(present.T("%s in Stash", "/data/films"))
		to.SetPlaceHolder(present.T("%s in Plex", `D:\Films`))
		from.SetText(m.rules[i].Stash)
		to.SetText(m.rules[i].Plex)
		enter := func(string) { m.try() }
		from.OnSubmitted, to.OnSubmitted = enter, enter
		from.OnChanged = func(s string) { m.rules[i].Stash = s; m.edited() }
		to.OnChanged = func(s string) { m.rules[i].Plex = s; m.edited() }
		remove := newButton("", theme.DeleteIcon(), func() { m.remove(i) })
		m.rows.Add(container.NewBorder(nil, nil, nil, remove, container.NewGridWithColumns(2, from, to)))
	}
	m.rows.Refresh()
}

// edited takes the rules that are filled in on both sides into the draft.
func (m *mapping) edited() {
	o, _ := config.Lookup("path-map")
	var filled []config.Rule
	for _, r := range m.rules {
		if strings.TrimSpace(r.Stash+r.Plex) != "" {
			filled = append(filled, r)
		}
	}
	m.p.rules = slices.Clone(m.rules)
	m.asked++
	m.known, m.then = nil, nil
	visible(m.coverage, false) // it was about other rules
	visible(m.examples, false)
	m.p.edit(o, o.Get(config.Settings{PathMap: filled}), m.wrong) // its text knows how to quote, and its Set checks
}

// check tells done how the rules fit, asking only if that is not known yet.
func (m *mapping) check(done func(api.Mapping, error)) {
	if m.known != nil {
		done(*m.known, nil)
		return
	}
	m.then = done
	m.try()
}

// try shows how the rules fit.
func (m *mapping) try() {
	if len(m.p.wrong) > 0 {
		return
	}
	m.asked++
	mine := m.asked
	set(m.coverage, present.T("Looking for every scene's file in Plex…"), widget.LowImportance)
	visible(m.coverage, true)
	rules := m.p.draft.PathMap
	ask(m.p.w, func(ctx context.Context) (api.Mapping, error) { return m.p.w.api.Mapping(ctx, rules) }, func(c api.Mapping, err error) {
		if mine == m.asked {
			m.answered(c, err)
		}
	})
}

func (m *mapping) answered(c api.Mapping, err error) {
	if err == nil {
		m.known = &c
		m.fits(c)
	} else {
		visible(m.coverage, false)
		m.p.w.fail(m.p.win, err)
	}
	if then := m.then; then != nil {
		m.then = nil
		then(c, err)
	}
}

func (m *mapping) fits(c api.Mapping) {
	setLine(m.coverage, present.CoverageLine(c))
	m.offers.Objects = nil
	for i, r := range c.Suggestions {
		var evidence match.Suggestion
		if i < len(c.Evidence) {
			evidence = c.Evidence[i]
		}
		use := newButton(present.T("Use"), nil, func() {
			m.take(r)
			m.draw()
			m.edited()
			m.try()
			if m.p.refocus != nil {
				m.p.refocus()
			}
		})
		words := para()
		words.Text = present.Offer(r, evidence)
		m.offers.Add(container.NewBorder(nil, nil, container.NewVBox(use), nil, words))
	}
	m.offers.Refresh()
	words := present.CoverageAdvice(c)
	if len(c.Unmatched) > 0 {
		words += "\n" + present.T("Not found, for example:") + "\n" + strings.Join(c.Unmatched[:min(len(c.Unmatched), 5)], "\n")
	}
	words = strings.TrimSpace(words)
	set(m.examples, words, widget.LowImportance)
	visible(m.examples, words != "")
}

// take makes a suggested rule one of the rules. It takes the place of those for the same folder of
// Stash: two of them would disagree about every file.
func (m *mapping) take(r config.Rule) {
	m.rules = append(slices.DeleteFunc(m.rules, func(old config.Rule) bool {
		return match.Same(old.Stash, r.Stash) || old.Stash == "" && old.Plex == ""
	}), r)
}
