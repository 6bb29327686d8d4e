package desktoptest

import (
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"strconv"
	"strings"
)

// menuMargin is how much of the screen a picture of the menu shows around it.
const menuMargin = 40

// MenuShot opens the tray menu, saves a picture of it with its piece of the
// panel as a PNG, closes it, and returns the picture.
func (p *Panel) MenuShot(file string) (image.Image, error) {
	menu, err := p.OpenMenu()
	if err != nil {
		return nil, err
	}
	var screen image.Image
	err = Until(Patience, "the tray menu's text", func() error {
		if screen, err = p.display.Screenshot(file); err != nil {
			return err
		}
		if n := Colours(crop(screen, menu)); n < paintedColours {
			return fmt.Errorf("it has %d colours only", n)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	area := menu.Inset(-menuMargin)
	area.Min.Y = 0
	shot := crop(screen, area.Intersect(screen.Bounds()))
	if err := savePNG(file, shot); err != nil {
		return nil, err
	}
	return shot, p.CloseMenu()
}

// IconShot saves what the tray shows as a PNG, and returns it.
func (p *Panel) IconShot(file string) (image.Image, error) {
	icon, err := p.Icon()
	if err != nil {
		return nil, err
	}
	screen, err := p.display.Screenshot(file)
	if err != nil {
		return nil, err
	}
	shot := crop(screen, icon)
	return shot, savePNG(file, shot)
}

func crop(m image.Image, area image.Rectangle) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	draw.Draw(out, out.Bounds(), m, area.Min, draw.Src)
	return out
}

func savePNG(file string, m image.Image) error {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("save the picture: %w", err)
	}
	if err := png.Encode(f, m); err != nil {
		_ = f.Close()
		return fmt.Errorf("save the picture %s: %w", file, err)
	}
	return f.Close()
}

// window is a window of the panel and where it is on the screen.
type window struct {
	id   string
	area image.Rectangle
}

// windows finds the tray and the open menu among the panel's windows. Both
// belong to the process the panel runs the tray in; the menu lies below the
// panel. What is not there has an empty area.
func (p *Panel) windows() (tray, menu window, err error) {
	// xdotool ends with 1 when it finds nothing.
	found, _ := p.display.Run("xdotool", "search", "--onlyvisible", "--class", "^[Ww]rapper-2.0$")
	for id := range strings.FieldsSeq(found) {
		area, err := p.display.area(id)
		if err != nil {
			return tray, menu, err
		}
		if area.Min.Y == 0 {
			tray = window{id, area}
		} else {
			menu = window{id, area}
		}
	}
	return tray, menu, nil
}

// area is where the window with that id is on the screen.
func (d *Display) area(id string) (image.Rectangle, error) {
	said, err := d.Run("xdotool", "getwindowgeometry", "--shell", id)
	if err != nil {
		return image.Rectangle{}, err
	}
	value := map[string]int{}
	for line := range strings.FieldsSeq(said) {
		name, number, _ := strings.Cut(line, "=")
		if n, err := strconv.Atoi(number); err == nil {
			value[name] = n
		}
	}
	return image.Rect(0, 0, value["WIDTH"], value["HEIGHT"]).Add(image.Pt(value["X"], value["Y"])), nil
}
