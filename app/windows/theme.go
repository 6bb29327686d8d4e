package windows

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lockstep/assets"
	"lockstep/sync/config"
)

// Theme is Lockstep's own: quiet, in light and dark, with every text at least 4.5 times
// as bright or dark as what it stands on, chosen rows and the one under the pointer included.
// A person may choose light or dark; else the desktop decides.
func Theme(chosen config.Theme) fyne.Theme {
	own := look{theme.DefaultTheme()}
	switch chosen {
	case config.LightTheme:
		return fixed{own, theme.VariantLight}
	case config.DarkTheme:
		return fixed{own, theme.VariantDark}
	}
	return own
}

type look struct{ fyne.Theme }

// fixed is light or dark whatever the desktop has.
type fixed struct {
	look
	variant fyne.ThemeVariant
}

func (f fixed) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	return f.look.Color(name, f.variant)
}

// wear gives the windows another theme when another one was chosen. It is remembered, so that
// the next window process does not open in the wrong one.
func (w *Windows) wear(chosen config.Theme) {
	if chosen == config.SystemTheme {
		chosen = ""
	}
	if chosen == w.memory.kept.Theme {
		return
	}
	w.memory.kept.Theme = chosen
	w.memory.store()
	w.app.Settings().SetTheme(Theme(chosen))
}

var light = map[fyne.ThemeColorName]color.NRGBA{
	theme.ColorNameBackground:          rgb(0xf7f8fa),
	theme.ColorNameForeground:          rgb(0x1c2228),
	theme.ColorNamePrimary:             rgb(0x1c5c97),
	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameHyperlink:           rgb(0x1c5c97),
	theme.ColorNameButton:              rgb(0xe4e8ed),
	theme.ColorNameDisabledButton:      rgb(0xeceff2),
	theme.ColorNameDisabled:            rgb(0x515b64),
	theme.ColorNamePlaceHolder:         rgb(0x515b64),
	theme.ColorNameInputBackground:     rgb(0xffffff),
	theme.ColorNameInputBorder:         rgb(0xb9c2cb),
	theme.ColorNameSeparator:           rgb(0xdde2e8),
	theme.ColorNameHeaderBackground:    rgb(0xeef1f4),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameOverlayBackground:   rgb(0xffffff),
	theme.ColorNameSuccess:             rgb(0x16663c),
	theme.ColorNameWarning:             rgb(0x7d4e00),
	theme.ColorNameError:               rgb(0xac251d),
	theme.ColorNameSelection:           {0x1f, 0x64, 0xa5, 0x2e},
	theme.ColorNameHover:               {0x1c, 0x22, 0x28, 0x10},
	theme.ColorNameFocus:               {0x1f, 0x64, 0xa5, 0x33},
	theme.ColorNamePressed:             {0x1c, 0x22, 0x28, 0x20},
	theme.ColorNameScrollBar:           {0x1c, 0x22, 0x28, 0x66},
	theme.ColorNameShadow:              {0, 0, 0, 0x22},
}

var dark = map[fyne.ThemeColorName]color.NRGBA{
	theme.ColorNameBackground:          rgb(0x1d2126),
	theme.ColorNameForeground:          rgb(0xe9ecef),
	theme.ColorNamePrimary:             rgb(0x84bff0),
	theme.ColorNameForegroundOnPrimary: rgb(0x0c1a27),
	theme.ColorNameHyperlink:           rgb(0x84bff0),
	theme.ColorNameButton:              rgb(0x30363d),
	theme.ColorNameDisabledButton:      rgb(0x282d33),
	theme.ColorNameDisabled:            rgb(0xb2bac3),
	theme.ColorNamePlaceHolder:         rgb(0xb2bac3),
	theme.ColorNameInputBackground:     rgb(0x272c32),
	theme.ColorNameInputBorder:         rgb(0x4a535c),
	theme.ColorNameSeparator:           rgb(0x353b42),
	theme.ColorNameHeaderBackground:    rgb(0x262b31),
	theme.ColorNameMenuBackground:      rgb(0x272c32),
	theme.ColorNameOverlayBackground:   rgb(0x22272c),
	theme.ColorNameSuccess:             rgb(0x63cf96),
	theme.ColorNameWarning:             rgb(0xebb650),
	theme.ColorNameError:               rgb(0xf7a39d),
	theme.ColorNameForegroundOnError:   rgb(0x2a0b09),
	theme.ColorNameForegroundOnWarning: rgb(0x231800),
	theme.ColorNameForegroundOnSuccess: rgb(0x06220f),
	theme.ColorNameSelection:           {0x74, 0xb6, 0xee, 0x33},
	theme.ColorNameHover:               {0xff, 0xff, 0xff, 0x12},
	theme.ColorNameFocus:               {0x74, 0xb6, 0xee, 0x38},
	theme.ColorNamePressed:             {0xff, 0xff, 0xff, 0x20},
	theme.ColorNameScrollBar:           {0xff, 0xff, 0xff, 0x66},
	theme.ColorNameShadow:              {0, 0, 0, 0x66},
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff} //nolint:gosec // one byte each
}

func (l look) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	colours := dark
	if variant == theme.VariantLight {
		colours = light
	}
	if c, ok := colours[name]; ok {
		return c
	}
	return l.Theme.Color(name, variant)
}

// markFont has our own marks. The toolkit looks into the usual fonts for all else.
var markFont = fyne.NewStaticResource("marks.ttf", assets.Marks)

func (l look) Font(style fyne.TextStyle) fyne.Resource {
	if style.Monospace || style.Symbol {
		return l.Theme.Font(style)
	}
	return markFont
}

func (l look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 14
	case theme.SizeNameCaptionText:
		return 12.5
	case theme.SizeNameSubHeadingText:
		return 17
	case theme.SizeNameHeadingText:
		return 22
	case theme.SizeNameInnerPadding:
		return 7
	case theme.SizeNameScrollBar:
		return 12
	}
	return l.Theme.Size(name)
}
