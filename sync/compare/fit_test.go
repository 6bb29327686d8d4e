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
				if f := fault.Of(err); !fault.Is(err, fault.Rejected) || !strings.Contains(f.Words, tt.words) || f.Hint == "" {
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
