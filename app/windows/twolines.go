package windows

import (
	"image/color"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// twoLines is a text over one or two lines, for the columns of a listing. What does not fit
// ends in an ellipsis; a label that wraps would grow out of its row. It has no focus and
// hears nothing.
type twoLines struct {
	widget.BaseWidget
	most  int // how many lines it may have
	words string
	tone  widget.Importance
}

func newTwoLines(most int) *twoLines {
	t := &twoLines{most: most}
	t.ExtendBaseWidget(t)
	return t
}

// set changes the text only if it differs, which spares a redraw.
func (t *twoLines) set(words string, tone widget.Importance) {
	words = strings.Join(strings.Fields(words), " ")
	if t.words == words && t.tone == tone {
		return
	}
	t.words, t.tone = words, tone
	t.Refresh()
}

// cut reports whether some of the text does not fit.
func (t *twoLines) cut() bool {
	width, size := t.Size().Width-2*theme.InnerPadding(), theme.Size(theme.SizeNameCaptionText)
	lines := t.broken(width, func(s string) float32 { return fyne.MeasureText(s, size, fyne.TextStyle{}).Width })
	return strings.HasSuffix(lines[0]+lines[1], "…") && !strings.HasSuffix(t.words, "…")
}

// broken are the lines of the text for a width.
func (t *twoLines) broken(width float32, wide func(string) float32) [2]string {
	if t.most > 1 {
		return fold(t.words, width, wide)
	}
	if wide(t.words) <= width {
		return [2]string{t.words}
	}
	return [2]string{strings.TrimRight(fitting(t.words, width-wide("…"), wide), " ") + "…"}
}

// fold breaks a text into two lines of a width, given how wide a text is.
func fold(words string, width float32, wide func(string) float32) [2]string {
	if wide(words) <= width {
		return [2]string{words}
	}
	first := fitting(words, width, wide)
	if at := strings.LastIndexByte(words[:min(len(first)+1, len(words))], ' '); at > 0 {
		first = words[:at]
	}
	rest := strings.TrimPrefix(words[len(first):], " ")
	if wide(rest) <= width {
		return [2]string{first, rest}
	}
	return [2]string{first, strings.TrimRight(fitting(rest, width-wide("…"), wide), " ") + "…"}
}

// fitting is the longest beginning of a text that is no wider than width; at least one
// character, so that a text always goes on.
func fitting(words string, width float32, wide func(string) float32) string {
	ends := make([]int, 0, len(words))
	for i := range words {
		ends = append(ends, i)
	}
	ends = append(ends[min(1, len(ends)):], len(words))
	low, high := 0, len(ends)-1
	for low < high {
		if mid := (low + high + 1) / 2; wide(words[:ends[mid]]) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	if !utf8.ValidString(words[:ends[low]]) {
		return words
	}
	return words[:ends[low]]
}

// CreateRenderer is called by Fyne.
func (t *twoLines) CreateRenderer() fyne.WidgetRenderer {
	r := &twoLinesRenderer{t: t}
	for i := range r.lines {
		r.lines[i] = canvas.NewText("", color.Transparent)
	}
	r.Refresh()
	return r
}

type twoLinesRenderer struct {
	t     *twoLines
	lines [2]*canvas.Text
	// What the lines were broken for.
	words string
	width float32
	size  float32
}

func (r *twoLinesRenderer) Destroy() {}

func (r *twoLinesRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.lines[0], r.lines[1]}
}

// height is that of one line.
func (r *twoLinesRenderer) height() float32 { return oneLine() }

// oneLine is how high a line of a listing is.
func oneLine() float32 {
	return fyne.MeasureText("Ép", theme.Size(theme.SizeNameCaptionText), fyne.TextStyle{}).Height
}

func (r *twoLinesRenderer) MinSize() fyne.Size {
	return fyne.NewSize(theme.Size(theme.SizeNameCaptionText)*4, float32(r.t.most)*r.height()+theme.InnerPadding())
}

func (r *twoLinesRenderer) Layout(size fyne.Size) {
	pad, high, text := theme.InnerPadding(), r.height(), theme.Size(theme.SizeNameCaptionText)
	if width := size.Width - 2*pad; r.words != r.t.words || r.width != width || r.size != text {
		r.words, r.width, r.size = r.t.words, width, text
		broken := r.t.broken(width, func(s string) float32 { return fyne.MeasureText(s, text, fyne.TextStyle{}).Width })
		r.lines[0].Text, r.lines[1].Text = broken[0], broken[1]
	}
	top := (size.Height - high) / 2
	if r.lines[1].Text != "" {
		top = size.Height/2 - high
	}
	for i, l := range r.lines {
		l.Move(fyne.NewPos(pad, top+float32(i)*high))
		l.Resize(fyne.NewSize(size.Width-2*pad, high))
	}
}

func (r *twoLinesRenderer) Refresh() {
	for _, l := range r.lines {
		l.Color, l.TextSize = theme.Color(inks[r.t.tone]), theme.Size(theme.SizeNameCaptionText)
	}
	r.Layout(r.t.Size())
	for _, l := range r.lines {
		l.Refresh()
	}
}

// inks are the colours in which labels show their importance.
var inks = map[widget.Importance]fyne.ThemeColorName{
	widget.MediumImportance: theme.ColorNameForeground, widget.LowImportance: theme.ColorNameDisabled, widget.HighImportance: theme.ColorNamePrimary,
	widget.SuccessImportance: theme.ColorNameSuccess, widget.WarningImportance: theme.ColorNameWarning, widget.DangerImportance: theme.ColorNameError,
}
