package settings_test

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/settings"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
	"lockstep/sync/zone"
)

// secrets are kept in memory, unless a test says that they cannot be.
type secrets struct {
	kept map[string]string
	err  error
}

func (s *secrets) Get(name string) (string, error) { return s.kept[name], s.err }

func (s *secrets) Set(name, value string) error {
	if s.err == nil {
		s.kept[name] = value
	}
	return s.err
}

func (*secrets) Where() api.SecretPlace { return api.InMemory }

// rig is a Keeper on a database.
type rig struct {
	*settings.Keeper
	t       *testing.T
	shelf   *testkit.Shelf
	host    host.Host
	options settings.Options
	secrets *secrets
	log     bytes.Buffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, shelf: testkit.NewShelf(t, 0), secrets: &secrets{kept: map[string]string{}}}
	r.host = host.Host{Now: r.shelf.Clock.Now, Store: r.shelf.DB, Log: slog.New(slog.NewTextHandler(&r.log, nil))}
	r.options.Secrets = r.secrets
	r.restart()
	return r
}

// restart makes another Keeper on the same database.
func (r *rig) restart() {
	r.t.Helper()
	r.Keeper = settings.New(r.host, r.options)
	r.must(r.Load())
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// fix has options set by flags: a value by name.
func (r *rig) fix(values map[string]string) {
	r.options.Overridden = map[string]string{}
	for name := range values {
		r.options.Overridden[name] = "--" + name
	}
	r.options.Override = func(s *config.Settings) error {
		for name, v := range values {
			o, ok := config.Lookup(name)
			if !ok {
				return errors.New("no such option: " + name)
			}
			if err := o.Set(s, v); err != nil {
				return err
			}
		}
		return nil
	}
	r.restart()
}

// save stores changed settings, and reports what they ask for and whether Plex was forgotten.
func (r *rig) save(change func(*config.Settings), chosen ...string) (settings.Saved, bool) {
	r.t.Helper()
	c := api.SettingsChange{Values: r.Current().Clone(), Chosen: chosen}
	change(&c.Values)
	forgotten := false
	saved, err := r.Save(c, func(store.Tx) error { forgotten = true; return nil })
	r.must(err)
	return saved, forgotten
}

func TestSettingsSurviveARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.Current().Configured() {
		t.Fatal("configured in the beginning")
	}
	saved, _ := r.save(func(s *config.Settings) {
		s.StashURL, s.PlexURL, s.Libraries = "http://stash:9999", "http://plex:32400", []string{"Films"}
	})
	if !saved.Configured || !saved.Dial || saved.Before.Configured() {
		t.Errorf("saved %+v", saved)
	}
	r.restart()
	if s := r.Current(); s.StashURL != "http://stash:9999" || s.PlexURL != "http://plex:32400" || len(s.Libraries) != 1 {
		t.Errorf("after a restart %+v", s)
	}
}

func TestWhatChangedSettingsAskFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change    func(*config.Settings)
		dial      bool
		forgotten bool // which Plex it was
	}{
		"nothing":                  {func(*config.Settings) {}, false, false},
		"how often":                {func(s *config.Settings) { s.SweepEvery += time.Minute }, false, false},
		"another Stash":            {func(s *config.Settings) { s.StashURL = "http://other:9999" }, true, false},
		"another Plex":             {func(s *config.Settings) { s.PlexURL = "http://other:32400" }, true, true},
		"other libraries":          {func(s *config.Settings) { s.Libraries = []string{"Archive"} }, true, false},
		"a certificate of Stash's": {func(s *config.Settings) { s.StashCertificate = "ab" }, true, false},
		"a certificate of Plex's":  {func(s *config.Settings) { s.PlexCertificate = "ab" }, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.save(func(s *config.Settings) {
				s.StashURL, s.PlexURL, s.Libraries = "http://stash:9999", "http://plex:32400", []string{"Films"}
			})
			saved, forgotten := r.save(tt.change)
			if saved.Dial != tt.dial || forgotten != tt.forgotten || saved.Configured {
				t.Errorf("saved %+v, forgotten %v", saved, forgotten)
			}
		})
	}
}

