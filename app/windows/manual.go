package windows

import (
	"path"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"lockstep/docs"
	"lockstep/sync/api"
)

// manualPage shows the documentation. It is in English, whatever the windows speak.
type manualPage struct {
	w     *Windows
	pages []docs.Page
	list  *keyList
	text  *widget.RichText
	body  *keyScroll
}

func newManualPage(w *Windows, _ *window) page {
	p := &manualPage{w: w, pages: docs.Pages(), text: widget.NewRichText()}
	p.text.Wrapping = fyne.TextWrapWord
	p.body = newScroll(p.text)
	p.list = newList(func() int { return len(p.pages) }, func() fyne.CanvasObject { return line() },
		func(i widget.ListItemID, o fyne.CanvasObject) {
			set(o.(*widget.Label), p.pages[i].Title, widget.MediumImportance)
		})
	p.list.HideSeparators = true
	p.list.OnSelected = p.turn
	return p
}

func (p *manualPage) content() fyne.CanvasObject {
	left := container.NewBorder(nil, nil, nil, widget.NewSeparator(), wide(230, p.list))
	return container.NewPadded(container.NewBorder(nil, nil, left, nil, p.body))
}

// show turns to the page with that name, else to the first.
func (p *manualPage) show(name string) {
	for i, page := range p.pages {
		if page.Name == name {
			p.list.Select(i)
			return
		}
	}
	p.list.Select(0)
}

func (p *manualPage) update(api.Snapshot) {}

func (p *manualPage) turn(i int) {
	p.text.ParseMarkdown(p.pages[i].Text)
	p.link(p.text.Segments)
	p.text.Refresh()
	p.body.scroll.ScrollToTop()
}

// link has links between pages turn to the page.
func (p *manualPage) link(segments []widget.RichTextSegment) {
	for _, s := range segments {
		switch x := s.(type) {
		case *widget.HyperlinkSegment:
			if x.URL != nil && x.URL.Scheme == "" {
				x.OnTapped = func() { p.show(strings.TrimSuffix(path.Base(x.URL.Path), ".md")) }
			}
		case widget.RichTextBlock:
			p.link(x.Segments())
		}
	}
}
