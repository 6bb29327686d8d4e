package settings_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/change"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/engine/settings"
	"lockstep/sync/fault"
	"lockstep/sync/filter"
	"lockstep/sync/message"
	"lockstep/sync/store"
	"lockstep/sync/zone"
)

// renamed is what a scan says when Stash calls the tag Ships of a filter Vessels.
func (r *rig) renamed() *change.Renamed {
	before := r.Current().Clone().Filter
	now := before
	now.Tags.Never, now.Studios.Only = []string{"Vessels"}, []string{"Nord"}
	return &change.Renamed{Before: before, Now: now, Known: filter.Known{Names: now.Names()}}
}

// filtered is a rig whose filter names a tag, a studio and a folder, with nothing to compare
// anew.
func filtered(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.save(func(s *config.Settings) {
		s.Filter.Tags.Never, s.Filter.Studios.Only, s.Filter.Paths.Only = []string{"Ships"}, []string{"North"}, []string{"/data"}
	})
	r.owes(false)
	return r
}

// owes fails the test unless a comparison of all scenes is owed, or is not.
func (r *rig) owes(want bool) {
	r.t.Helper()
	if owed, err := r.OwesRecheck(); err != nil || owed != want {
		r.t.Errorf("owed %v, %v, want %v", owed, err, want)
	}
}

// known is what the stored names of the filter stand for.
func (r *rig) known() filter.Known {
	r.t.Helper()
	k, err := compare.StoredKnown(r.shelf.DB)
	r.must(err)
	return k
}

func TestTheFilterFollowsNamesThatWereChangedInStash(t *testing.T) {
	t.Parallel()
	r := filtered(t)
	r.must(r.RenameInFilter(nil))
	renamed := r.renamed()
	r.must(r.RenameInFilter(renamed))
	for range 2 {
		f := r.Current().Filter
		if !slices.Equal(f.Tags.Never, []string{"Vessels"}) || !slices.Equal(f.Studios.Only, []string{"Nord"}) || !slices.Equal(f.Paths.Only, []string{"/data"}) {
			t.Errorf("the filter is %+v", f)
		}
		r.owes(false) // the same scenes are wanted
		r.restart()
	}
	if r.known().Names != renamed.Now.Names() {
		t.Error("what the present names stand for is not stored with them")
	}
	if log := r.log.String(); !strings.Contains(log, "tags=1") || strings.Contains(log, "Vessels") {
		t.Errorf("the log says %q, want counts and no names", log)
	}
}

func TestNamesInTheFilterStayWhereAPersonOrAFlagSetsThem(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*rig){
		"a person changed it meanwhile": func(r *rig) {
			r.save(func(s *config.Settings) { s.Filter.Tags.Never = []string{"Ships", "Night"} })
			r.owes(true)
			r.must(r.Rechecked())
		},
		"tags, alone":    func(r *rig) { r.fix(map[string]string{"filter-tags-only": ""}) },
		"tags, never":    func(r *rig) { r.fix(map[string]string{"filter-tags-never": "Ships"}) },
		"studios, alone": func(r *rig) { r.fix(map[string]string{"filter-studios-only": "North"}) },
		"studios, never": func(r *rig) { r.fix(map[string]string{"filter-studios-never": ""}) },
	} {
		r := filtered(t)
		renamed := r.renamed()
		meanwhile(r)
		before := r.Current().Filter
		r.must(r.RenameInFilter(renamed))
		if got := r.Current().Filter; got.Names() != before.Names() || r.known().Names != "" {
			t.Errorf("%s: the filter is %+v, want %+v", name, got, before)
		}
	}
}

func TestARenamingThatCannotBeStoredChangesNothing(t *testing.T) {
	t.Parallel()
	r := filtered(t)
	renamed := r.renamed()
	r.must(r.shelf.DB.Close())
	if err := r.RenameInFilter(renamed); err == nil {
		t.Error("no error")
	}
	if got := r.Current().Filter.Tags.Never; !slices.Equal(got, []string{"Ships"}) {
		t.Errorf("the filter names %v", got)
	}
}

// Libraries may be renamed while scenes are still to be compared for other settings: that is
// owed as before.
func TestARenamingPaysNoDebt(t *testing.T) {
	t.Parallel()
	for name, paid := range map[string]bool{"noted": true, "not noted yet": false} {
		r := filtered(t)
		r.save(func(s *config.Settings) { s.Filter.Tags.Never = []string{"Night"} })
		if paid {
			r.owes(true)
		}
		r.must(r.Rename([]string{"Movies"}, func(store.Tx) error { return nil }))
		r.restart()
		if owed, err := r.OwesRecheck(); !owed || err != nil {
			t.Errorf("%s: owed %v, %v", name, owed, err)
		}
	}
}