func TestSecretsAreKeptApartAndDialAnew(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	given := func(s string) *string { return &s }
	c := api.SettingsChange{Values: r.Current().Clone(), APIKey: given("key"), Token: given("token"), StashLogin: given("a:b"), PlexLogin: given("")}
	r.must(r.SaveSecrets(c))
	if want := (map[string]string{settings.StashAPIKey: "key", settings.PlexToken: "token", settings.StashLogin: "a:b", settings.PlexLogin: ""}); !maps.Equal(r.secrets.kept, want) {
		t.Errorf("kept %v", r.secrets.kept)
	}
	if saved, err := r.Save(c, func(store.Tx) error { return nil }); err != nil || !saved.Dial {
		t.Errorf("saved %+v, %v", saved, err)
	}
	shown, err := r.Shown()
	r.must(err)
	if !shown.HasAPIKey || !shown.HasToken || !shown.HasStashLogin || shown.HasPlexLogin || shown.SecretsIn != "memory" {
		t.Errorf("shown %+v", shown)
	}
	if err := r.SaveSecrets(api.SettingsChange{PlexLogin: given("no colon")}); !fault.Is(err, fault.Rejected) {
		t.Errorf("a login without a colon: %v", err)
	}
	r.secrets.err = errors.New("the keyring is locked")
	if err := r.SaveSecrets(c); !fault.Is(err, fault.Local) {
		t.Errorf("a keyring that is locked: %v", err)
	}
	if got := r.Secret(settings.PlexToken)(); got != "token" || !strings.Contains(r.log.String(), "the keyring is locked") || strings.Contains(r.log.String(), "token=token") {
		t.Errorf("read %q, log %q", got, r.log.String())
	}
}

func TestSettingsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	if err := settings.Check(s); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	s.BrakePercent = 0
	if err := settings.Check(s); !fault.Is(err, fault.Rejected) {
		t.Errorf("%v", err)
	}
}

func TestWhatAFlagSetsDoesNotOutliveIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.save(func(s *config.Settings) { s.BrakePercent, s.BrakeMinimum = 30, 60 })
	r.fix(map[string]string{"brake-percent": "50"})
	if s := r.Current(); s.BrakePercent != 50 || s.BrakeMinimum != 60 || !r.Overridden("brake-percent") || r.Overridden("brake-minimum") {
		t.Errorf("in force: %d %%, %d", s.BrakePercent, s.BrakeMinimum)
	}
	r.save(func(s *config.Settings) { s.BrakeMinimum = 70 })
	if shown, err := r.Shown(); err != nil || shown.Stored["brake-percent"] != "30" || shown.Values.BrakePercent != 50 {
		t.Errorf("shown %v, %v", shown.Stored, err)
	}
	if s, err := r.Stored(); err != nil || s.BrakePercent != 30 || s.BrakeMinimum != 70 {
		t.Errorf("stored %d %%, %d, %v", s.BrakePercent, s.BrakeMinimum, err)
	}
	r.save(func(s *config.Settings) { s.BrakePercent = 40 }) // a person changed just that
	if s, _ := r.Stored(); s.BrakePercent != 40 || r.Current().BrakePercent != 50 {
		t.Errorf("stored %d %%, in force %d %%", s.BrakePercent, r.Current().BrakePercent)
	}
	r.save(func(*config.Settings) {}, "brake-percent") // or chose what the flag says
	if s, _ := r.Stored(); s.BrakePercent != 50 {
		t.Errorf("stored %d %%", s.BrakePercent)
	}
}

func TestAnAddressFromOutsideCannotBeChosen(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.must(r.MayChoosePlex())
	r.fix(map[string]string{"plex-url": "http://plex:32400"})
	if err := r.MayChoosePlex(); !fault.Is(err, fault.Rejected) || !strings.Contains(fault.Of(err).Hint.String(), "--plex-url") {
		t.Errorf("%v", err)
	}
	if _, forgotten := r.save(func(s *config.Settings) { s.StashURL = "http://stash:9999" }); forgotten {
		t.Error("which Plex it was is forgotten although nobody gave another address")
	}
	r.options.Override = func(*config.Settings) error { return errors.New("a bad flag") }
	if err := settings.New(r.host, r.options).Load(); err == nil {
		t.Error("a bad flag was taken")
	}
}

