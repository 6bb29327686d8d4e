package testkit

import (
	"bytes"
	"crypto/sha1" // Plex addresses uploads by SHA-1; it protects nothing
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
)

// Logo is a small picture; another number gives another one.
func Logo(n uint8) []byte {
	p := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		p.Set(i%8, i/8, color.RGBA{n, uint8(i), n, 255})
	}
	var out bytes.Buffer
	_ = png.Encode(&out, p)
	return out.Bytes()
}

// SHA is the SHA-1 of bytes as Plex and Lockstep write it.
func SHA(body []byte) string {
	sum := sha1.Sum(body)
	return hex.EncodeToString(sum[:])
}

// Poster is the key under which Plex keeps a poster of these bytes.
func Poster(body []byte) string { return "upload://posters/" + SHA(body) }
