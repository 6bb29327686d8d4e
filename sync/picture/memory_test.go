package picture

import (
	"image"
	"image/color"
	"testing"
)

// frame is a JPEG's frame for components with these sampling factors, "h<<4 | v".
func frame(marker byte, factors ...byte) []byte {
	out := []byte{0xff, 0xd8, 0xff, marker, 0, byte(8 + 3*len(factors)), 8, 0, 10, 0, 10, byte(len(factors))}
	for i, f := range factors {
		out = append(out, byte(i+1), f, 0)
	}
	return append(out, 0xff, 0xda, 0, 2)
}

// within is a grey JPEG with a part before its frame that looks like a progressive one.
func within(marker byte) []byte {
	fake := frame(0xc2, 0x11, 0x11, 0x11)[2:]
	part := append([]byte{0xff, 0xd8, 0xff, marker, 0, byte(2 + len(fake))}, fake...)
	return append(part, frame(0xc0, 0x11)[2:]...)
}

// A pixel has as many samples as its components, those that are coarser in proportion.
func TestTheSamplesOfAPixel(t *testing.T) {
	t.Parallel()
	app := func(body []byte) []byte { // with a comment before the frame
		return append([]byte{0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2}, body[2:]...)
	}
	for name, tt := range map[string]struct {
		body        []byte
		eighths     int64
		progressive bool
	}{
		"grey":                        {frame(0xc0, 0x11), 8, false},
		"colour, none coarser":        {frame(0xc0, 0x11, 0x11, 0x11), 24, false},
		"colour, halved both ways":    {frame(0xc0, 0x22, 0x11, 0x11), 12, false},
		"colour, halved one way":      {frame(0xc1, 0x21, 0x11, 0x11), 16, false},
		"halved upright":              {frame(0xc1, 0x12, 0x11, 0x11), 16, false},
		"a third, rounded up":         {frame(0xc0, 0x31, 0x11, 0x11), 14, false},
		"with key":                    {frame(0xc0, 0x11, 0x11, 0x11, 0x11), 32, false},
		"progressive":                 {frame(0xc2, 0x11, 0x11, 0x11), 24, true},
		"after a comment":             {app(frame(0xc0, 0x22, 0x11, 0x11)), 12, false},
		"after filling":               {append([]byte{0xff, 0xd8, 0xff, 0xff}, frame(0xc0, 0x11)[2:]...), 8, false},
		"after a mark without length": {append([]byte{0xff, 0xd8, 0xff, 0xd0}, frame(0xc0, 0x11)[2:]...), 8, false},
		"after a zero":                {append([]byte{0xff, 0xd8, 0xff, 0x00}, frame(0xc0, 0x11)[2:]...), 8, false},
		"after something odd":         {append([]byte{0xff, 0xd8, 7, 7}, frame(0xc0, 0x11)[2:]...), 8, false},
		"with key, two coarser":       {frame(0xc0, 0x22, 0x11, 0x11, 0x22), 20, false},
		"after another beginning":     {append([]byte{0xff, 0xd8, 0xff, 0xd8}, frame(0xc0, 0x11)[2:]...), 8, false},
		"a frame within a table":      {within(0xc4), 8, false},
		"a frame within a comment":    {within(0xe1), 8, false},
		"no frame":                    {[]byte{0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xd9, 0, 2}, 32, true},
		"cut off":                     {frame(0xc0, 0x11)[:8], 32, true},
		"cut off within it":           {frame(0xc0, 0x11, 0x11, 0x11)[:14], 32, false},
		"too many components":         {frame(0xc0, 0x11, 0x11, 0x11, 0x11, 0x11), 32, false},
		"no component":                {frame(0xc0), 32, false},
		"no samples":                  {frame(0xc0, 0x00), 32, false},
		"nothing":                     {nil, 32, true},
	} {
		if eighths, progressive := samples(tt.body); eighths != tt.eighths || progressive != tt.progressive {
			t.Errorf("%s: %d, %v, want %d, %v", name, eighths, progressive, tt.eighths, tt.progressive)
		}
	}
}

// What a decoder takes for a picture of 1 000 pixels.
func TestTheMemoryOfADecoder(t *testing.T) {
	t.Parallel()
	png := make([]byte, 40)
	interlaced := make([]byte, 40)
	interlaced[28] = 1
	for name, tt := range map[string]struct {
		body   []byte
		format string
		model  color.Model
		want   int64
	}{
		"JPEG":                       {frame(0xc0, 0x11, 0x11, 0x11), "jpeg", color.YCbCrModel, 3_000},
		"JPEG, grey":                 {frame(0xc0, 0x11), "jpeg", color.GrayModel, 1_000},
		"JPEG, halved both ways":     {frame(0xc0, 0x22, 0x11, 0x11), "jpeg", color.YCbCrModel, 1_500},
		"JPEG, progressive":          {frame(0xc2, 0x11, 0x11, 0x11), "jpeg", color.YCbCrModel, 15_000},
		"JPEG, to be converted":      {frame(0xc0, 0x11, 0x11, 0x11, 0x11), "jpeg", color.CMYKModel, 8_000},
		"JPEG, progressive with key": {frame(0xc2, 0x11, 0x11, 0x11, 0x11), "jpeg", color.CMYKModel, 24_000},
		"WebP":                       {nil, "webp", color.YCbCrModel, 12_000},
		"PNG":                        {png, "png", color.NRGBAModel, 4_000},
		"PNG, deep":                  {png, "png", color.NRGBA64Model, 8_000},
		"PNG, deep and opaque":       {png, "png", color.RGBA64Model, 8_000},
		"PNG, interlaced":            {interlaced, "png", color.NRGBAModel, 8_000},
		"PNG, deep and interlaced":   {interlaced, "png", color.NRGBA64Model, 16_000},
		"PNG, cut off":               {interlaced[:28], "png", color.NRGBAModel, 4_000},
		"GIF, not interlaced by PNG": {interlaced, "gif", color.Palette{}, 4_000},
	} {
		if got := Memory(tt.body, image.Config{Width: 50, Height: 20, ColorModel: tt.model}, tt.format); got != tt.want {
			t.Errorf("%s: %d bytes, want %d", name, got, tt.want)
		}
	}
	if got := Memory(nil, image.Config{Width: 1 << 20, Height: 1 << 20, ColorModel: color.NRGBAModel}, "bmp"); got != 4<<40 {
		t.Errorf("an enormous picture counts as %d bytes", got)
	}
}
