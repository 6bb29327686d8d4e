package activity_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

func TestRatingsThatWereThereAlreadyAreOfferedOnlyWhereStashDiffers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plex  string
		stash int
		state store.PlaybackState // "": nothing is noted
	}{
		"neither":        {"", 0, ""},
		"Stash alone":    {"", 40, ""},
		"Plex alone":     {"8", 0, store.PlaybackWaiting},
		"both, alike":    {"8", 80, store.PlaybackPresent},
		"both, unlike":   {"8", 40, store.PlaybackKept},
		"half a star":    {"8.5", 85, store.PlaybackPresent},
		"no number":      {"good", 40, ""},
		"beyond the end": {"11", 100, store.PlaybackPresent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1).only(playback.Rating)
			r.rate(1, c.plex)
			r.stash.has[1].Rating = c.stash
			r.looks(1)
			var got store.PlaybackState
			if rows := r.rows(); len(rows) > 0 {
				got = rows[0].State
			}
			if got != c.state {
				t.Errorf("%q, want %q", got, c.state)
			}
			r.wrote()
		})
	}
}

// A rating that Lockstep wrote to Plex is Stash's own, whatever Stash has by now.
func TestARatingThatCameFromStashIsNoEditOfPlex(t *testing.T) {
	t.Parallel()
	for _, policy := range []config.Policy{config.Merge, config.Off} {
		r := newRig(t, 1).only(playback.Rating)
		r.Settings.Fields[scene.FieldRating] = policy
		r.stash.has[1].Rating = 30
		r.Update(t, func(tx store.Tx) error {
			return tx.PutItemState(r.key(1), store.ItemState{Scene: 1, Memory: ownedRating(t, "8")})
		})
		r.rate(1, "8")
		r.looks(2)
		rows := r.rows()
		if policy == config.Off { // then nothing of Plex is Lockstep's
			if len(rows) != 1 || rows[0].State != store.PlaybackKept {
				t.Errorf("%s: %+v", policy, rows)
			}
			continue
		}
		if b := r.base(1); len(rows) != 0 || b.Rating != (playback.Base{Plex: 80, Stash: 80}) {
			t.Errorf("%s: %+v, base %+v", policy, rows, b)
		}
		r.stash.has[1].Rating = 80
		r.rate(1, "6") // a person's own
		r.looks(1)
		r.is(store.PlaybackWaiting, "activity.unconfirmed")
	}
}

// ownedRating is the memory of an item whose rating Lockstep wrote.
func ownedRating(t *testing.T, rating string) plan.Memory {
	t.Helper()
	set := config.Defaults()
	set.Fields[scene.FieldRating] = config.Merge
	item := scene.Item{RatingKey: "101", Detailed: true, Locked: map[string]bool{}}
	p := plan.Make(item, plan.Wanted{Scalars: map[scene.Field]string{scene.FieldRating: rating}}, plan.Memory{}, set)
	m := p.Intent(plan.Memory{}, at(0)[0])
	if !m.Owns(scene.FieldRating, rating) {
		t.Fatalf("the memory %+v does not own %s", m, rating)
	}
	return m
}

func TestARatingThatIsTakenBackBeforeAnybodySaidYesWaitsNoMore(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Rating)
	r.rate(1, "8")
	r.looks(1)
	r.is(store.PlaybackWaiting, "activity.unconfirmed")
	r.rate(1, "")
	r.looks(1)
	r.is(store.PlaybackPresent, "activity.equal")
	r.rate(1, "6")
	r.looks(1)
	if p := r.row(); p.State != store.PlaybackWaiting || p.New != 60 {
		t.Errorf("%+v", p)
	}
}

// A rating a person confirmed and changed again is another one, which he did not see.
func TestAnotherRatingIsNotTheConfirmedOne(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Rating, playback.Resume)
	r.rate(1, "8")
	r.looks(2)
	r.leave(1, time.Minute)
	r.looks(1)
	r.allow()
	r.with.Writes = false
	r.rate(1, "2")
	r.leave(1, 2*time.Minute) // but where it was left moves while it is watched
	r.looks(1)
	for _, p := range r.rows() {
		if want := p.Kind == playback.Resume; p.Confirmed != want {
			t.Errorf("%s: confirmed %v", p.Kind, p.Confirmed)
		}
	}
}

