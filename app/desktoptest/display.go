package desktoptest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// Display is an X display to look at and to use like a person does.
type Display struct {
	// Name goes into DISPLAY of the programs that shall appear on it.
	Name string

	server, manager *Program // nil for a display that was there before
	dir             string   // where the server keeps its screen, empty for a display that was there before
}

// StartDisplay starts an X server without a screen, of that size in pixels, and
// a window manager on it. Close ends both.
func StartDisplay(width, height int) (*Display, error) {
	d := &Display{}
	if err := d.startServer(width, height); err != nil {
		d.Close()
		return nil, err
	}
	if err := d.startManager(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// OpenDisplay uses the display of that name, which somebody else started.
func OpenDisplay(name string) *Display { return &Display{Name: name} }

func (d *Display) startServer(width, height int) error {
	dir, err := os.MkdirTemp("", "screen")
	if err != nil {
		return fmt.Errorf("make a folder for the screen: %w", err)
	}
	d.dir = dir
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe for the display number: %w", err)
	}
	defer read.Close()
	// Xvfb picks a free number and writes it to -displayfd once it accepts clients.
	// -fbdir and -nocursor: its screen is a file without the pointer, see framebuffer.go.
	// -noreset: else it starts over, and drops who just comes, when its last client leaves.
	x := &Program{cmd: exec.Command("Xvfb", "-displayfd", "3", "-screen", "0",
		fmt.Sprintf("%dx%dx24", width, height), "-fbdir", dir, "-nocursor", "-nolisten", "tcp", "-noreset", "+extension", "GLX")}
	x.cmd.Stderr = &x.out
	x.cmd.ExtraFiles = []*os.File{write}
	err = x.start()
	_ = write.Close()
	if err != nil {
		return fmt.Errorf("start an X server (package xvfb): %w", err)
	}
	d.server = x
	number, err := firstLine(read)
	if err != nil {
		return fmt.Errorf("read the display number: %w: %s", err, x.Output())
	}
	d.Name = ":" + number
	return nil
}

func (d *Display) startManager() error {
	manager, err := StartProgram(d.env(), "openbox")
	if err != nil {
		return fmt.Errorf("start a window manager (package openbox): %w", err)
	}
	d.manager = manager
	return Until(Patience, "the window manager", func() error {
		_, err := d.Run("wmctrl", "-m")
		return err
	})
}

func (d *Display) env() []string { return setEnv(os.Environ(), "DISPLAY="+d.Name) }

// Close ends what StartDisplay started, the window manager first.
func (d *Display) Close() {
	for _, p := range []*Program{d.manager, d.server} {
		if p != nil {
			p.Stop()
		}
	}
	if d.dir != "" {
		_ = os.RemoveAll(d.dir)
	}
}

// Run runs a program on the display and returns what it printed.
func (d *Display) Run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = d.env()
	var problems output
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("run %s %s: %w %s", name, strings.Join(args, " "), err, strings.TrimSpace(problems.String()))
	}
	return strings.TrimSpace(string(out)), err
}

// Window is the id of the visible window with exactly that title.
func (d *Display) Window(title string) (string, error) {
	// xdotool ends with 1 when it finds nothing.
	found, _ := d.Run("xdotool", "search", "--onlyvisible", "--name", "^"+regexp.QuoteMeta(title)+"$")
	id, _, _ := strings.Cut(found, "\n")
	if id == "" {
		return "", fmt.Errorf("no visible window %q", title)
	}
	return id, nil
}

// Visible returns an error unless a window with exactly that title is visible.
func (d *Display) Visible(title string) error {
	_, err := d.Window(title)
	return err
}

// Gone returns an error while a window with exactly that title is visible.
func (d *Display) Gone(title string) error {
	if d.Visible(title) == nil {
		return fmt.Errorf("window %q is visible", title)
	}
	return nil
}

// CloseWindow is the close button of the window with exactly that title.
func (d *Display) CloseWindow(title string) error {
	id, err := d.Window(title)
	if err != nil {
		return err
	}
	_, err = d.Run("wmctrl", "-i", "-c", id)
	return err
}

// Click clicks that button (1 left, 2 middle, 3 right) at a place on the screen.
func (d *Display) Click(x, y, button int) error {
	_, err := d.Run("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", strconv.Itoa(button))
	return err
}

// Point moves the pointer to a place on the screen.
func (d *Display) Point(x, y int) error {
	_, err := d.Run("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y))
	return err
}

// Key presses keys, by their X names: "Tab", "ctrl+f", "Escape".
func (d *Display) Key(keys ...string) error {
	_, err := d.Run("xdotool", append([]string{"key", "--clearmodifiers"}, keys...)...)
	return err
}

// Type types text.
func (d *Display) Type(text string) error {
	_, err := d.Run("xdotool", "type", "--clearmodifiers", "--", text)
	return err
}
