package compare_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
)

// noise is a picture that hardly becomes smaller by compression.
func noise(w, h int) image.Image {
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32())
	}
	return img
}

func encodedPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodedJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a PNG of a few bytes that claims to be enormous.
func bomb() []byte {
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	head := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(head[4:], 60_000)
	binary.BigEndian.PutUint32(head[8:], 60_000)
	head[12], head[13] = 8, 6
	_ = binary.Write(&out, binary.BigEndian, uint32(13))
	out.Write(head)
	_ = binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(head))
	return out.Bytes()
}

func TestAPictureIsMadeToFitOnlyWhenItMust(t *testing.T) {
	t.Parallel()
	small := encodedPNG(t, noise(40, 30))
	plain := image.NewGray(image.Rect(0, 0, 9000, 20))
	tests := map[string]struct {
		body    []byte
		same    bool // comes back as it is
		refused bool
		words   string
		wide    int
	}{
		"a small one":                      {small, true, false, "", 0},
		"small, and no format we know":     {[]byte("RIFF....AVIF"), true, false, "", 0},
		"too many bytes":                   {encodedPNG(t, noise(2200, 1600)), false, false, "", 2200},
		"too many bytes as JPEG":           {encodedJPEG(t, noise(3000, 2400)), false, false, "", 3000},
		"few bytes, but too wide":          {encodedPNG(t, plain), false, false, "", 4096},
		"a bomb":                           {bomb(), false, true, "60000 × 60000 pixels", 0},
		"too many bytes of something else": {bytes.Repeat([]byte("x"), 11_000_000), false, true, "cannot read it", 0},
		"too many bytes, and cut off":      {encodedPNG(t, noise(2200, 1600))[:11_000_000], false, true, "cannot read it", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, kind, err := compare.Fit(tt.body, "image/png")
			if tt.refused {
				if f := fault.Of(err); !fault.Is(err, fault.Rejected) || !strings.Contains(f.Message.String(), tt.words) || f.Hint.IsZero() {
					t.Fatalf("%v, want a refusal that says %q, with advice", err, tt.words)
				}
				return
			}
			if err != nil || bytes.Equal(got, tt.body) != tt.same {
				t.Fatalf("%d bytes of %d, %v", len(got), len(tt.body), err)
			}
			if tt.same {
				return
			}
			size, format, err := image.DecodeConfig(bytes.NewReader(got))
			if err != nil || format != "jpeg" || kind != "image/jpeg" || size.Width != tt.wide || len(got) > 10_000_000 {
				t.Errorf("%s (%s) of %d pixels and %d bytes, %v; want a JPEG of %d", format, kind, size.Width, len(got), err, tt.wide)
			}
			again, _, err := compare.Fit(tt.body, "image/png")
			if err != nil || !bytes.Equal(got, again) {
				t.Errorf("the same picture gives other bytes the second time (%v)", err)
			}
		})
	}
}

func TestWhatShowsThroughBecomesWhite(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(image.Rect(0, 0, 9000, 8)) // nothing but transparent
	body, _, err := compare.Fit(encodedPNG(t, img), "image/png")
	if err != nil {
		t.Fatal(err)
	}
	got, err := jpeg.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := got.At(10, 1).RGBA(); r < 0xf000 {
		t.Errorf("the picture is %v, want white", color.GrayModel.Convert(got.At(10, 1)))
	}
}

// claimed is a JPEG of a few bytes that claims to be of some size; sof 0xc0 is baseline,
// 0xc2 progressive.
func claimed(sof byte, w, h, components int) []byte {
	out := []byte{0xff, 0xd8, 0xff, sof, 0, byte(8 + 3*components), 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), byte(components)}
	for i := range components {
		out = append(out, byte(i+1), 0x11, 0)
	}
	return append(out, 0xff, 0xda, 0, 2)
}

// A progressive JPEG is kept as coefficients while it is decoded, an interlaced PNG in
// parts beside the whole, a WebP twice.
func TestWhatADecoderKeepsBesideThePictureIsBounded(t *testing.T) {
	t.Parallel()
	interlaced := encodedPNG(t, image.NewNRGBA(image.Rect(0, 0, 1, 1)))
	binary.BigEndian.PutUint32(interlaced[16:], 8400)
	binary.BigEndian.PutUint32(interlaced[20:], 7000)
	interlaced[28] = 1
	binary.BigEndian.PutUint32(interlaced[29:], crc32.ChecksumIEEE(interlaced[12:29]))
	for name, body := range map[string][]byte{
		"progressive":           claimed(0xc2, 8400, 3000, 3), // 25 million pixels, 378 MB
		"progressive, with key": claimed(0xc2, 8400, 2000, 4), // 17 million pixels, 336 MB
		"interlaced":            interlaced,
	} {
		_, _, err := compare.Fit(body, "")
		if f := fault.Of(err); !fault.Is(err, fault.Rejected) || !strings.Contains(f.Message.String(), "too large to scale down") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, err := compare.Fit(claimed(0xc0, 8400, 9000, 3), "")
	if f := fault.Of(err); f == nil || !strings.Contains(f.Message.String(), "cannot read it") {
		t.Errorf("a large photograph is refused for its size: %v", err)
	}
}