func TestAPauseLastsUntilItsTimeOrUntilResumed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.Paused() || !r.PauseEnds().IsZero() || r.MayWrite(message.None) != nil {
		t.Fatal("paused in the beginning")
	}
	until := r.shelf.Clock.Now().Add(time.Hour)
	r.must(r.Pause(until))
	r.restart()
	on, end := r.PausedByPerson()
	if !on || !end.Equal(until) || !r.PauseEnds().Equal(until) || !r.Paused() {
		t.Errorf("after a restart %v until %v", on, end)
	}
	if err := r.MayWrite(message.Foreign("Resume it.")); !fault.Is(err, fault.Rejected) || fault.Of(err).Hint.String() != "Resume it." {
		t.Errorf("%v", err)
	}
	r.shelf.View(t, func(tx store.Tx) error {
		on, end, err := settings.ReadPause(tx)
		if !on || !end.Equal(until) {
			t.Errorf("read %v until %v", on, end)
		}
		return err
	})
	r.must(r.Pause(time.Time{}))
	if !r.PauseEnds().IsZero() || !r.Paused() {
		t.Error("a pause without an end")
	}
	r.must(r.Resume())
	r.restart()
	if r.Paused() {
		t.Error("resumed, and paused after a restart")
	}
}

func TestNothingIsWrittenBeforeTheSetUpIsFinished(t *testing.T) {
	t.Parallel()
	hold := func(s *config.Settings) { s.Hold = true }
	r := newRig(t)
	r.save(hold)
	if on, _ := r.PausedByPerson(); on || !r.Held() || !r.Paused() || !fault.Is(r.MayWrite(message.None), fault.Rejected) {
		t.Errorf("by a person %v, held %v", on, r.Held())
	}
	both := map[string]string{"stash-url": "http://stash:9999", "plex-url": "http://plex:32400"}
	r.fix(both)
	if r.Held() {
		t.Error("held although nobody sets this installation up by hand")
	}
	both["hold"] = "true"
	r.fix(both)
	if !r.Held() {
		t.Error("not held although a flag says so")
	}
	reads := newRig(t)
	reads.options.Hold = true
	reads.restart()
	if reads.Held() || !reads.Paused() {
		t.Errorf("a command that only reads: held %v, paused %v", reads.Held(), reads.Paused())
	}
}

func TestOtherWishesOweARecheckUntilItIsDone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	owes := func() bool {
		owed, err := r.OwesRecheck()
		r.must(err)
		return owed
	}
	if owes() {
		t.Error("owed in the beginning")
	}
	r.save(func(s *config.Settings) { s.SweepEvery += time.Minute })
	if owes() {
		t.Error("owed for what decides nothing")
	}
	r.save(func(s *config.Settings) { s.Filter.Tags.Never = []string{"Private"} })
	if !owes() || !owes() { //nolint:revive,staticcheck // asked twice
		t.Error("not owed, or only once")
	}
	r.restart()
	if !owes() {
		t.Error("not owed after a restart")
	}
	r.must(r.Rechecked())
	if owes() {
		t.Error("owed although it was done")
	}
	r.options.Hold = true
	r.restart()
	r.save(func(s *config.Settings) { s.Filter.Tags.Never = nil })
	if owes() {
		t.Error("a command that only reads owes nothing")
	}
}

func TestLibrariesThatWereRenamedAreTheSame(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.save(func(s *config.Settings) { s.Libraries = []string{"Films"} })
	if _, err := r.OwesRecheck(); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := r.Rename([]string{"Movies"}, func(store.Tx) error { return broken }); !errors.Is(err, broken) || r.Current().Libraries[0] != "Films" {
		t.Errorf("%v, %v", err, r.Current().Libraries)
	}
	r.must(r.Rename([]string{"Movies"}, func(tx store.Tx) error { return tx.PutValue("with it", true) }))
	if r.Current().Libraries[0] != "Movies" {
		t.Errorf("called %v", r.Current().Libraries)
	}
	r.restart()
	if owed, err := r.OwesRecheck(); owed || err != nil || r.Current().Libraries[0] != "Movies" {
		t.Errorf("owed %v, %v, called %v", owed, err, r.Current().Libraries)
	}
}

func TestTheInstallationHasOneIdentifier(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first, err := r.ClientID()
	r.must(err)
	r.restart()
	if again, err := r.ClientID(); err != nil || again != first || first == "" {
		t.Errorf("%q, then %q, %v", first, again, err)
	}
}

