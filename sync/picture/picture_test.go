package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/picture"
)

func drawn(t *testing.T, w, h int, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.Set(x, y, color.NRGBA{R: 200, G: 30, B: 40, A: 255})
		}
	}
	var out bytes.Buffer
	if err := encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(out *bytes.Buffer, img image.Image) error  { return png.Encode(out, img) }
func asJPEG(out *bytes.Buffer, img image.Image) error { return jpeg.Encode(out, img, nil) }

func TestAThumbnailKeepsTheProportions(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ w, h, wantW, wantH int }{
		"a frame of a video": {1280, 720, 96, 54},
		"upright":            {600, 900, 36, 54},
		"wider than high":    {1000, 100, 96, 9},
		"as it fits":         {96, 54, 96, 54},
		"smaller":            {20, 10, 20, 10},
		"a line":             {2000, 1, 96, 1},
		"a line upright":     {1, 2000, 1, 54},
	} {
		for format, encode := range map[string]func(*bytes.Buffer, image.Image) error{"png": asPNG, "jpeg": asJPEG} {
			got, err := picture.Thumbnail(drawn(t, tt.w, tt.h, encode), 96, 54)
			if err != nil {
				t.Fatal(err)
			}
			img, kind, err := image.Decode(bytes.NewReader(got))
			if err != nil || kind != "jpeg" || img.Bounds().Dx() != tt.wantW || img.Bounds().Dy() != tt.wantH {
				t.Errorf("%s, %s: %s of %v, %v", name, format, kind, img.Bounds(), err)
			}
			if r, g, _, _ := img.At(0, 0).RGBA(); r>>8 < 180 || g>>8 > 60 {
				t.Errorf("%s, %s: another colour: %v", name, format, img.At(0, 0))
			}
		}
	}
}

func TestWhatShowsThroughIsWhite(t *testing.T) {
	t.Parallel()
	out := picture.Within(image.NewNRGBA(image.Rect(0, 0, 30, 30)), 10, 10)
	if r, g, b, a := out.At(5, 5).RGBA(); r>>8 != 255 || g>>8 != 255 || b>>8 != 255 || a>>8 != 255 {
		t.Errorf("got %v", out.At(5, 5))
	}
}

func TestNothingIsMadeOfWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	whole := drawn(t, 100, 100, asPNG)
	for name, body := range map[string][]byte{"nothing": nil, "words": []byte("no picture"), "half of one": whole[:len(whole)/2]} {
		if got, err := picture.Thumbnail(body, 96, 54); err == nil {
			t.Errorf("%s: %d bytes", name, len(got))
		}
	}
}

// A small file can claim any size.
func TestAnEnormousPictureIsRefusedUnread(t *testing.T) {
	t.Parallel()
	body := drawn(t, 10, 10, asPNG)
	binary.BigEndian.PutUint32(body[16:], 60_000)
	binary.BigEndian.PutUint32(body[20:], 60_000)
	binary.BigEndian.PutUint32(body[29:], crc32.ChecksumIEEE(body[12:29]))
	if _, err := picture.Thumbnail(body, 96, 54); !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestAPictureAlwaysFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 400).Draw(t, "w"), rapid.IntRange(1, 400).Draw(t, "h")
		wide, high := rapid.IntRange(1, 120).Draw(t, "wide"), rapid.IntRange(1, 120).Draw(t, "high")
		b := picture.Within(image.NewGray(image.Rect(0, 0, w, h)), wide, high).Bounds()
		if b.Dx() < 1 || b.Dy() < 1 || b.Dx() > max(wide, 1) || b.Dy() > max(high, 1) {
			t.Fatalf("%d×%d within %d×%d: %v", w, h, wide, high, b)
		}
	})
}
