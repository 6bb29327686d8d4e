package windows

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// readable is the least contrast of text that WCAG asks for.
const readable = 4.5

// Every text must be readable on all it can stand on, in both variants: also on a row that is
// chosen, under the pointer or has the focus, for which Fyne lays a tint over the ground.
func TestEveryPairOfTheThemeIsReadable(t *testing.T) {
	grounds := []fyne.ThemeColorName{theme.ColorNameBackground, theme.ColorNameInputBackground, theme.ColorNameOverlayBackground,
		theme.ColorNameHeaderBackground, theme.ColorNameMenuBackground}
	tints := []fyne.ThemeColorName{"", theme.ColorNameSelection, theme.ColorNameHover, theme.ColorNameFocus, theme.ColorNamePressed}
	texts := []fyne.ThemeColorName{theme.ColorNameForeground, theme.ColorNamePrimary, theme.ColorNameHyperlink, theme.ColorNameDisabled,
		theme.ColorNamePlaceHolder, theme.ColorNameSuccess, theme.ColorNameWarning, theme.ColorNameError}
	for name, v := range variants() {
		th := Theme("")
		for _, ground := range grounds {
			for _, tint := range tints {
				on := th.Color(ground, v)
				if tint != "" {
					on = over(th.Color(tint, v), on)
				}
				for _, text := range texts {
					if c := contrast(over(th.Color(text, v), on), on); c < readable {
						t.Errorf("%s: %s on %s under %q has contrast %.2f", name, text, ground, tint, c)
					}
				}
			}
		}
	}
}

// Buttons have colours of their own, and darker or lighter ones under the pointer.
func TestButtonsAreReadable(t *testing.T) {
	pairs := map[fyne.ThemeColorName]fyne.ThemeColorName{
		theme.ColorNameButton: theme.ColorNameForeground, theme.ColorNameDisabledButton: theme.ColorNameDisabled,
		theme.ColorNamePrimary: theme.ColorNameForegroundOnPrimary, theme.ColorNameError: theme.ColorNameForegroundOnError,
		theme.ColorNameWarning: theme.ColorNameForegroundOnWarning, theme.ColorNameSuccess: theme.ColorNameForegroundOnSuccess,
	}
	for name, v := range variants() {
		th := Theme("")
		for ground, text := range pairs {
			for _, tint := range []fyne.ThemeColorName{"", theme.ColorNameHover, theme.ColorNameFocus} {
				on := th.Color(ground, v)
				if tint != "" && ground != theme.ColorNameDisabledButton {
					on = over(th.Color(tint, v), on)
				}
				if c := contrast(th.Color(text, v), on); c < readable {
					t.Errorf("%s: %s on %s under %q has contrast %.2f", name, text, ground, tint, c)
				}
			}
		}
	}
}

func variants() map[string]fyne.ThemeVariant {
	return map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark}
}

// over is what a translucent colour makes of the one below it.
func over(top, below color.Color) color.Color {
	r, g, b, a := top.RGBA() // already multiplied by a
	x, y, z, _ := below.RGBA()
	mix := func(t, u uint32) uint16 { return uint16(t + u*(0xffff-a)/0xffff) }
	return color.NRGBA64{R: mix(r, x), G: mix(g, y), B: mix(b, z), A: 0xffff}
}

// contrast is WCAG's ratio of relative luminances.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