func TestARenamingKeepsWhatFlagsHide(t *testing.T) {
	t.Parallel()
	r := filtered(t)
	r.fix(map[string]string{"brake-percent": "50"})
	r.must(r.Rename([]string{"Movies"}, func(store.Tx) error { return nil }))
	stored, err := r.Stored()
	r.must(err)
	if want := config.Defaults().BrakePercent; stored.BrakePercent != want || r.Current().BrakePercent != 50 || stored.Libraries[0] != "Movies" {
		t.Errorf("stored %d %% and %v, in force %d %%", stored.BrakePercent, stored.Libraries, r.Current().BrakePercent)
	}
	r.shelf.View(t, func(tx store.Tx) error {
		read, err := settings.ReadStored(tx)
		if read.WantedHash() != stored.WantedHash() || read.BrakePercent != stored.BrakePercent {
			t.Errorf("read %+v, want %+v", read, stored)
		}
		return err
	})
}

func TestSettingsThatCannotBeStoredAreNotInForce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	c := api.SettingsChange{Values: r.Current().Clone()}
	c.Values.PlexURL, c.Values.BrakePercent = "http://plex:32400", 77
	broken := errors.New("the disk is full")
	if _, err := r.Save(c, func(store.Tx) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	stored, err := r.Stored()
	r.must(err)
	for _, s := range []config.Settings{r.Current(), stored} {
		if s.PlexURL != "" || s.BrakePercent == 77 {
			t.Errorf("%s, %d %%", s.PlexURL, s.BrakePercent)
		}
	}
	r.must(r.shelf.DB.Close())
	if r.Pause(time.Time{}) == nil || r.Paused() {
		t.Error("a pause that is not stored is one")
	}
	if _, err := r.ClientID(); err == nil {
		t.Error("an identifier that is not stored is given")
	}
}

func TestOnlySecretsThatAreGivenAreStored(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.secrets.kept[settings.PlexToken] = "token"
	r.must(r.SaveSecrets(api.SettingsChange{}))
	if saved, err := r.Save(api.SettingsChange{Values: r.Current().Clone()}, nil); err != nil || saved.Dial {
		t.Errorf("saved %+v, %v, want nothing to dial for", saved, err)
	}
	empty := ""
	for _, c := range []api.SettingsChange{{APIKey: &empty}, {Token: &empty}, {StashLogin: &empty}, {PlexLogin: &empty}} {
		r.must(r.SaveSecrets(c))
		c.Values = r.Current().Clone()
		if saved, err := r.Save(c, nil); err != nil || !saved.Dial {
			t.Errorf("a secret was taken away: saved %+v, %v", saved, err)
		}
	}
	if len(r.secrets.kept) != 4 || r.Secret(settings.PlexToken)() != "" {
		t.Errorf("kept %v", r.secrets.kept)
	}
}

func TestAnUnfinishedSetUpHoldsUnlessBothAddressesComeFromOutside(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fixed map[string]string
		held  bool
	}{
		"nothing":                  {nil, true},
		"only Stash's":             {map[string]string{"stash-url": "http://stash:9999"}, true},
		"only Plex's":              {map[string]string{"plex-url": "http://plex:32400"}, true},
		"both":                     {map[string]string{"stash-url": "http://stash:9999", "plex-url": "http://plex:32400"}, false},
		"and that it is no matter": {map[string]string{"hold": "false"}, false},
	} {
		r := newRig(t)
		r.save(func(s *config.Settings) { s.Hold = true })
		r.fix(tt.fixed)
		if r.Held() != tt.held {
			t.Errorf("%s: held %v", name, r.Held())
		}
		r.must(r.Pause(time.Time{}))
		want := message.Paused
		if tt.held { // resuming alone would not help
			want = message.SetUpUnfinished
		}
		if err := r.MayWrite(message.None); !fault.Of(err).Message.Is(want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestQuietHoursBeginAndEndToTheMinute(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	s.Notify = true
	for _, tt := range []struct {
		from, to string
		at       string
		want     bool
	}{
		{"08:00", "17:00", "07:59", false}, {"08:00", "17:00", "08:00", true}, {"08:00", "17:00", "16:59", true}, {"08:00", "17:00", "17:00", false},
		{"22:00", "07:00", "21:59", false}, {"22:00", "07:00", "22:00", true}, {"22:00", "07:00", "00:00", true}, {"22:00", "07:00", "06:59", true}, {"22:00", "07:00", "07:00", false},
		{"", "07:00", "03:00", false},
	} {
		clock, err := time.ParseInLocation("2006-01-02 15:04", "2026-03-02 "+tt.at, zone.Local())
		if err != nil {
			t.Fatal(err)
		}
		s.QuietFrom, s.QuietTo = tt.from, tt.to
		if got := settings.Quiet(s, clock.UTC()); got != tt.want { // whatever zone the moment is told in
			t.Errorf("from %s to %s, at %s: %v", tt.from, tt.to, tt.at, got)
		}
	}
}
