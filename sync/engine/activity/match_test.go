package activity_test

import (
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Whatever stands in the way of a play is its reason, holds back nothing else, and once it is
// gone the play goes to Stash.
func TestWhyAPlayIsNobodys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil, mend func(*rig)
		code        skip.Code
		why         message.Code
	}{
		"Plex no longer has the item": {
			func(r *rig) { r.Update(r.t, func(tx store.Tx) error { return tx.DeleteIndexed(r.key(1)) }) },
			func(r *rig) { r.Put(r.t, "101", "/media/films/1.mkv") }, skip.NotInPlex, message.ActivityGone,
		},
		"no scene has its file": {
			func(r *rig) { r.claim(1) }, func(r *rig) { r.claim(1, "/media/films/1.mkv") }, "", message.ActivityNoScene,
		},
		"two scenes have files of it": {
			func(r *rig) { r.Put(r.t, "101", "/media/films/1.mkv", "/media/films/2.mkv") },
			func(r *rig) { r.Put(r.t, "101", "/media/films/1.mkv") }, skip.Ambiguous, message.ActivityShared,
		},
		"two scenes have its file": {
			func(r *rig) { r.claim(2, "/media/films/1.mkv", "/media/films/2.mkv") },
			func(r *rig) { r.claim(2, "/media/films/2.mkv") }, skip.Ambiguous, message.ActivityShared,
		},
		"the scene was deleted": {
			func(r *rig) { r.stash.has[3], r.stash.has[1] = r.stash.has[1], nil },
			func(r *rig) { r.stash.has[1] = r.stash.has[3] }, skip.DeletedInStash, message.ActivityDeleted,
		},
		"Stash did not return the scene": {
			func(r *rig) { r.stash.unread[1] = true }, func(r *rig) { r.stash.unread[1] = false }, "", message.ActivityUnread,
		},
		"the scene is not organized": {
			func(r *rig) { r.Settings.Filter.Organized, r.stash.has[2].Organized = config.Required, true },
			func(r *rig) { r.stash.has[1].Organized = true }, skip.FilteredOrganized, message.FilterNotOrganized,
		},
		"the scene is in a folder left out": {
			func(r *rig) { r.Settings.Filter.Paths.Never = []string{"/data/films/1.mkv"} },
			func(r *rig) { r.Settings.Filter.Paths.Never = nil }, skip.FilteredPath, message.FilterInFolder,
		},
		"the scene has another file by now": {
			func(r *rig) { r.stash.has[1].Files = []scene.File{{Path: "/data/elsewhere/1.mkv"}} },
			func(r *rig) { r.stash.has[1].Files = []scene.File{{Path: "/data/films/1.mkv"}} }, "?", "?",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := settled(t, 2, playback.Play)
			c.spoil(r)
			r.watch(1, 0)
			r.watch(2, 5)
			r.looks(2)
			r.plays(2, 5)
			for _, p := range r.rows() {
				if p.Item != r.key(1) {
					continue
				}
				if p.State != store.PlaybackUnmatched || p.Why.IsZero() || c.why != "?" && (p.Code != c.code || p.Why.Code != c.why) {
					t.Errorf("%s, %s: %q", p.State, p.Code, p.Why)
				}
			}
			c.mend(r)
			r.looks(1)
			r.plays(1, 0)
			for _, p := range r.rows() {
				if p.State != store.PlaybackWritten || p.Scene == 0 || p.Name == "" || p.Code != "" || !p.Why.IsZero() {
					t.Errorf("afterwards: %+v", p)
				}
			}
		})
	}
}

// claim has the files of a scene lie at paths of Plex.
func (r *rig) claim(id int, paths ...string) {
	r.t.Helper()
	r.Update(r.t, func(tx store.Tx) error { return tx.ClaimPaths(scene.ID(id), match.Keys(paths)) })
}

func TestTheScenesThatShareAnItemAreNamed(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	r.Put(t, "101", "/media/films/2.mkv", "/media/films/1.mkv", "/media/films/3.mkv", "/media/films/1.mkv")
	r.watch(1, 0)
	r.looks(1)
	if got, want := r.row().Why.String(), "several scenes have files of this item: 1, 2, 3"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if r.row().Scene != 0 {
		t.Error("one of them is named as the scene")
	}
}

// A scene may have several items; what was watched of each is the scene's. An item that has
// one file of the scene and one of no scene is the scene's, too.
func TestSeveralItemsOfASceneAreAllItsOwn(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	r.Put(t, "501", "/media/films/1.mkv", "/media/extras/1.mkv")
	r.watch(1, 0)
	r.watch(401, 100)
	r.looks(1)
	r.plays(1, 0, 100)
	r.wrote("add 1 0 100")
}

// What was begun goes where it was begun, even if the item is another scene's by now.
func TestWhatWasBegunGoesWhereItWasBegun(t *testing.T) {
	t.Parallel()
	r := settled(t, 2, playback.Play)
	r.watch(1, 0)
	r.stash.spoil(fate{done: true, err: stashSays(fault.Unreachable)}, "add")
	r.looks(1)
	r.stash.fate = nil
	r.claim(1)
	r.claim(2, "/media/films/1.mkv", "/media/films/2.mkv")
	r.Clock.Pass(2 * time.Minute)
	r.looks(1)
	if p := r.row(); p.State != store.PlaybackWritten || p.Scene != 1 {
		t.Errorf("%+v", p)
	}
	r.plays(1, 0)
	r.plays(2)
}

func TestRecordsOfAnotherServerAreLeftAlone(t *testing.T) {
	t.Parallel()
	r := settled(t, 1, playback.Play)
	other := store.Playback{Kind: playback.Play, Item: scene.ItemKey{Machine: "other", RatingKey: "101"}, At: at(0)[0], State: store.PlaybackNew}
	r.set(other, func(*store.Playback) {})
	r.looks(2)
	r.is(store.PlaybackNew, "")
	r.wrote()
}
