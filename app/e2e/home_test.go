//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/remote"
	"lockstep/sync/sim"
)

// canary is the token of Plex in every test. It must be in no output and in no file.
const canary = "canary-4f1d9b07c2e8-token"

// binary is the app under test.
func binary(t testing.TB) string {
	t.Helper()
	file := os.Getenv("LOCKSTEP_BIN")
	if file == "" {
		t.Fatal("LOCKSTEP_BIN is not set; run `make e2e`")
	}
	return file
}

// household is one person's Stash, Plex and data folder.
type household struct {
	t     testing.TB
	world *sim.World
	dir   string
	// set are the settings as variables without their LOCKSTEP_ prefix; an empty value
	// takes one away.
	set map[string]string
}

// newHousehold starts simulated servers with short waits. dir must exist.
func newHousehold(t testing.TB, dir string, o sim.Options) *household {
	t.Helper()
	o.PlexToken = canary
	w := sim.NewWorld(o)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return &household{t: t, world: w, dir: dir, set: map[string]string{
		"DATA_DIR": dir, "NO_KEYRING": "1",
		"STASH_URL": w.Stash.URL(), "PLEX_URL": w.Plex.URL(), "PLEX_TOKEN": canary,
		"PLEX_LIBRARY": w.Library() + "; " + sim.ArchiveLibrary, "PATH_MAP": w.StashRoot() + " => " + w.PlexRoot(),
		"PACE": "full", "RAMP_FROM": "1000", "RAMP_TO": "1000",
		"RECONCILE": "never", "RECONCILE_AT_START": "no",
		"STASH_PROBE": "1s", "PLEX_PROBE": "1s", "PROBE_FIRST": "1s", "PROBE_MAX": "2s", "NOTIFY_DELAY": "1s",
	}}
}

// vars are the household's settings as an environment.
func (h *household) vars() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(h.set)) {
		if h.set[name] != "" {
			out = append(out, "LOCKSTEP_"+name+"="+h.set[name])
		}
	}
	return out
}

// answer is what a command said.
type answer struct {
	out, problems string
	code          int
}

// command runs the app without a desktop until it ends.
func (h *household) command(args ...string) answer {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(h.t), args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + h.dir, "XDG_RUNTIME_DIR=" + filepath.Dir(h.dir)}, h.vars()...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) || ctx.Err() != nil {
		h.t.Fatalf("lockstep %s: %v\n%s%s", strings.Join(args, " "), err, &out, &problems)
	}
	a := answer{out.String(), problems.String(), cmd.ProcessState.ExitCode()}
	if strings.Contains(a.out+a.problems, canary) {
		h.t.Errorf("lockstep %s says the token:\n%s%s", strings.Join(args, " "), a.out, a.problems)
	}
	return a
}

// noToken fails the test if the token is in a file of the data folder.
func (h *household) noToken() {
	h.t.Helper()
	files := 0
	err := filepath.WalkDir(h.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(canary)) {
			h.t.Errorf("the token is in %s", path)
		}
		return err
	})
	if err != nil || files == 0 {
		h.t.Errorf("looked for the token in %d files of the data folder: %v", files, err)
	}
}

// inStep reports the first difference between Stash and Plex.
func (h *household) inStep() error {
	if diff := h.world.Diff(sim.DiffOptions{Posters: true}); len(diff) > 0 {
		return fmt.Errorf("%d differences, first %s", len(diff), diff[0])
	}
	return nil
}

// desk is a household with a desktop on which the app runs.
type desk struct {
	*household
	*desktoptest.Rig
	app *desktoptest.Program
}

// newDesk sets up a desktop; start starts the app on it.
func newDesk(t *testing.T, p desktoptest.RigParams, o sim.Options) *desk {
	t.Helper()
	t.Parallel()
	return openDesk(t, p, o)
}