func TestNothingIsWrittenWhenAChoiceIsLost(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"settings": true, "pause": true, "today": false, "brake": false} {
		r := newRig(t)
		told, err := r.PauseIfLost([]string{"alive", name})
		r.must(err)
		if on, till := r.PausedByPerson(); on != want || !till.IsZero() || told.IsZero() == want {
			t.Errorf("%s is lost: paused %v till %v, told %q", name, on, till, told)
		}
		r.restart()
		if on, _ := r.PausedByPerson(); on != want {
			t.Errorf("%s is lost: paused %v after a restart", name, on)
		}
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 3, 1, hour, 30, 0, 0, zone.Local()) }
	for name, tt := range map[string]struct {
		notify   bool
		from, to string
		hour     int
		want     bool
	}{
		"switched off":     {false, "", "", 12, true},
		"none":             {true, "", "", 3, false},
		"half of them":     {true, "22:00", "", 23, false},
		"an empty span":    {true, "08:00", "08:00", 8, false},
		"by day, within":   {true, "08:00", "17:00", 12, true},
		"by day, before":   {true, "08:00", "17:00", 7, false},
		"by day, after":    {true, "08:00", "17:00", 17, false},
		"by night, late":   {true, "22:00", "07:00", 23, true},
		"by night, early":  {true, "22:00", "07:00", 6, true},
		"by night, by day": {true, "22:00", "07:00", 12, false},
	} {
		s := config.Defaults()
		s.Notify, s.QuietFrom, s.QuietTo = tt.notify, tt.from, tt.to
		if got := settings.Quiet(s, at(tt.hour)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestFlagsHideOnlyWhatTheySet: whatever is saved while flags set some options, the others are
// stored as given, those keep their stored value unless a person chose them, and without the
// flags the stored values are in force.
func TestFlagsHideOnlyWhatTheySet(t *testing.T) {
	t.Parallel()
	names := []string{"brake-percent", "brake-minimum"}
	rapid.Check(t, func(rt *rapid.T) {
		number := func(label string) string { return strconv.Itoa(rapid.IntRange(1, 100).Draw(rt, label)) }
		r := newRig(t)
		stored := map[string]string{}
		put := func(values map[string]string, chosen ...string) {
			r.save(func(s *config.Settings) {
				for name, v := range values {
					o, _ := config.Lookup(name)
					r.must(o.Set(s, v))
				}
			}, chosen...)
		}
		for _, n := range names {
			stored[n] = number("stored " + n)
		}
		put(stored)
		flag := rapid.SampledFrom(names).Draw(rt, "flag")
		r.fix(map[string]string{flag: number("flag")})
		for range rapid.IntRange(0, 4).Draw(rt, "saves") {
			name, value := rapid.SampledFrom(names).Draw(rt, "changed"), number("value")
			shown, _ := config.Lookup(name)
			if name != flag || shown.Get(r.Current()) != value {
				stored[name] = value
			}
			if name == flag && shown.Get(r.Current()) == value {
				continue // what is in force already is no change
			}
			put(map[string]string{name: value})
		}
		r.options.Override, r.options.Overridden = nil, nil
		r.restart()
		for _, n := range names {
			if o, _ := config.Lookup(n); o.Get(r.Current()) != stored[n] {
				rt.Fatalf("%s is %s, want %s", n, o.Get(r.Current()), stored[n])
			}
		}
	})
}

func TestMutedIsWhatIsSwitchedOff(t *testing.T) {
	if got := settings.Muted(config.Defaults()); got != (api.Muted{}) {
		t.Errorf("by default muted: %+v", got)
	}
	for name, want := range map[string]api.Muted{
		config.NotifyOutages: {Outages: true}, config.NotifyQuestions: {Questions: true}, config.NotifyReconciliations: {Reconciliations: true},
	} {
		c := config.Defaults()
		o, ok := config.Lookup(name)
		if !ok {
			t.Fatalf("there is no setting %s", name)
		}
		if err := o.Set(&c, "false"); err != nil || settings.Muted(c) != want {
			t.Errorf("%s off: %+v, %v", name, settings.Muted(c), err)
		}
	}
}
