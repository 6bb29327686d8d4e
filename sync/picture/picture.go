// Package picture makes pictures smaller in bounded memory: a small file can stand for an
// enormous picture. It knows no server, no scene and no file.
package picture

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"sync"

	// The formats Stash stores covers in and Plex serves posters in.
	_ "image/gif"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"

	"golang.org/x/image/draw"
)

const (
	// maxMemory bounds what the decoding of one picture for a thumbnail may take: that of a
	// JPEG of 40 megapixels.
	maxMemory = 64 << 20
	// quality is that of a JPEG that is looked at small.
	quality = 82
)

// ErrTooLarge is the error of a picture that would need too much memory.
var ErrTooLarge = errors.New("the picture is too large")

// one lets one picture at a time take the memory.
var one sync.Mutex

// Thumbnail is a picture as a JPEG that fits into so many pixels. One that is smaller keeps
// its size.
func Thumbnail(body []byte, wide, high int) ([]byte, error) {
	size, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if size.Width <= 0 || size.Height <= 0 || Memory(body, size, format) > maxMemory {
		return nil, ErrTooLarge
	}
	one.Lock()
	defer one.Unlock()
	whole, _, err := image.Decode(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, Within(whole, wide, high), &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

// Within is a picture that fits into so many pixels, with its proportions, on white: a JPEG
// shows nothing through.
func Within(whole image.Image, wide, high int) image.Image {
	b := whole.Bounds()
	w, h := b.Dx(), b.Dy()
	switch {
	case w <= wide && h <= high:
	case w*high > h*wide: // its width is what has to shrink
		w, h = wide, max(1, h*wide/w)
	default:
		w, h = max(1, w*high/h), high
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), whole, b, draw.Over, nil)
	return out
}
