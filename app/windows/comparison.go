package windows

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// comparison shows a picture as it is in Plex beside the one that takes its place.
type comparison struct {
	w        *Windows
	box      *fyne.Container
	old, now *captioned
}

// comparedHeight is how high the pictures are.
const comparedHeight = 130

func newComparison(w *Windows) *comparison {
	c := &comparison{w: w, old: newCaptioned(w), now: newCaptioned(w)}
	c.box = container.NewGridWithColumns(2, c.old.box, c.now.box)
	c.box.Hide()
	return c
}

// set shows the first picture that changes for a scene: the poster, if that is one of them.
// Without one, or where pictures are off, nothing is shown.
func (c *comparison) set(id scene.ID, changes []store.Change) {
	for _, change := range changes {
		if change.Field.Kind() == scene.Image && c.w.snap.Pictures {
			name := present.FieldName(change.Field) + present.Dot
			c.old.set(api.PictureQuery{Plex: change.Shown, Large: true}, name+present.T("In Plex now"))
			c.now.set(api.PictureQuery{Scene: id, Large: true}, name+present.T("After sync"))
			visible(c.box, true)
			return
		}
	}
	visible(c.box, false)
}

// captioned is a picture with words below it.
type captioned struct {
	w     *Windows
	img   *canvas.Image
	none  *widget.Label // in place of the picture
	words *widget.Label
	box   *fyne.Container
	asked api.PictureQuery
}

func newCaptioned(w *Windows) *captioned {
	f := &captioned{w: w, img: &canvas.Image{FillMode: canvas.ImageFillContain}, none: line(), words: line()}
	f.img.SetMinSize(fyne.NewSize(80, comparedHeight))
	f.none.Importance, f.none.Alignment = widget.LowImportance, fyne.TextAlignCenter
	f.words.SizeName, f.words.Importance, f.words.Alignment = theme.SizeNameCaptionText, widget.LowImportance, fyne.TextAlignCenter
	f.box = container.NewBorder(nil, f.words, nil, nil, container.NewStack(f.img, container.NewVBox(layout.NewSpacer(), f.none, layout.NewSpacer())))
	return f
}

func (f *captioned) set(q api.PictureQuery, words string) {
	f.asked = q
	set(f.words, words, widget.LowImportance)
	f.draw(f.w.pictures.get(q, f, func(img image.Image) {
		if f.asked == q {
			f.draw(img)
		}
	}))
}

func (f *captioned) draw(img image.Image) {
	words := ""
	if img == nil {
		words = present.T("no picture to show")
	}
	set(f.none, words, widget.LowImportance)
	f.img.Image = img
	f.img.Refresh()
}

// differences is a text of which parts are struck through, because they go, and parts are
// underlined, because they come.
type differences struct{ text *widget.RichText }

func newDifferences() *differences {
	d := &differences{widget.NewRichText()}
	d.text.Wrapping = fyne.TextWrapWord
	return d
}

func (d *differences) set(list []present.Piece) {
	d.text.Segments = nil
	for _, p := range list {
		style := widget.RichTextStyleInline
		switch p.Kind {
		case present.Removed:
			style.ColorName, style.TextStyle.Strikethrough = theme.ColorNameError, true
		case present.Added:
			style.ColorName, style.TextStyle.Bold, style.TextStyle.Underline = theme.ColorNameSuccess, true, true
		}
		d.text.Segments = append(d.text.Segments, &widget.TextSegment{Text: p.Words, Style: style})
	}
	d.text.Refresh()
}
