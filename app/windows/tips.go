package windows

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	tip "github.com/dweymouth/fyne-tooltip/widget"
)

// tipLine is a label of one line whose words show in full beside the pointer where they are
// cut off.
type tipLine struct {
	widget.Label
	tip.ToolTipWidgetExtend
}

func newTipLine() *tipLine {
	l := &tipLine{}
	l.Truncation = fyne.TextTruncateEllipsis
	l.ExtendBaseWidget(l)
	l.ExtendToolTipWidget(l)
	return l
}

// newTipPara is a tip line that wraps until it is told that there is no room for it.
func newTipPara() *tipLine {
	l := newTipLine()
	l.oneLine(false)
	return l
}

// oneLine has the words cut off rather than wrapped.
func (l *tipLine) oneLine(yes bool) {
	wrap, cut := fyne.TextWrapWord, fyne.TextTruncateOff
	if yes {
		wrap, cut = fyne.TextWrapOff, fyne.TextTruncateEllipsis
	}
	if l.Wrapping != wrap || l.Truncation != cut {
		l.Wrapping, l.Truncation = wrap, cut
		l.Refresh()
	}
}

// say changes the words, which must be on one line.
func (l *tipLine) say(words string, tone widget.Importance) {
	if l.Text != words || l.Importance != tone {
		l.Text, l.Importance = words, tone
		l.Refresh()
	}
}

// MouseIn implements desktop.Hoverable.
func (l *tipLine) MouseIn(e *desktop.MouseEvent) {
	l.SetToolTip("")
	if l.Wrapping == fyne.TextWrapOff && l.natural() > l.Size().Width {
		l.SetToolTip(l.Text)
	}
	l.ToolTipWidgetExtend.MouseIn(e)
}

// natural is the width at which nothing is cut off.
func (l *tipLine) natural() float32 {
	size := theme.Size(theme.SizeNameText)
	if l.SizeName != "" {
		size = theme.Size(l.SizeName)
	}
	return fyne.MeasureText(l.Text, size, l.TextStyle).Width + 2*theme.InnerPadding()
}
