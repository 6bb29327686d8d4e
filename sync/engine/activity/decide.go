package activity

import (
	"errors"
	"maps"
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// recount counts anew how much there is of everything.
func (r *Recorder) recount() error {
	kinds, err := Count(r.host.Store)
	if err == nil {
		r.counts = kinds
	}
	return err
}

// Count counts all that is known by kind and state.
func Count(s store.Store) ([]api.ActivityKind, error) {
	counts := map[playback.Kind]map[store.PlaybackState]int{}
	err := s.View(func(tx store.Tx) error {
		return tx.EachPlayback(func(p store.Playback) bool {
			if counts[p.Kind] == nil {
				counts[p.Kind] = map[store.PlaybackState]int{}
			}
			counts[p.Kind][p.State]++
			return true
		})
	})
	var out []api.ActivityKind
	for _, k := range playback.Kinds() {
		out = append(out, api.ActivityKind{Kind: k, Counts: counts[k]})
	}
	return out, err
}

// undoing counts what is to be taken back.
func (r *Recorder) undoing() (n int) {
	for _, k := range r.counts {
		n += k.Counts[store.PlaybackUndo]
	}
	return n
}

// Undo has what the entries say was sent to Stash taken back at the next look, and returns
// from how many scenes. What somebody changed there since stays.
func (r *Recorder) Undo(list []store.JournalEntry) (int, error) {
	met := map[scene.ID]bool{}
	err := r.host.Store.Update(func(tx store.Tx) error {
		for _, e := range list {
			p := recordOf(e)
			had, known, err := tx.Playback(p)
			if err != nil {
				return err
			}
			if known {
				p.Section, p.Title, p.Later = had.Section, had.Title, had.Later
			}
			if known && p.Kind != playback.Play && had.State == store.PlaybackIntent {
				continue // a newer value is on its way
			}
			p.State, p.Changed = store.PlaybackUndo, r.host.Stamp()
			met[e.Scene] = true
			if err := tx.PutPlayback(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(met) > 0 {
		r.next = r.host.Now()
		err = r.recount()
	}
	return len(met), err
}

// recordOf is the record an entry of the journal is about.
func recordOf(e store.JournalEntry) store.Playback {
	s := *e.Sent
	return store.Playback{
		Kind: s.Kind, Item: e.Item, At: s.At, Account: s.Account, Scene: e.Scene, Name: e.Name, Run: e.Run,
		New: s.New, Old: s.Old, Gained: s.Gained, OldWatched: s.OldWatched,
	}
}

func (r *Recorder) setPermit(p permit) error {
	if err := r.host.Put(permitValue, p); err != nil {
		return err
	}
	r.permit = p
	return nil
}

func (p permit) clone() permit {
	p.Allowed, p.Asked = maps.Clone(p.Allowed), maps.Clone(p.Asked)
	return p
}

// state is how far Stash knows.
func (r *Recorder) state() api.Activity {
	out := summary(r.settings(), r.permit, r.marks, r.counts)
	out.Looking = r.look != nil
	if r.fault != nil {
		out.Why = r.fault.Message
	}
	return out
}

func summary(s config.Settings, p permit, m marks, counts []api.ActivityKind) api.Activity {
	out, on := api.Activity{Looked: m.Looked}, playback.On(s)
	for _, k := range playback.Kinds() {
		kind := api.ActivityKind{Kind: k, On: slices.Contains(on, k), Allowed: !p.Allowed[k].IsZero()}
		if i := slices.IndexFunc(counts, func(c api.ActivityKind) bool { return c.Kind == k }); i >= 0 {
			kind.Counts = counts[i].Counts
		}
		if kind.On {
			out.Asking += p.Asked[k]
		}
		out.Kinds = append(out.Kinds, kind)
	}
	if s.ActivityRatings && !slices.Contains(on, playback.Rating) {
		out.Why = message.New(message.ActivityMirror)
	}
	return out
}

// Stored is how far Stash knew when Lockstep last ran.
func Stored(st store.Store, s config.Settings) (api.Activity, error) {
	var p permit
	var m marks
	err := st.View(func(tx store.Tx) error {
		_, err := tx.Value(permitValue, &p)
		_, other := tx.Value(marksValue, &m)
		return errors.Join(err, other)
	})
	if err != nil {
		return api.Activity{}, err
	}
	counts, err := Count(st)
	return summary(s, p, m, counts), err
}

// Answer takes in a person's decision: what waits is written, or left out for good. What comes
// later goes without asking, unless it is very much in a day.
func (r *Recorder) Answer(write bool) (int, error) {
	var list []store.Playback
	err := r.host.Store.View(func(tx store.Tx) error {
		return tx.EachPlayback(func(p store.Playback) bool {
			if p.State == store.PlaybackWaiting && slices.Contains(playback.On(r.settings()), p.Kind) {
				list = append(list, p)
			}
			return true
		})
	})
	if err != nil {
		return 0, err
	}
	for part := range slices.Chunk(list, 500) {
		if err := r.host.Store.Update(func(tx store.Tx) error { return answer(tx, part, write, r.host.Stamp()) }); err != nil {
			return 0, err
		}
	}
	next := r.permit.clone()
	if next.Allowed == nil {
		next.Allowed = map[playback.Kind]time.Time{}
	}
	for _, k := range playback.On(r.settings()) {
		if next.Allowed[k].IsZero() {
			next.Allowed[k] = r.host.Stamp()
		}
	}
	next.Asked, next.Since = nil, time.Time{}
	if err := r.setPermit(next); err != nil {
		return 0, err
	}
	r.next, r.failed = r.host.Now(), 0
	return len(list), r.recount()
}

func answer(tx store.Tx, list []store.Playback, write bool, now time.Time) error {
	for _, p := range list {
		p.Confirmed = write
		if !write {
			p.State, p.Why, p.Changed = store.PlaybackDeclined, message.New(message.ActivityDeclined), now
			if err := leave(tx, p); err != nil {
				return err
			}
		}
		if err := tx.PutPlayback(p); err != nil {
			return err
		}
	}
	return nil
}

// leave remembers that both sides may differ, so that only the next change counts.
func leave(tx store.Tx, p store.Playback) error {
	b, _, err := tx.PlaybackBase(p.Item)
	if err != nil {
		return err
	}
	switch p.Kind {
	case playback.Rating:
		b.Rating = playback.Base{Plex: int(p.New), Stash: int(p.Old)}
	case playback.Resume:
		b.Point = playback.Point{Plex: millis(p.New), Stash: millis(p.Old)}
	case playback.Play:
		return nil
	}
	return tx.PutPlaybackBase(p.Item, b)
}
