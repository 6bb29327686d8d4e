package desktoptest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// screenFile is what Xvfb calls the file it keeps its screen in, in the format of xwd.
// Reading it takes milliseconds, where a program that makes a picture takes a tenth of a
// second.
const screenFile = "Xvfb_screen0"

// The places of an xwd header that matter here, in 32-bit words, most significant byte
// first: see X11/XWDFile.h.
const (
	xwdHeaderSize = iota
	xwdVersion
	xwdFormat
	xwdDepth
	xwdWidth
	xwdHeight
	xwdOffset
	xwdByteOrder // 0: least significant byte first
	_
	_
	_
	xwdBitsPerPixel
	xwdBytesPerLine
	_
	_
	_
	_
	_
	_
	xwdColours // 12 bytes each, between header and pixels
	xwdWords
)

// screen is a part of what the screen shows; an empty one is all of it.
func (d *Display) screen(part image.Rectangle) (*image.RGBA, error) {
	data, err := os.ReadFile(filepath.Join(d.dir, screenFile))
	if err != nil {
		return nil, fmt.Errorf("read the screen: %w", err)
	}
	if len(data) < 4*xwdWords {
		return nil, errors.New("read the screen: the file is too short")
	}
	word := func(n int) int { return int(binary.BigEndian.Uint32(data[4*n:])) }
	line, start := word(xwdBytesPerLine), word(xwdHeaderSize)+12*word(xwdColours)
	all := image.Rect(0, 0, word(xwdWidth), word(xwdHeight))
	if word(xwdVersion) != 7 || word(xwdBitsPerPixel) != 32 || word(xwdByteOrder) != 0 || len(data) < start+line*all.Dy() {
		return nil, errors.New("read the screen: this is another format")
	}
	if part.Empty() {
		part = all
	}
	part = part.Intersect(all)
	out := image.NewRGBA(image.Rectangle{Max: part.Size()})
	for y := range part.Dy() {
		from := data[start+line*(part.Min.Y+y)+4*part.Min.X:][:4*part.Dx()]
		to := out.Pix[out.Stride*y:]
		for i := 0; i < len(from); i += 4 {
			to[i], to[i+1], to[i+2], to[i+3] = from[i+2], from[i+1], from[i], 0xff
		}
	}
	return out, nil
}

// place is where the inside of a window is on the screen.
func (d *Display) place(id string) (image.Rectangle, error) {
	words, err := d.Run("xwininfo", "-id", id)
	if err != nil {
		return image.Rectangle{}, err
	}
	number := func(label string) int {
		_, rest, _ := strings.Cut(words, label+":")
		n, problem := strconv.Atoi(strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]))
		err = errors.Join(err, problem)
		return n
	}
	at := image.Pt(number("Absolute upper-left X"), number("Absolute upper-left Y"))
	return image.Rectangle{at, at.Add(image.Pt(number("Width"), number("Height")))}, err
}

// frameEvery is how often Frames looks: twice as often as a screen of 60 pictures a second shows
// another one.
const frameEvery = time.Second / 120

// Frames counts how many pictures a window shows while something is done to it, and how long
// that took.
func (d *Display) Frames(title string, do func() error) (n int, took time.Duration, err error) {
	id, err := d.Window(title)
	if err != nil {
		return 0, 0, err
	}
	part, err := d.place(id)
	if err != nil {
		return 0, 0, err
	}
	began, ended := time.Now(), make(chan error, 1)
	go func() { ended <- do() }()
	var before uint64
	for seed := maphash.MakeSeed(); ; {
		shot, err := d.screen(part)
		if err != nil {
			return 0, 0, err
		}
		if now := maphash.Bytes(seed, shot.Pix); now != before {
			before, n = now, n+1
		}
		select {
		case err := <-ended:
			return n - 1, time.Since(began), err // the first picture is none that changed
		case <-time.After(frameEvery):
		}
	}
}
