package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/sim"
)

// demoFlags turn Lockstep into a show of itself.
type demoFlags struct {
	Demo      bool   `name:"demo" help:"Run against simulated servers with sample data; touches nothing of yours."`
	DemoStory bool   `name:"demo-story" hidden:"" help:"With --demo: tell the story without pauses, take pictures of every window and end."`
	Out       string `name:"out" hidden:"" placeholder:"DIR" default:"demo-out" help:"With --demo-story: where the pictures go."`
}

const (
	// demoScenes is a library large enough to watch and small enough to see through.
	demoScenes = 200
	// demoWrite is how long the simulated Plex takes for a write, so that progress can be
	// watched. A real one takes a little longer.
	demoWrite = 30 * time.Millisecond
)

// demo is one show: a simulated household, a data folder that goes with it, and a story.
type demo struct {
	*session
	world *sim.World
	dir   string
	story *story // nil without a desktop
}

// demoWorld starts the simulated servers of --demo and returns the settings that lead
// to them. Without --demo it does nothing. done ends the demo and says how it went.
func (s *session) demoWorld() (set map[string]string, done func() error, err error) {
	if !s.g.Demo {
		return nil, func() error { return nil }, nil
	}
	if s.g.DataDir != "" {
		return nil, nil, errUsage{errors.New("--demo has a data folder of its own; leave --data-dir out")}
	}
	d := &demo{session: s, world: newDemoWorld()}
	if err := d.open(); err != nil {
		return nil, nil, errors.Join(err, d.close())
	}
	if d.story != nil {
		return nil, d.close, nil // it sets everything up like a person does
	}
	return d.settings(), d.close, nil
}

// newDemoWorld is a library as people have it: most of it fine, some of it not ready,
// some of it out of reach.
func newDemoWorld() *sim.World {
	return sim.NewWorld(sim.Options{
		Seed: 11, Scenes: demoScenes, PlexWrite: demoWrite, ScanTime: 300 * time.Millisecond,
		Dirt: sim.Dirt{
			Raw: 8, Missing: 4, NoFile: 2, Outside: 3, Merged: 4, TwoLibraries: 4,
			YearOnly: 10, Untitled: 4, HandEdited: 6, ControlLetters: 2,
		},
		MultiFile: 8, NoCover: 5,
	})
}

func (d *demo) open() (err error) {
	if err := d.world.Start(); err != nil {
		return fmt.Errorf("start the simulated servers: %w", err)
	}
	if d.dir, err = os.MkdirTemp("", "lockstep-demo-"); err != nil {
		return fmt.Errorf("make a data folder for the demo: %w", err)
	}
	d.session.dir = d.dir
	if d.Desktop == nil || d.kctx.Command() != "tray" {
		token := config.Option{Name: engine.PlexToken}.Env()
		d.session.Env = func(name string) (string, bool) { return d.world.Plex.Token(), name == token }
		return nil
	}
	if d.g.LogLevel == "" {
		d.g.LogLevel = "error" // the outage of the story is no news on the terminal; the file has it
	}
	if d.story, err = newStory(d); err != nil {
		return err
	}
	d.session.Desktop = demoDesktop{d.Desktop, d.story}
	return nil
}

// settings are what leads to the simulated household, with waits that fit a show.
func (d *demo) settings() map[string]string {
	w := d.world
	return map[string]string{
		"stash-url": w.Stash.URL(), "plex-url": w.Plex.URL(), "plextv-url": w.Plex.URL(),
		"plex-library": w.Library() + "; " + sim.ArchiveLibrary,
		"path-map":     w.StashRoot() + " => " + w.PlexRoot(),
		"autostart":    "false", "reconcile": string(config.Never), "reconcile-at-start": "false",
		"pace": string(config.Full), "ramp-from": "20", "ramp-over": "0s",
		"stash-probe": "1s", "sweep-every": "5s", "plex-probe": "2s", "probe-first": "500ms", "probe-max": "2s", "notify-delay": "3s",
	}
}

// setUp stores the settings and the token, as the set-up does for a person.
func (d *demo) setUp(ctx context.Context, a api.API) error {
	st, err := a.Settings(ctx)
	if err != nil {
		return err
	}
	for name, value := range d.settings() {
		o, _ := config.Lookup(name)
		if err := o.Set(&st.Values, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	token := d.world.Plex.Token()
	return a.SaveSettings(ctx, api.SettingsChange{Values: st.Values, Token: &token})
}

// close ends the servers and gives the last line of a story that ended well. The data
// folder of one that did not is kept: the log in it tells more.
func (d *demo) close() error {
	err := d.world.Close()
	if d.story != nil {
		d.story.pictures.close()
		err = errors.Join(d.story.err, err)
	}
	if err == nil {
		err = os.RemoveAll(d.dir)
	}
	if err == nil && d.story != nil && d.story.total != "" {
		d.say("%s", d.story.total)
	}
	return err
}

// demoDesktop tells the story beside the tray it shows.
type demoDesktop struct {
	Desktop
	story *story
}

// Tray shows the tray like any other; the story uses it like a person does.
func (d demoDesktop) Tray(ctx context.Context, a api.API, act TrayActions) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	told := make(chan struct{})
	go func() {
		defer close(told)
		err := d.story.setUp(ctx, a)
		if err == nil {
			err = d.story.tell(ctx, a, act.Open)
		}
		if d.story.err = err; d.story.hurry || err != nil {
			act.Quit()
		}
	}()
	err := d.Desktop.Tray(ctx, a, act)
	stop()
	<-told
	return err
}
