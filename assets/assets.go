// Package assets holds the pictures drawn for Lockstep, as bytes: the app icon, the
// tray's six shapes and the marks between the words of windows. It knows nothing of toolkits, states or words.
// The SVG sources are in svg/; what is embedded is rendered from them by gen.
package assets

import _ "embed" // for the embedded files

//go:generate go run ./gen

// The tray's shapes, by what they say. Each differs from the others in its
// outline, not only in its colour.
const (
	Up        = "up"        // plain: in step, nothing to do
	Working   = "working"   // dot
	Paused    = "paused"    // two bars
	Attention = "attention" // triangle: the user is asked for something
	Down      = "down"      // broken: Plex is down
	Unsure    = "unsure"    // question mark
)

// Shapes lists every name Tray knows.
func Shapes() []string { return []string{Up, Working, Paused, Attention, Down, Unsure} }

// AppIcon is the app's icon, a PNG of 256 by 256 pixels.
//
//go:embed icon-256.png
var AppIcon []byte

// AppIconSVG is the source of AppIcon.
//
//go:embed svg/app.svg
var AppIconSVG []byte

// Marks is a TrueType font of the marks in windows, such as ● and ✓, which the toolkit's
// own fonts lack. Its em has 1000 units and its line is that of Noto Sans, so that a mark
// moves no line of text; marks_test.go holds it to that. The file is its own source: edit it
// with a font editor such as FontForge.
//
//go:embed marks.ttf
var Marks []byte

// Tray is the tray icon of that shape in the form the system's tray takes: ICO
// with 16, 32 and 48 pixels on Windows, elsewhere PNG with 64. It is nil for a
// name that is not in Shapes.
func Tray(shape string) []byte { return file(shape + trayForm) }

// TrayTemplate is the same shape as a PNG of 64 pixels in black alone, which macOS colours
// as its menu bar needs. It is nil on Windows, and for a name that is not in Shapes.
func TrayTemplate(shape string) []byte { return file(shape + ".template.png") }

func file(name string) []byte {
	data, err := tray.ReadFile("tray/" + name)
	if err != nil {
		return nil
	}
	return data
}
