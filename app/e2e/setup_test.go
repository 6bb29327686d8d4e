//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	autostart "lockstep/app/desk"
	"lockstep/app/desktoptest"
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/scene"
)

// apiKey is what Stash wants.
const apiKey = "key-93ae51c07d24"

// nowhere is an address where nobody answers.
const nowhere = "http://127.0.0.1:1"

// TestSetUpFromNothingToInStep is a person's first quarter of an hour: a wrong address, a
// wrong key, the sign-in in the browser, a wrong path rule, the preview, the start.
func TestSetUpFromNothingToInStep(t *testing.T) {
	o := tidy()
	o.StashAPIKey = apiKey
	n := newNewcomer(t, o)
	n.begins()
	n.findsStash()
	n.signsIn()
	n.choosesLibrary()
	n.findsRules()
	n.choosesFields()
	n.previews()
	n.startsWithTheDesktop()
	n.keptSecret()
}

// TestQuitInTheTrayAsksAboutWhatIsBeingEdited saves what was typed before Lockstep ends.
func TestQuitInTheTrayAsksAboutWhatIsBeingEdited(t *testing.T) {
	n := newNewcomer(t, tidy())
	n.begins()
	n.types(n.world.Stash.URL())
	before, err := n.picture("typed")
	if err != nil {
		t.Fatal(err)
	}
	n.click(n.item(), "Quit")
	n.Until("the question", func() error {
		now, err := n.picture("question")
		if err == nil && string(cut(now, body).Pix) == string(cut(before, body).Pix) {
			err = errors.New("there is none")
		}
		return err
	})
	n.stored("nothing", func(s api.Settings) bool { return s.Values.StashURL == "" })
	n.press("space") // Save
	if err := n.app.Wait(desktoptest.Patience); err != nil {
		t.Errorf("Quit: %v", err)
	}
	n.app = n.start()
	n.c = n.client()
	n.stored("what was typed", func(s api.Settings) bool { return s.Values.StashURL == n.world.Stash.URL() })
}

// findsStash is refused twice, in words and without an end, and consents to the file.
func (n *newcomer) findsStash() {
	n.t.Helper()
	n.types(nowhere)
	n.press("Return")
	n.refused("address")
	n.types(n.world.Stash.URL())
	n.press("Tab")
	n.types("guessed")
	n.press("Return")
	n.refused("key")
	n.stored("nothing", func(s api.Settings) bool { return s.Values.StashURL == "" && !s.HasAPIKey })
	n.types(apiKey)
	n.press("Tab", "Tab", "Tab", "space", "alt+Right") // certificate, Test, the consent
	n.stored("Stash", func(s api.Settings) bool {
		return s.Values.StashURL == n.world.Stash.URL() && s.HasAPIKey && s.Values.SecretInFile && s.Values.Hold
	})
	n.at(present.StepPlex)
}

// signsIn goes back once, and on by the browser.
func (n *newcomer) signsIn() {
	n.t.Helper()
	n.press("alt+Left")
	n.at(present.StepStash)
	n.press("Return")
	n.at(present.StepPlex)
	n.press("Return") // Sign in with Plex…
	n.confirmsInTheBrowser()
	n.reads("the servers of the account", body, good)
	n.press("Return") // Use
	n.stored("Plex", func(s api.Settings) bool { return s.Values.PlexURL == n.world.Plex.URL() && s.HasToken })
	n.readsNo("servers of the account", body, good)
	n.press("Return")
	n.at(present.StepLibraries)
}

func (n *newcomer) confirmsInTheBrowser() {
	n.t.Helper()
	n.Until("the sign-in page", func() error {
		pages, err := os.ReadFile(n.visited())
		if err != nil {
			return err
		}
		page, err := url.Parse(strings.TrimSpace(string(pages)))
		if err != nil || !strings.HasPrefix(page.String(), n.world.Plex.URL()+"/auth#?clientID=") || !strings.Contains(page.Fragment, "&code=") {
			return fmt.Errorf("visited %q: %w", pages, err)
		}
		return nil
	})
	confirmed, err := http.Post(n.world.Plex.URL()+"/auth", "application/x-www-form-urlencoded", nil)
	if err != nil || confirmed.StatusCode != http.StatusOK {
		n.t.Fatalf("confirm in the browser: %v", err)
	}
	_ = confirmed.Body.Close()
}

func (n *newcomer) choosesLibrary() {
	n.t.Helper()
	n.press("Tab", "space", "alt+Right")
	n.stored("the library", func(s api.Settings) bool { return slices.Equal(s.Values.Libraries, []string{n.world.Library()}) })
	n.at(present.StepPaths)
}

// findsRules types a rule that finds nothing, is stopped, and takes the one that was
// learned.
func (n *newcomer) findsRules() {
	n.t.Helper()
	n.press("Tab")
	n.types(n.world.StashRoot())
	n.press("Tab")
	n.types("/nowhere")
	n.press("alt+Right")
	n.refused("rules")
	n.stored("no rule", func(s api.Settings) bool { return len(s.Values.PathMap) == 0 })
	n.press("Tab", "space") // the bin; then Add a rule has the focus
	n.readsNo("words about the rule", body, warns)
	n.press("Tab", "space") // Check the paths
	n.reads("that no rule finds nothing", body, warns)
	n.press("Tab", "Return") // Use
	n.reads("how the learned rule fits", body, good)
	n.press("Return")
	n.stored("the learned rule", func(s api.Settings) bool {
		return slices.Equal(s.Values.PathMap, []config.Rule{{Stash: n.world.StashRoot(), Plex: n.world.PlexRoot()}})
	})
	n.at(present.StepFields)
}

