package sim

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"sync"
)

type coverKind uint8

const (
	coverNone coverKind = iota
	coverDrawn
	coverGiven
)

// cover is a scene's image: drawn on demand from a seed, or bytes somebody set.
type cover struct {
	kind coverKind
	seed uint64
	data []byte
}

// bytes returns the image, nil without a cover.
func (c cover) bytes() []byte {
	switch c.kind {
	case coverDrawn:
		return DrawCover(c.seed)
	case coverGiven:
		return c.data
	}
	return nil
}

// The size of drawn covers: small, with the shape of a video frame.
const coverWidth, coverHeight = 96, 54

// quickly spares the work that makes files small; most of a large first sync would go into it.
var quickly = png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: new(pngBuffers)}

// pngBuffers keeps what the encoder allocates anew for each picture, which is a megabyte.
type pngBuffers struct{ pool sync.Pool }

func (b *pngBuffers) Get() *png.EncoderBuffer {
	buf, _ := b.pool.Get().(*png.EncoderBuffer)
	return buf // nil has the encoder make one
}

func (b *pngBuffers) Put(buf *png.EncoderBuffer) { b.pool.Put(buf) }

// DrawCover paints a small harbour scene; the same seed gives the same bytes. Even seeds are PNG, odd ones JPEG.
func DrawCover(seed uint64) []byte {
	img := image.NewRGBA(image.Rect(0, 0, coverWidth, coverHeight))
	mix := seed*0x9e3779b97f4a7c15 + 0x1234567
	horizon := 20 + int(mix>>8%16)
	sky := color.RGBA{R: uint8(mix >> 16), G: uint8(mix >> 24), B: 200, A: 255}
	sea := color.RGBA{R: 10, G: uint8(60 + mix>>32%80), B: uint8(mix >> 40), A: 255}
	sunX, sunY := int(mix>>48%coverWidth), 6+int(mix>>56%12)
	for y := range coverHeight {
		for x := range coverWidth {
			c := sky
			if y > horizon {
				c = sea
			}
			if dx, dy := x-sunX, y-sunY; dx*dx+dy*dy < 25 {
				c = color.RGBA{R: 255, G: 230, B: 140, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var buf bytes.Buffer
	if seed%2 == 0 {
		_ = quickly.Encode(&buf, img)
	} else {
		_ = jpeg.Encode(&buf, img, nil)
	}
	return buf.Bytes()
}

// placeholderCover is what Stash sends for a scene without a cover.
const placeholderCover = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><path d="M60 40v120l100-60z"/></svg>`

func md5Hex(b []byte) string {
	sum := md5.Sum(b)
	return hex.EncodeToString(sum[:])
}

func sha1Hex(b []byte) string {
	sum := sha1.Sum(b)
	return hex.EncodeToString(sum[:])
}

func hex16(n uint64) string { return fmt.Sprintf("%016x", n) }
