package desktoptest

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
)

// paintedColours is how many colours a window has at least once its program
// drew something: before that it is one colour, and text alone brings dozens.
const paintedColours = 20

// root is the window that covers the screen.
const root = "root"

// Screenshot saves what the whole screen shows as a PNG, unless file is empty, and returns
// it.
func (d *Display) Screenshot(file string) (image.Image, error) { return d.capture(root, file) }

// WindowShot saves the inside of the window with exactly that title as a PNG, unless file
// is empty, and returns it. The frame is the window manager's and stays out: it is
// painted long before the program has drawn anything.
func (d *Display) WindowShot(title, file string) (image.Image, error) {
	id, err := d.Window(title)
	if err != nil {
		return nil, err
	}
	return d.capture(id, file)
}

// Painted waits until the program has drawn the inside of the window, then
// saves and returns it like WindowShot. A window is mapped before it is drawn.
func (d *Display) Painted(title, file string) (image.Image, error) {
	var shot image.Image
	err := Until(Patience, "window "+title, func() (err error) {
		if shot, err = d.WindowShot(title, file); err != nil {
			return err
		}
		if n := Colours(shot); n < paintedColours {
			return fmt.Errorf("it has %d colours only", n)
		}
		return nil
	})
	return shot, err
}

// Paint fills the screen behind all windows with a colour such as "#3a5068".
func (d *Display) Paint(colour string) error {
	_, err := d.Run("display", "-window", "root", "-size", "64x64", "xc:"+colour)
	// ImageMagick 6.9 paints, and ends with 1 all the same.
	var ended *exec.ExitError
	if errors.As(err, &ended) && ended.ExitCode() == 1 {
		return nil
	}
	return err
}

// capture takes a picture of the window with that id or of the "root".
func (d *Display) capture(window, file string) (image.Image, error) {
	if d.dir == "" {
		return d.imported(window, file)
	}
	var part image.Rectangle
	if window != root {
		var err error
		if part, err = d.place(window); err != nil {
			return nil, err
		}
	}
	shot, err := d.screen(part)
	if err != nil || file == "" {
		return shot, err
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, fmt.Errorf("save the screenshot: %w", err)
	}
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, shot)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("save the screenshot %s: %w", file, err)
	}
	return shot, nil
}

// imported is the picture of a display whose screen is no file.
func (d *Display) imported(window, file string) (image.Image, error) {
	if file == "" {
		f, err := os.CreateTemp("", "shot*.png")
		if err != nil {
			return nil, fmt.Errorf("make a file for the screenshot: %w", err)
		}
		_ = f.Close()
		file = f.Name()
		defer func() { _ = os.Remove(file) }()
	}
	if _, err := d.Run("import", "-window", window, "png:"+file); err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read the screenshot: %w", err)
	}
	defer f.Close()
	shot, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("read the screenshot %s: %w", file, err)
	}
	return shot, nil
}

// Colours counts the different colours of a picture.
func Colours(m image.Image) int {
	seen := map[color.Color]bool{}
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			seen[m.At(x, y)] = true
		}
	}
	return len(seen)
}