func (n *newcomer) choosesFields() {
	n.t.Helper()
	n.press("Tab", "Right", "Tab", "Return", "alt+Right") // preset, the next one, Use this preset
	n.stored("the title's policy", func(s api.Settings) bool { return s.Values.Policy(scene.FieldTitle) == config.Mirror })
	n.at(present.StepPreview)
}

// previews waits for the preview, before which and during which Plex is only read.
func (n *newcomer) previews() {
	n.t.Helper()
	n.Until("the preview", func() error {
		list, err := n.c.Reports(n.t.Context(), 1)
		if err != nil || len(list) == 0 || list[0].Ended.IsZero() {
			return fmt.Errorf("reports %+v: %w", list, err)
		}
		if r := list[0]; !r.Preview || r.Enqueued == 0 || !r.Incomplete.IsZero() {
			n.t.Errorf("the preview: %+v", r)
		}
		return nil
	})
	n.reads("the result of the preview", body, good)
	n.press("Return")
	n.at(present.StepStart)
	n.wroteNothing()
}

func (n *newcomer) wroteNothing() {
	n.t.Helper()
	if w := n.world.Plex.Mutations(); w != 0 {
		n.t.Errorf("Plex was written to %d times before the start: %v", w, n.world.Plex.Counts())
	}
}

// starts presses the last button, after which everything gets in step.
func (n *newcomer) starts() {
	n.t.Helper()
	n.press("alt+Right")
	n.Until("the overview", func() error { return n.Display.Visible(title(present.Overview)) })
	n.Until("the set-up to close", func() error { return n.Display.Gone(setUpTitle) })
	n.stored("the end of the hold", func(s api.Settings) bool { return !s.Values.Hold })
	n.settled(n.c)
	if err := n.inStep(); err != nil {
		n.t.Error(err)
	}
}

func (n *newcomer) startsWithTheDesktop() {
	n.t.Helper()
	n.press("Tab", "space")
	n.starts()
	entry, err := os.ReadFile(n.autostart())
	if err != nil || !strings.Contains(string(entry), "--hidden") {
		n.t.Errorf("starts with the desktop: %v\n%s", err, entry)
	}
}

// autostart is the file that starts Lockstep with the desktop.
func (n *newcomer) autostart() string {
	return filepath.Join(n.Home, "config", "autostart", autostart.ID+".desktop")
}

// keptSecret checks that token and key are in the file the person consented to, which
// only that person can read, and in no other.
func (n *newcomer) keptSecret() {
	n.t.Helper()
	file := filepath.Join(n.dir, "secrets.json")
	info, err := os.Stat(file)
	if err != nil {
		n.t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	var kept map[string]string
	if err == nil {
		err = json.Unmarshal(data, &kept)
	}
	if err != nil || info.Mode() != 0o600 || !strings.Contains(string(data), canary) || !strings.Contains(string(data), apiKey) {
		n.t.Errorf("%s has mode %v and %d secrets: %v", file, info.Mode(), len(kept), err)
	}
	if err := os.Rename(file, filepath.Join(n.Home, "secrets.json")); err != nil {
		n.t.Fatal(err)
	}
	n.noToken()
}

// TestSetUpGoesOnWhereItsWindowDied: what was stored is there, what was not is asked
// again, and nothing is written meanwhile. The token is typed, wrong at first.
func TestSetUpGoesOnWhereItsWindowDied(t *testing.T) {
	n := newNewcomer(t, tidy())
	n.begins()
	n.types(n.world.Stash.URL())
	n.press("alt+Right") // from within a text
	n.at(present.StepPlex)
	n.dies()
	n.at(present.StepPlex)
	n.stored("Stash", func(s api.Settings) bool { return s.Values.StashURL == n.world.Stash.URL() && s.Values.Hold })
	n.typesToken()
	n.dies()
	n.at(present.StepLibraries)
	n.stored("Plex", func(s api.Settings) bool {
		return s.Values.PlexURL == n.world.Plex.URL() && s.HasToken && s.Values.Hold
	})
	n.press("Return")
	n.at(present.StepPaths)
	n.reads("that no rule finds nothing", body, warns)
	n.press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Return") // two texts, bin, Add a rule, Check the paths, Use
	n.reads("how the learned rule fits", body, good)
	n.press("Return")
	n.at(present.StepFields)
	n.press("Return")
	n.at(present.StepPreview)
	n.dies() // maybe within the preview
	n.at(present.StepLibraries)
	for _, next := range []int{present.StepPaths, present.StepFields, present.StepPreview} {
		n.press("Return")
		n.at(next)
	}
	n.previews()
	n.starts()
	if _, err := os.Stat(n.autostart()); !os.IsNotExist(err) {
		t.Errorf("starts with the desktop unasked: %v", err)
	}
	n.noToken()
}

// typesToken enters the address of Plex, and a token it refuses before the right one.
func (n *newcomer) typesToken() {
	n.t.Helper()
	n.press("Tab", "Tab") // Search this network, the address
	n.types(n.world.Plex.URL())
	n.press("Tab")
	n.types("guessed")
	n.press("Return")
	n.refused("token")
	n.stored("no Plex", func(s api.Settings) bool { return s.Values.PlexURL == "" && !s.HasToken })
	n.types(canary)
	n.press("Return")
	n.at(present.StepLibraries)
}

// dies kills the process with the window; a second start shows the set-up again.
func (n *newcomer) dies() {
	n.t.Helper()
	if err := syscall.Kill(n.windowProcess(), syscall.SIGKILL); err != nil {
		n.t.Fatal(err)
	}
	n.Until("the set-up to go", func() error { return n.Display.Gone(setUpTitle) })
	if err := n.start().Wait(desktoptest.Patience); err != nil {
		n.t.Errorf("the second start: %v", err)
	}
	n.wroteNothing()
}
