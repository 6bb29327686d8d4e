package assets_test

import (
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"lockstep/assets"
)

// A mark stands within the line of the letters beside it, and is drawn.
func TestMarksFitIntoALineOfText(t *testing.T) {
	t.Parallel()
	f, err := sfnt.Parse(assets.Marks)
	if err != nil {
		t.Fatal(err)
	}
	var b sfnt.Buffer
	size := fixed.I(1000) // one unit of the font is a pixel
	m, err := f.Metrics(&b, size, font.HintingNone)
	if err != nil || m.Ascent.Round() != 1069 || m.Descent.Round() != 293 {
		t.Errorf("%+v, %v: want the line of Noto Sans", m, err)
	}
	seen := map[sfnt.GlyphIndex]bool{}
	for _, r := range "←→−▨▮▲►◆○●✓✕" {
		i, err := f.GlyphIndex(&b, r)
		if err != nil || i == 0 || seen[i] {
			t.Errorf("%c is glyph %d: %v", r, i, err)
			continue
		}
		seen[i] = true
		box, advance, err := f.GlyphBounds(&b, i, size, font.HintingNone)
		if err != nil || box.Empty() || box.Min.X < 0 || box.Max.X > advance || -box.Min.Y > m.Ascent || box.Max.Y > m.Descent {
			t.Errorf("%c takes %v of %v: %v", r, box, advance, err)
		}
	}
	for space, want := range map[rune]int{' ': 260, '\u00a0': 260, '\u2009': 200, '\u202f': 200} {
		i, err := f.GlyphIndex(&b, space)
		if err != nil || i == 0 || seen[i] {
			t.Errorf("%U is glyph %d: %v", space, i, err)
			continue
		}
		seen[i] = true
		if box, advance, err := f.GlyphBounds(&b, i, size, font.HintingNone); err != nil || !box.Empty() || advance.Round() != want {
			t.Errorf("%U takes %v of %v, want nothing of %d: %v", space, box, advance, want, err)
		}
	}
	if n := f.NumGlyphs(); n != len(seen)+1 {
		t.Errorf("%d glyphs, want %d and the empty one", n, len(seen))
	}
}
