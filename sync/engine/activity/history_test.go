package activity_test

import (
	"slices"
	"testing"
	"time"

	"lockstep/sync/fault"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

const month = 30 * 24 * time.Hour

func TestTheHistoryIsReadWholeOnceAndThenOfAMonth(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.watch(1, 0, -int((90 * 24 * time.Hour).Seconds()))
	r.looks(3)
	newest := at(0)[0]
	if want := []time.Time{{}, newest.Add(-month), newest.Add(-month)}; !slices.EqualFunc(r.plex.since, want, time.Time.Equal) {
		t.Errorf("asked for what came since %v, want %v", r.plex.since, want)
	}
	if n := len(r.rows()); n != 2 {
		t.Errorf("%d records", n)
	}
	late := -int((29 * 24 * time.Hour).Seconds()) // watched without a network
	r.watch(1, late, 3600)
	r.looks(1)
	if n := len(r.rows()); n != 4 {
		t.Errorf("%d records", n)
	}
	r.restart()
	r.looks(1)
	if since := r.plex.since[len(r.plex.since)-1]; !since.Equal(newest.Add(time.Hour - month)) {
		t.Errorf("after a restart asked for what came since %v", since)
	}
}

func TestWhoseAndWhatIsReadDecidesWhetherItIsReadAnew(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*rig)
		whole  bool
	}{
		"nothing changed":         {func(*rig) {}, false},
		"others watch":            {func(r *rig) { r.Settings.ActivityAccounts = []string{"Ada"} }, true},
		"another library":         {func(r *rig) { r.Sections = append(slices.Clone(r.Sections), scene.Section{ID: "2"}) }, true},
		"another server":          {func(r *rig) { r.with.Machine = "other" }, true},
		"another kind":            {func(r *rig) { r.only(playback.Play, playback.Rating) }, false},
		"its end was not come to": {func(r *rig) { r.plex.pages, r.plex.err = 1, plexSays(fault.Temporary); r.looks(1) }, false},
		"and the whole was not yet": {func(r *rig) {
			r.with.Machine = "other"
			r.plex.pages, r.plex.err = 1, plexSays(fault.Temporary)
			r.looks(1)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1).only(playback.Play)
			r.plex.accounts = []scene.Account{{ID: scene.OwnerAccount, Name: "Ada"}}
			r.watch(1, 0, 100, 200)
			r.looks(1)
			c.change(r)
			r.plex.pages = -1
			r.looks(1)
			if whole := r.plex.since[len(r.plex.since)-1].IsZero(); whole != c.whole {
				t.Errorf("read anew: %v, want %v", whole, c.whole)
			}
		})
	}
}

func TestWhichPlaysCount(t *testing.T) {
	t.Parallel()
	ok := scene.View{RatingKey: "101", Section: "1", Type: "movie", Account: scene.OwnerAccount, At: testkit.Start}
	for name, c := range map[string]struct {
		change func(*scene.View)
		counts bool
	}{
		"a film the owner watched":     {func(*scene.View) {}, true},
		"the library is not said":      {func(v *scene.View) { v.Section = "" }, true},
		"the type is not said":         {func(v *scene.View) { v.Type = "" }, true},
		"a library that is not chosen": {func(v *scene.View) { v.Section = "2" }, false},
		"an episode":                   {func(v *scene.View) { v.Type = "episode" }, false},
		"the item is gone":             {func(v *scene.View) { v.RatingKey = "" }, false},
		"somebody else":                {func(v *scene.View) { v.Account = 7 }, false},
		"nobody":                       {func(v *scene.View) { v.Account = 0 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1).only(playback.Play)
			v := ok
			c.change(&v)
			r.plex.views = []scene.View{v}
			r.looks(1)
			if n := len(r.rows()); (n == 1) != c.counts || n > 1 {
				t.Errorf("%d records", n)
			}
		})
	}
}

func TestPlaysBeforeTheAskedTimeAreLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.watch(1, 0)
	r.looks(1)
	r.plex.more = true // it does not filter
	r.watch(1, 1, 2, 3, -int(2*month.Seconds()))
	r.looks(1)
	if n := len(r.rows()); n != 4 {
		t.Errorf("%d records, want those of the month", n)
	}
}

// A player with a wrong clock would hide whatever is watched until that time.
func TestAPlayOfAWrongClockMovesNoMark(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.watch(1, 0, int((23 * time.Hour).Seconds()), int((25 * time.Hour).Seconds()), int((9000 * time.Hour).Seconds()))
	r.looks(2)
	if n := len(r.rows()); n != 4 {
		t.Errorf("%d records", n)
	}
	if since := r.plex.since[1]; !since.Equal(testkit.Start.Add(23*time.Hour - month)) {
		t.Errorf("asked for what came since %v", since)
	}
}

func TestWhatWasReadBeforeAFaultIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.watch(1, 0, 100)
	r.watch(2, 200, 300)
	r.rate(1, "8")
	r.plex.pages, r.plex.err = 1, plexSays(fault.Temporary)
	r.looks(1)
	if n := len(r.rows()); n != 3 { // the two latest plays and the rating: the libraries are listed all the same
		t.Errorf("%d records", n)
	}
	if s := r.Shown(); s.Why.IsZero() || !s.Looked.IsZero() {
		t.Errorf("%+v", s)
	}
	r.plex.pages = -1
	r.looks(1)
	if s := r.Shown(); len(r.rows()) != 5 || !s.Why.IsZero() || s.Looked.IsZero() {
		t.Errorf("%d records, %+v", len(r.rows()), s)
	}
}

func TestAccountsAreLookedUpOnlyByNameAndNotEachTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.looks(1)
	if r.plex.listed != 0 {
		t.Error("looked up for the owner, whose number is known")
	}
	r.plex.accounts = []scene.Account{{ID: 1, Name: "Ada"}, {ID: 7, Name: "Grace"}}
	r.Settings.ActivityAccounts = []string{"grace"}
	v := scene.View{RatingKey: "101", Account: 7, At: testkit.Start}
	r.plex.views = []scene.View{v}
	r.looks(4) // within an hour
	if r.plex.listed != 1 {
		t.Errorf("looked up %d times", r.plex.listed)
	}
	if p := r.row(); p.Account != 7 {
		t.Errorf("%+v", p)
	}
	r.looks(3)
	if r.plex.listed != 2 {
		t.Errorf("looked up %d times after more than an hour", r.plex.listed)
	}
	r.Clock.Pass(-3 * time.Hour)
	r.Settings.ActivityAccounts = []string{"Grace"}
	r.looks(1)
	if r.plex.listed != 3 {
		t.Errorf("looked up %d times after the clock was set back", r.plex.listed)
	}
}

func TestANameThatNobodyHasIsSaidAndTheOthersCount(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.plex.accounts = []scene.Account{{ID: 1, Name: "Ada"}}
	r.Settings.ActivityAccounts = []string{"Kurt", "Ada"}
	r.watch(1, 0)
	r.looks(1)
	if why := r.Shown().Why; why.String() != "no account on Plex is called Kurt" {
		t.Errorf("%q", why)
	}
	if n := len(r.rows()); n != 1 {
		t.Errorf("%d records", n)
	}
}

// Whatever Plex gives again, each play has one record, and what became of it stays.
func TestAPlayThatIsKnownStaysAsItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Play)
	r.watch(1, 0, 0)
	r.looks(1)
	p := r.row()
	if p.Item != r.key(1) || p.Section != "1" || p.Title != "as the file" || p.Account != scene.OwnerAccount || !p.At.Equal(testkit.Start) {
		t.Errorf("%+v", p)
	}
	for _, state := range []store.PlaybackState{store.PlaybackDeclined, store.PlaybackWritten, store.PlaybackUndone, store.PlaybackPresent} {
		r.set(p, func(p *store.Playback) { p.State = state })
		r.looks(1)
		if got := r.row().State; got != state {
			t.Errorf("%s became %s", state, got)
		}
	}
}