func TestWhereItWasLeftIsNotedWithTheTimeWatched(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Resume)
	r.leave(1, 10*time.Minute)
	r.looks(1) // at the first look nobody knows for how long anything was watched
	if p := r.row(); p.State != store.PlaybackWaiting || p.New != 600_000 || p.Gained != 0 {
		t.Errorf("at first: %+v", p)
	}
	r.leave(1, 14*time.Minute)
	r.looks(1)
	if p := r.row(); p.New != 840_000 || p.Gained != 240_000 {
		t.Errorf("four minutes later: %+v", p)
	}
	r.leave(1, 50*time.Minute) // it jumped: the look is a quarter of an hour later
	r.looks(1)
	if p := r.row(); p.New != 3_000_000 || p.Gained != 240_000+900_000 {
		t.Errorf("after a jump: %+v", p)
	}
	r.Person("101", func(it *scene.Item) { it.Offset, it.Views = 0, 1 })
	r.looks(1)
	if p := r.row(); p.New != 0 || p.Gained != 240_000+900_000+600_000 || p.State != store.PlaybackWaiting {
		t.Errorf("finished: %+v", p)
	}
	r.looks(1)
	if p := r.row(); p.Gained != 240_000+900_000+600_000 {
		t.Errorf("nothing happened, and more was watched: %+v", p)
	}
}

func TestWhatWasOnlyBegunAndLeftAtOnceWaitsNoMore(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1).only(playback.Resume)
	r.leave(1, 10*time.Minute)
	r.looks(1)
	r.leave(1, 0)
	r.looks(1)
	r.is(store.PlaybackPresent, "activity.equal")
}

// Time watched while a resume point is being written goes with the next one, however that
// one ends.
func TestTimeWatchedMeanwhileIsNotLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fate fate
		want time.Duration
	}{
		"it arrived":          {fate{done: true, err: stashSays(fault.Unreachable)}, 12 * time.Minute},
		"it did not":          {fate{err: stashSays(fault.Unreachable)}, 12 * time.Minute},
		"it was not answered": {fate{done: true, err: stashSays(fault.Temporary)}, 12 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := settled(t, 1, playback.Resume)
			r.Settings.ActivityEvery = time.Minute
			r.looks(1)
			r.leave(1, time.Minute)
			r.stash.spoil(c.fate, "save")
			r.looks(1)
			if p := r.row(); p.State != store.PlaybackIntent || p.Gained != 60_000 {
				t.Fatalf("%+v", p)
			}
			for i := range 3 { // it goes on while nobody knows what arrived
				r.Clock.Pass(time.Minute)
				r.leave(1, time.Duration(2+i)*time.Minute)
				r.looks(1)
			}
			r.stash.fate = nil
			for i := range 8 {
				r.Clock.Pass(time.Minute)
				r.leave(1, time.Duration(5+i)*time.Minute)
				r.looks(1)
			}
			r.looks(3)
			if s := r.stash.has[1]; s.Watched != c.want || s.Resume != 12*time.Minute {
				t.Errorf("Stash has %v watched, left at %v; want %v and 12m", s.Watched, s.Resume, c.want)
			}
		})
	}
}

func TestALibraryThatFailsHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	r := settled(t, 2, playback.Rating)
	r.Sections = append(slices.Clone(r.Sections), scene.Section{ID: "2"})
	r.Person("101", func(it *scene.Item) { it.Section, it.Rating = "1", "8" })
	r.Person("102", func(it *scene.Item) { it.Section, it.Rating = "2", "6" })
	for _, bad := range []string{"1", "2"} {
		r.Plex.Spoil(plexSays(fault.Temporary), "list", bad)
		r.looks(1)
		r.Plex.Mend()
		if r.Shown().Why.IsZero() {
			t.Error("nothing is said")
		}
		r.wrote(map[string]string{"1": "rate 2 60", "2": "rate 1 80"}[bad])
	}
}

// Over any stretch of edits of Plex nothing is written that Plex does not have, and what Plex
// has is what waits.
func TestWhatWaitsIsWhatPlexHas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t, 1).only(playback.Rating, playback.Resume)
		for range rapid.IntRange(1, 6).Draw(rt, "looks") {
			for range rapid.IntRange(0, 2).Draw(rt, "edits") {
				if rapid.Bool().Draw(rt, "rates") {
					r.rate(1, rapid.SampledFrom([]string{"", "2", "8"}).Draw(rt, "rating"))
				} else {
					r.leave(1, rapid.SampledFrom([]time.Duration{0, time.Minute, 7 * time.Minute}).Draw(rt, "offset"))
				}
			}
			r.looks(1)
			it := r.Plex.Has["101"]
			has := map[playback.Kind]int64{playback.Rating: int64(playback.FromPlex(it.Rating)), playback.Resume: it.Offset.Milliseconds()}
			for _, p := range r.rows() {
				if waits := p.State == store.PlaybackWaiting; p.New != has[p.Kind] && waits || waits != (has[p.Kind] != 0 || p.Gained > 0) {
					rt.Fatalf("%s %d is %s with %d gained, Plex has %d", p.Kind, p.New, p.State, p.Gained, has[p.Kind])
				}
			}
		}
	})
}
