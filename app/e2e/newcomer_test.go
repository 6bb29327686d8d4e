//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/remote"
	"lockstep/sync/sim"
)

// newcomer is a person at a desktop who starts Lockstep for the first time and has a
// keyboard only.
type newcomer struct {
	*desk
	c *remote.Client
	// steps are the lists of steps as they looked, by step; how one looks tells which
	// step is shown.
	steps map[int]*image.RGBA
	// latest is how the list looked last, and unchanged how often in a row.
	latest    *image.RGBA
	unchanged int
	said      []byte // the picture of the last refusal
}

// newNewcomer has servers, but no settings; the browser writes down what it is to open.
func newNewcomer(t *testing.T, o sim.Options) *newcomer {
	t.Helper()
	d := newDesk(t, desktoptest.RigParams{}, o)
	for _, name := range []string{"STASH_URL", "PLEX_URL", "PLEX_TOKEN", "PLEX_LIBRARY", "PATH_MAP"} {
		delete(d.set, name)
	}
	d.set["PLEXTV_URL"] = d.world.Plex.URL()
	n := &newcomer{desk: d, steps: map[int]*image.RGBA{}}
	n.browser()
	return n
}

// browser puts a program before the real one that stores the address it is given.
func (n *newcomer) browser() {
	n.t.Helper()
	dir := filepath.Join(n.Home, "bin")
	script := "#!/bin/sh\nprintf '%s\\n' \"$1\" >> " + n.visited() + "\n"
	err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o700))
	if err != nil {
		n.t.Fatal(err)
	}
	for i, e := range n.Env {
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			n.Env[i] = "PATH=" + dir + ":" + path
		}
	}
}

func (n *newcomer) visited() string { return filepath.Join(n.Home, "visited") }

// begins starts Lockstep, which shows the set-up without being asked for it.
func (n *newcomer) begins() {
	n.t.Helper()
	n.app = n.start()
	n.c = n.client()
	n.at(present.StepStash)
}

// picture takes a picture of the set-up.
func (n *newcomer) picture(name string) (image.Image, error) {
	file := ""
	if os.Getenv("LOCKSTEP_SHOTS") != "" {
		file = n.Shot(n.t.Name() + "-" + name)
	}
	return n.Display.WindowShot(setUpTitle, file)
}

const setUpTitle = "Lockstep – Set-up"

// at waits until the set-up shows a step.
func (n *newcomer) at(step int) {
	n.t.Helper()
	name := fmt.Sprintf("%d", step+1)
	n.Until("step "+name, func() error {
		shot, err := n.picture(name)
		if err != nil {
			return err
		}
		steps := cut(shot, list)
		if known := n.steps[step]; known != nil {
			if string(known.Pix) != string(steps.Pix) {
				return errors.New("the list of steps looks otherwise")
			}
			return nil
		}
		if desktoptest.Colours(steps) < 20 {
			return errors.New("the list of steps is not drawn")
		}
		for other, known := range n.steps {
			if string(known.Pix) == string(steps.Pix) {
				return fmt.Errorf("still at step %d", other+1)
			}
		}
		if !n.steady(steps) {
			return errors.New("the list of steps is being drawn")
		}
		n.steps[step] = steps
		return nil
	})
}

// steady reports a list that looked the same several times in a row: a picture taken
// while a page changes is no page's.
func (n *newcomer) steady(list *image.RGBA) bool {
	if n.latest == nil || string(n.latest.Pix) != string(list.Pix) {
		n.latest, n.unchanged = list, 0
	}
	n.unchanged++
	return n.unchanged > 3
}

// cut copies a part of a picture.
func cut(shot image.Image, part image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: part.Size()})
	draw.Draw(out, out.Bounds(), shot, part.Min, draw.Src)
	return out
}

// press presses keys, one after the other.
func (n *newcomer) press(keys ...string) {
	n.t.Helper()
	if err := n.Display.Key(keys...); err != nil {
		n.t.Fatal(err)
	}
}

// types replaces the text of the input with the cursor.
func (n *newcomer) types(text string) {
	n.t.Helper()
	n.press("ctrl+a")
	if err := n.Display.Type(text); err != nil {
		n.t.Fatal(err)
	}
}

// stored waits until the stored settings fit.
func (n *newcomer) stored(what string, fits func(api.Settings) bool) {
	n.t.Helper()
	n.Until(what, func() error {
		s, err := n.c.Settings(n.t.Context())
		if err == nil && !fits(s) {
			err = fmt.Errorf("stored: %+v", s)
		}
		return err
	})
}

// The parts of the set-up that tell how things stand, in pixels.
var (
	list = image.Rect(8, 30, 148, 330)
	body = image.Rect(170, 140, 890, 560)
	foot = image.Rect(170, 480, 890, 600)
)

// tone is a colour in which words are shown.
type tone func(r, g, b uint32) bool

func warns(r, g, b uint32) bool { return r > b+70 && r >= g }
func good(r, g, b uint32) bool  { return g > r+50 && g > b+20 }

// reads waits for words in that tone in a part of the set-up.
func (n *newcomer) reads(what string, part image.Rectangle, t tone) {
	n.t.Helper()
	n.Until("words: "+what, func() error {
		if shot, err := n.picture("now"); err != nil || !has(shot, part, t) {
			return fmt.Errorf("there are none: %w", err)
		}
		return nil
	})
}

// readsNo waits until there are no words in that tone.
func (n *newcomer) readsNo(what string, part image.Rectangle, t tone) {
	n.t.Helper()
	n.Until("no "+what, func() error {
		if shot, err := n.picture("now"); err != nil || has(shot, part, t) {
			return fmt.Errorf("there are some: %w", err)
		}
		return nil
	})
}

// refused waits for words of warning at the foot of the step that is shown, other ones
// than the last time.
func (n *newcomer) refused(why string) {
	n.t.Helper()
	n.Until("words why the "+why+" will not do", func() error {
		shot, err := n.picture(why)
		if err != nil {
			return err
		}
		said := cut(shot, foot)
		if !has(shot, foot, warns) || string(said.Pix) == string(n.said) {
			return errors.New("there are none")
		}
		n.said = said.Pix
		return nil
	})
}

// has reports whether a part of a picture has words in that tone.
func has(shot image.Image, part image.Rectangle, t tone) bool {
	found := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			r, g, b, _ := shot.At(x, y).RGBA()
			if t(r>>8, g>>8, b>>8) {
				found++
			}
		}
	}
	return found > 20
}