// openDesk is newDesk for one that runs alone, such as a benchmark.
func openDesk(t testing.TB, p desktoptest.RigParams, o sim.Options) *desk {
	t.Helper()
	binary(t)
	rig := desktoptest.NewRig(t, p)
	dir := filepath.Join(rig.Home, "lockstep")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return &desk{household: newHousehold(t, dir, o), Rig: rig}
}

// start starts the app in the tray, as autostart does when given --hidden.
func (d *desk) start(args ...string) *desktoptest.Program {
	d.t.Helper()
	d.Env = append(slices.DeleteFunc(d.Env, func(e string) bool { return strings.HasPrefix(e, "LOCKSTEP_") }), d.vars()...)
	p := d.Start(binary(d.t), args...)
	d.t.Cleanup(func() {
		if strings.Contains(p.Output(), canary) {
			d.t.Error("the app says the token")
		}
	})
	return p
}

// client talks to the app that runs, like its own windows.
func (d *desk) client() *remote.Client {
	d.t.Helper()
	var c *remote.Client
	d.Until("the local socket", func() (err error) {
		c, _, err = remote.Connect(context.Background(), d.dir, version(d.t))
		return err
	})
	d.t.Cleanup(c.Close)
	return c
}

// version is what the app under test calls itself.
func version(t testing.TB) string {
	t.Helper()
	out, err := exec.Command(binary(t), "version", "--json").Output()
	if err != nil {
		t.Fatalf("ask for the version: %v", err)
	}
	var v struct{ Version string }
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatalf("the app does not say its version: %v: %s", err, out)
	}
	return v.Version
}

// sees waits for a snapshot that fits.
func (d *desk) sees(c *remote.Client, what string, fits func(api.Snapshot) bool) api.Snapshot {
	d.t.Helper()
	var last api.Snapshot
	d.Until(what, func() error {
		s, err := c.Snapshot(context.Background())
		if err != nil {
			return err
		}
		if last = s; !fits(s) {
			return fmt.Errorf("verdict %q, queue %+v, paused %v, looked %v, stash %+v, plex %+v", s.Verdict, s.Queue, s.Paused, s.Scanned, s.Stash, s.Plex)
		}
		return nil
	})
	return last
}

// settled waits until everything that can be done is done.
func (d *desk) settled(c *remote.Client) api.Snapshot {
	d.t.Helper()
	return d.sees(c, "a settled queue", func(s api.Snapshot) bool { return s.Scanned && !s.Active && s.Queue.Empty() })
}

// title is the title of a window, by its name.
func title(name string) string { return "Lockstep – " + present.WindowTitle(name) }

// opened waits for a painted window.
func (d *desk) opened(name string) image.Image {
	d.t.Helper()
	return d.Painted(title(name), d.t.Name()+"-"+name)
}

// close closes a window and waits until it is gone.
func (d *desk) close(name string) {
	d.t.Helper()
	if err := d.Display.CloseWindow(title(name)); err != nil {
		d.t.Fatal(err)
	}
	d.Until(name+" closed", func() error { return d.Display.Gone(title(name)) })
}

// windowProcess is the process that shows the windows, 0 when there is none.
func (d *desk) windowProcess() int {
	d.t.Helper()
	return childOf(d.t, d.app.PID(), "window")
}

// windowRuns returns an error unless the window process runs, or does not.
func (d *desk) windowRuns(want bool) error {
	d.t.Helper()
	if pid := d.windowProcess(); want != (pid != 0) {
		return fmt.Errorf("the window process is %d", pid)
	}
	return nil
}

// childOf finds a child process by an argument.
func childOf(t testing.TB, parent int, arg string) int {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		list, _ := os.ReadFile(file) // a thread that has ended has none
		for pid := range strings.FieldsSeq(string(list)) {
			line, _ := os.ReadFile("/proc/" + pid + "/cmdline")
			if slices.Contains(strings.Split(string(line), "\x00"), arg) {
				var n int
				if _, err := fmt.Sscan(pid, &n); err == nil {
					return n
				}
			}
		}
	}
	return 0
}
