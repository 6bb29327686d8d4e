//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"image"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/remote"
	"lockstep/sync/sim"
	"lockstep/sync/store"
)

// tidy is a small library in which everything can be synced.
func tidy() sim.Options { return sim.Options{Seed: 3, Scenes: 30} }

// trayed starts the app in the tray and waits until its first sync is done.
func trayed(t *testing.T, host desktoptest.Host, o sim.Options, set ...string) (*desk, *remote.Client, *desktoptest.Item) {
	t.Helper()
	d := newDesk(t, desktoptest.RigParams{Host: host}, o)
	for _, s := range set {
		name, value, _ := strings.Cut(s, "=")
		d.set[name] = value
	}
	item := d.trayUp()
	c := d.client()
	d.settled(c)
	return d, c, item
}

// trayUp starts the app hidden and waits for its icon.
func (d *desk) trayUp() *desktoptest.Item {
	d.t.Helper()
	d.app = d.start("--hidden")
	return d.item()
}

// item waits for the app's icon.
func (d *desk) item() *desktoptest.Item {
	d.t.Helper()
	if d.Watcher != nil {
		item, err := d.Watcher.Next(desktoptest.Patience)
		if err != nil {
			d.t.Fatal(err)
		}
		return item
	}
	if _, err := d.Panel.Icon(); err != nil {
		d.t.Fatal(err)
	}
	items, done, err := desktoptest.FindItems(d.Bus.Address)
	if err != nil || len(items) != 1 {
		d.t.Fatalf("%d icons: %v", len(items), err)
	}
	d.t.Cleanup(done)
	return items[0]
}

// click chooses a menu entry once it is there and enabled: on a panel as a person does,
// else with the call a panel makes.
func (d *desk) click(item *desktoptest.Item, path ...string) {
	d.t.Helper()
	choose := item.Click
	if d.Panel != nil {
		choose = func(path ...string) error { return d.Panel.Choose(item, path...) }
	}
	d.Until(fmt.Sprintf("the menu entry %q", path), func() error { return choose(path...) })
}

// says waits for the tooltip and the first line of the menu to say the same words.
func (d *desk) says(item *desktoptest.Item, words string) {
	d.t.Helper()
	d.Until("the tray to say "+words, func() error {
		tip, err := item.ToolTip()
		if err != nil {
			return err
		}
		menu, err := item.Menu()
		if err != nil || len(menu.Children) == 0 {
			return fmt.Errorf("no menu yet: %w", err)
		}
		if first := menu.Children[0]; !strings.Contains(tip, words) || first.Label != tip || !first.Disabled {
			return fmt.Errorf("the tooltip is %q, the first line %q (disabled: %v)", tip, first.Label, first.Disabled)
		}
		return nil
	})
}

func TestTrayIconTellsHowThingsStand(t *testing.T) {
	d, c, item := trayed(t, desktoptest.OnScreen, tidy())
	d.says(item, "In step")
	if err := d.inStep(); err != nil {
		t.Error(err)
	}
	up := d.icon(item)
	onPanel := d.onPanel("up", nil)
	if _, err := d.Panel.MenuShot(d.Shot(t.Name() + "-menu")); err != nil {
		t.Error(err)
	}
	d.click(item, "Pause", "Until I resume")
	d.says(item, "Paused")
	paused := d.icon(item)
	onPanel = d.onPanel("paused", onPanel)
	d.click(item, "Resume")
	d.says(item, "In step")
	back := d.world.Plex.Inject(sim.Fault{Effect: sim.Refuse})
	d.world.Plex.DropConnections()
	d.says(item, "Plex down since")
	down := d.icon(item)
	d.onPanel("down", onPanel)
	back()
	d.sees(c, "Plex being back", func(s api.Snapshot) bool { return s.Verdict == health.Up })
	d.says(item, "In step")
	if sameShape(up, paused) || sameShape(up, down) || sameShape(paused, down) {
		t.Error("the icon's outline is the same in two of up, paused and down")
	}
	d.Until("the plain icon again", func() error {
		if !sameShape(up, d.icon(item)) {
			return errors.New("it is another one")
		}
		return nil
	})
}

