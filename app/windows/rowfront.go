package windows

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"lockstep/sync/api"
	"lockstep/sync/scene"
)

// rowFront is what stands in front of the words of a row: a mark to tick and the cover of a
// scene. Rows that have neither have no room for them.
type rowFront struct {
	mark    *canvas.Image
	cover   *canvas.Image
	scene   scene.ID // whose cover is shown or awaited
	checked bool
}

// coverRatio is how wide a cover is for its height.
const coverRatio = 16.0 / 9

// make makes what the rows of the listing have.
func (f *rowFront) make(r *row) {
	if r.l.turn != nil {
		f.mark = canvas.NewImageFromResource(theme.CheckButtonIcon())
		f.mark.FillMode = canvas.ImageFillContain
	}
	if r.l.picture != nil {
		f.cover = &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScaleFastest}
	}
	if r.at >= 0 {
		f.show(r)
	}
}

func (f *rowFront) objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	if f.mark != nil {
		out = append(out, f.mark)
	}
	if f.cover != nil {
		out = append(out, f.cover)
	}
	return out
}

// show takes mark and cover of the line that the row shows now.
func (f *rowFront) show(r *row) {
	if f.mark != nil {
		f.checked = r.l.checked(r.at)
	}
	if f.cover == nil {
		return
	}
	id := r.l.picture(r.at)
	f.scene = id
	f.cover.Image = r.l.w.pictures.get(api.PictureQuery{Scene: id}, r, func(img image.Image) {
		if f.scene == id && f.cover.Image != img {
			f.cover.Image = img
			f.cover.Refresh()
		}
	})
	f.cover.Refresh()
}

// refresh follows theme and mark.
func (f *rowFront) refresh(r *row) {
	if f.mark == nil {
		return
	}
	f.checked = r.at >= 0 && r.l.checked(r.at)
	f.mark.Resource = theme.NewColoredResource(theme.CheckButtonIcon(), theme.ColorNameForeground)
	if f.checked {
		f.mark.Resource = theme.NewPrimaryThemedResource(theme.CheckButtonCheckedIcon())
	}
	f.mark.Refresh()
}

// markWidth is the room of the mark in front of a row.
func markWidth() float32 { return theme.IconInlineSize() + 2*theme.Padding() }

// layout places both and returns how much of the row they take.
func (f *rowFront) layout(r *row, size fyne.Size) float32 {
	taken := float32(0)
	if f.mark != nil {
		side := theme.IconInlineSize()
		f.mark.Resize(fyne.NewSquareSize(side))
		f.mark.Move(fyne.NewPos((markWidth()-side)/2, (size.Height-side)/2))
		taken = markWidth()
	}
	if f.cover == nil {
		return taken
	}
	f.cover.Hidden = !r.l.w.snap.Pictures
	if f.cover.Hidden {
		f.cover.Image = nil // nothing is kept of it
		return taken
	}
	// A cover is as high as a row of one line. Rows have a gap between them, which it may use
	// but for a pixel.
	high := oneLine() + theme.InnerPadding() + theme.Padding() - 1
	f.cover.Resize(fyne.NewSize(high*coverRatio, high))
	f.cover.Move(fyne.NewPos(taken+theme.Padding(), (size.Height-high)/2))
	return taken + theme.Padding() + high*coverRatio
}
