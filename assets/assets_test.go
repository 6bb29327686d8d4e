//go:build !windows

package assets_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"os"
	"testing"

	"lockstep/assets"
)

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("not a PNG: %v", err)
	}
	return picture
}

// silhouette is which pixels are more there than not, whatever their colour.
func silhouette(m image.Image) []bool {
	b := m.Bounds()
	out := make([]bool, 0, b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			_, _, _, alpha := m.At(x, y).RGBA()
			out = append(out, alpha > 0x7fff)
		}
	}
	return out
}

func count(pixels []bool) int {
	n := 0
	for _, set := range pixels {
		if set {
			n++
		}
	}
	return n
}

func TestEveryTrayShapeIsAPictureOfTraySize(t *testing.T) {
	t.Parallel()
	for _, shape := range assets.Shapes() {
		m := decode(t, assets.Tray(shape))
		if got := m.Bounds().Size(); got != image.Pt(64, 64) {
			t.Errorf("%s is %v, want 64x64", shape, got)
		}
		// A blank picture has none, a tile that fills the panel has all.
		if n := count(silhouette(m)); n < 64*64/8 || n > 64*64*3/4 {
			t.Errorf("%s covers %d of %d pixels", shape, n, 64*64)
		}
	}
}

func TestTrayShapesDifferWithoutColour(t *testing.T) {
	t.Parallel()
	const margin = 8 // percent of the pixels either shape covers
	shapes := assets.Shapes()
	for form, picture := range map[string]func(string) []byte{"icon": assets.Tray, "template": assets.TrayTemplate} {
		for i, a := range shapes {
			for _, b := range shapes[:i] {
				if got := difference(decode(t, picture(a)), decode(t, picture(b))); got < margin {
					t.Errorf("outlines of %s and %s differ by %d %% as %s, want at least %d", a, b, got, form, margin)
				}
			}
		}
	}
}

// macOS takes a template's opacity and nothing else; the outline that other panels need
// would run the lines of the icon together.
func TestTrayTemplatesAreBlackAndWithoutOutline(t *testing.T) {
	t.Parallel()
	for _, shape := range assets.Shapes() {
		icon, template := decode(t, assets.Tray(shape)), decode(t, assets.TrayTemplate(shape))
		if icon.Bounds() != template.Bounds() {
			t.Fatalf("the template of %s is %v", shape, template.Bounds())
		}
		for i, set := range silhouette(template) {
			x, y := i%64, i/64
			if r, g, b, _ := template.At(x, y).RGBA(); r+g+b != 0 {
				t.Fatalf("the template of %s is coloured at %d, %d", shape, x, y)
			}
			if r, g, b, a := icon.At(x, y).RGBA(); set && (a < 0x7000 || max(r, g, b) < 0x6000) {
				t.Fatalf("the template of %s is set at %d, %d, where the icon is outline or nothing", shape, x, y)
			}
		}
		if got, all := count(silhouette(template)), count(silhouette(icon)); got < all/4 || got > all*3/4 {
			t.Errorf("the template of %s covers %d of the icon's %d pixels", shape, got, all)
		}
	}
}

func difference(a, b image.Image) int {
	one, two := silhouette(a), silhouette(b)
	either, differs := 0, 0
	for i := range one {
		if one[i] || two[i] {
			either++
		}
		if one[i] != two[i] {
			differs++
		}
	}
	return 100 * differs / either
}

// A panel is light or dark: what is drawn must hold both a light and a dark
// area big enough to be seen on the other.
func TestTrayShapesAreReadableOnLightAndDarkPanels(t *testing.T) {
	t.Parallel()
	for _, shape := range assets.Shapes() {
		m := decode(t, assets.Tray(shape))
		light, dark := 0, 0
		for y := range 64 {
			for x := range 64 {
				r, g, b, alpha := m.At(x, y).RGBA()
				switch level := (r*3 + g*6 + b) / 10; {
				case alpha < 0xf000:
				case level > 0x7000:
					light++
				case level < 0x4000:
					dark++
				}
			}
		}
		if light < 300 || dark < 300 {
			t.Errorf("%s has %d light and %d dark pixels, want 300 of each", shape, light, dark)
		}
	}
}

func TestUnknownShapeHasNoPicture(t *testing.T) {
	t.Parallel()
	if got := assets.Tray("smile"); got != nil {
		t.Errorf("got %d bytes, want none", len(got))
	}
}

func TestAppIconIsAPicture(t *testing.T) {
	t.Parallel()
	if got := decode(t, assets.AppIcon).Bounds().Size(); got != image.Pt(256, 256) {
		t.Errorf("app icon is %v, want 256x256", got)
	}
	if !bytes.Contains(assets.AppIconSVG, []byte("<svg")) {
		t.Error("the app icon's source is no SVG")
	}
}

func TestWindowsIconsHoldPicturesOfTheirSizes(t *testing.T) {
	t.Parallel()
	for _, shape := range assets.Shapes() {
		data, err := os.ReadFile("tray/" + shape + ".ico")
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{16, 32, 48} {
			entry := data[6+16*i:]
			size, offset := binary.LittleEndian.Uint32(entry[8:]), binary.LittleEndian.Uint32(entry[12:])
			m := decode(t, data[offset:offset+size])
			if m.Bounds().Dx() != want || int(entry[0]) != want {
				t.Errorf("%s: picture %d is %v, its entry says %d, want %d", shape, i, m.Bounds().Size(), entry[0], want)
			}
			if count(silhouette(m)) == 0 {
				t.Errorf("%s at %d pixels is blank", shape, want)
			}
		}
	}
}