func (d *desk) icon(item *desktoptest.Item) image.Image {
	d.t.Helper()
	m, err := item.Icon()
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

// onPanel waits until the panel shows another icon than before.
func (d *desk) onPanel(name string, before []image.Image) []image.Image {
	d.t.Helper()
	var shot image.Image
	d.Until("the panel to show the icon "+name, func() (err error) {
		shot, err = d.Panel.IconShot(d.Shot(d.t.Name() + "-" + name))
		if slices.ContainsFunc(before, func(old image.Image) bool { return reflect.DeepEqual(old, shot) }) {
			err = errors.New("it looks like another one")
		}
		return err
	})
	return append(before, shot)
}

// sameShape compares what is drawn without its colours.
func sameShape(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			_, _, _, p := a.At(x, y).RGBA()
			if _, _, _, q := b.At(x, y).RGBA(); p != q {
				return false
			}
		}
	}
	return true
}

func TestTrayMenuDoesWhatItSays(t *testing.T) {
	d, c, item := trayed(t, desktoptest.OnScreen, tidy(), "STASH_PROBE=1h", "PLEX_PROBE=1h")
	for label, name := range map[string]string{
		"Overview…": present.Overview, "Queue…": present.Queue, "Reports…": present.Reports, "Outages…": present.Outages, "Settings…": present.Settings,
	} {
		d.click(item, label)
		d.opened(name)
		d.close(name)
	}
	d.syncNow(c, item)
	d.reconciles(c, item)
	d.pauses(c, item)
	d.click(item, "Quit")
	if err := d.app.Wait(desktoptest.Patience); err != nil {
		t.Errorf("Quit: %v", err)
	}
	d.noToken()
}

// syncNow edits a scene that nothing else would notice for an hour.
func (d *desk) syncNow(c *remote.Client, item *desktoptest.Item) {
	d.t.Helper()
	id := d.world.Stash.SceneIDs()[0]
	if err := d.world.Stash.Edit(id, func(sc *sim.Scene) { sc.Title = "Found by hand" }); err != nil {
		d.t.Fatal(err)
	}
	d.click(item, "Sync now")
	d.Until("the edit in Plex", d.inStep)
	d.settled(c)
}

func (d *desk) reconciles(c *remote.Client, item *desktoptest.Item) {
	d.t.Helper()
	newest := uint64(0)
	for _, want := range []struct {
		label   string
		scope   config.Scope
		preview bool
	}{
		{"Last 24 hours", config.ScopeDay, false}, {"Last 7 days", config.ScopeWeek, false},
		{"Everything", config.ScopeAll, false}, {"Preview everything…", config.ScopeAll, true},
	} {
		d.click(item, "Reconcile", want.label)
		var rep store.Report
		d.Until("the report of "+want.label, func() error {
			list, err := c.Reports(context.Background(), 1)
			if err != nil || len(list) == 0 || list[0].ID == newest || list[0].Ended.IsZero() {
				return fmt.Errorf("reports %+v: %w", list, err)
			}
			rep = list[0]
			return nil
		})
		newest = rep.ID
		if rep.Scope != string(want.scope) || rep.Preview != want.preview || !rep.Incomplete.IsZero() {
			d.t.Errorf("%s made the report %+v", want.label, rep)
		}
	}
	d.opened(present.Preview)
	d.close(present.Preview)
}

func (d *desk) pauses(c *remote.Client, item *desktoptest.Item) {
	d.t.Helper()
	for label, length := range map[string]time.Duration{"30 minutes": 30 * time.Minute, "2 hours": 2 * time.Hour, "Until I resume": 0} {
		d.click(item, "Pause", label)
		s := d.sees(c, "the pause", func(s api.Snapshot) bool { return s.Paused })
		if off := time.Until(s.PausedTill) - length; length > 0 && (off > time.Minute || off < -time.Minute) || length == 0 && !s.PausedTill.IsZero() {
			d.t.Errorf("%s pauses until %v", label, s.PausedTill)
		}
		d.click(item, "Resume")
		d.sees(c, "the end of the pause", func(s api.Snapshot) bool { return !s.Paused })
	}
}
