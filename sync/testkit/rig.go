package testkit

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/change"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/library"
	"lockstep/sync/match"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/stash"
	"lockstep/sync/store"
)

// T is what a test and one check of a property have in common.
type T interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// Client is the adapter to Stash as the engine hands it out: scenes that could not be read
// are missing from the answer.
type Client struct{ *stash.Client }

// Scenes reads scenes by id.
func (c Client) Scenes(ctx context.Context, ids []scene.ID, parts scene.Parts) (map[scene.ID]*scene.Scene, error) {
	m, err := c.Client.Scenes(ctx, ids, parts)
	if _, ok := errors.AsType[*stash.Partial](err); ok {
		return m, nil
	}
	return m, err
}

// Rig is a world of simulated servers behind real HTTP with a database, and no engine.
type Rig struct {
	T        T
	World    *sim.World
	DB       *storage.DB
	Clock    *Clock
	Stash    Client
	Plex     *plex.Client
	Settings config.Settings
	Sections []scene.Section // the chosen ones
}

// NewRig makes a rig whose database lies in dir and whose clock is an hour past the making
// of the world. The libraries chosen are the world's own and those named. The function
// returned ends it.
func NewRig(t T, dir string, o sim.Options, also ...string) (*Rig, func()) {
	t.Helper()
	r := &Rig{T: t, Clock: NewClock(), Settings: config.Defaults()}
	o.Now = r.Clock.Now
	r.World = sim.NewWorld(o)
	r.Must(r.World.Start())
	r.Clock.Pass(time.Hour)
	var err error
	r.DB, _, err = storage.Open(storage.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Now: r.Clock.Now})
	r.Must(err)
	r.Stash = Client{stash.New(stash.Options{URL: r.World.Stash.URL()})}
	r.Plex = plex.New(plex.Options{URL: r.World.Plex.URL(), Token: r.World.Plex.Token, ClientID: "test", Version: "test"})
	r.Settings.PathMap = []config.Rule{{Stash: r.World.StashRoot(), Plex: r.World.PlexRoot()}}
	r.Settings.Pace, r.Settings.AskPlexScan = config.Full, false
	r.Sections = r.Resolve(append([]string{r.World.Library()}, also...)...)
	return r, func() {
		r.Must(r.DB.Close())
		r.Plex.Close()
		r.Stash.Close()
		_ = r.World.Close()
	}
}

// ForTest is NewRig for the length of a test.
func ForTest(t *testing.T, o sim.Options, also ...string) *Rig {
	t.Helper()
	r, end := NewRig(t, t.TempDir(), o, also...)
	t.Cleanup(end)
	return r
}

// Must ends the test on an error.
func (r *Rig) Must(err error) {
	r.T.Helper()
	if err != nil {
		r.T.Fatal(err)
	}
}

// Resolve finds libraries by their names.
func (r *Rig) Resolve(names ...string) []scene.Section {
	r.T.Helper()
	all, err := r.Plex.Sections(context.Background())
	r.Must(err)
	chosen, err := library.Resolve(all, names, "", library.Known{})
	r.Must(err)
	for _, l := range chosen.Lost {
		r.Must(l.Fault)
	}
	return chosen.Sections
}

// Machine is the machine identifier of Plex.
func (r *Rig) Machine() string { return r.World.Plex.MachineID() }

// Mapper follows the rules of the settings.
func (r *Rig) Mapper() match.Mapper { return match.Of(r.Settings) }

// PathKeys are the index keys of a scene's files.
func (r *Rig) PathKeys(s scene.Scene) []string {
	var keys []string
	for _, p := range s.Paths() {
		keys = append(keys, match.Keys(r.Mapper().Map(p))...)
	}
	return keys
}

// Remember stores what a scene uses and which paths it claims.
func (r *Rig) Remember(tx store.Tx, s scene.Scene) error {
	return change.Remember(tx, s, r.PathKeys(s))
}

// Index is the index of the Plex libraries.
func (r *Rig) Index() *library.Index {
	return &library.Index{Plex: r.Plex, Store: r.DB, Machine: r.Machine(), Clock: r.Clock.Now}
}

// Refresh lists the chosen libraries in full.
func (r *Rig) Refresh(ctx context.Context) error {
	_, err := r.Index().Refresh(ctx, r.Sections, true)
	return err
}

// Finder finds changes in Stash.
func (r *Rig) Finder() *change.Finder {
	return &change.Finder{Stash: r.Stash, Store: r.DB, Settings: r.Settings, PathKeys: r.PathKeys, Clock: r.Clock.Now}
}

// Reader compares scenes the way the worker does.
func (r *Rig) Reader() *compare.Reader {
	return &compare.Reader{
		Stash: r.Stash, Plex: r.Plex, Store: r.DB, Settings: r.Settings.Clone(), Machine: r.Machine(),
		Sections: r.Sections, Mapper: r.Mapper(), Clock: r.Clock.Now, KeepCovers: true,
	}
}

// View reads the database.
func (r *Rig) View(fn func(store.Tx) error) {
	r.T.Helper()
	r.Must(r.DB.View(fn))
}

// Update changes the database.
func (r *Rig) Update(fn func(store.Tx) error) {
	r.T.Helper()
	r.Must(r.DB.Update(fn))
}
