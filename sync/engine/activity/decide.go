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
			p, wanted, err := takingBack(tx, e, r.host.Stamp())
			if err != nil {
				return err
			}
			if !wanted {
				continue
			}
			met[e.Scene] = true
			if err := tx.PutPlayback(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(met) > 0 {
		r.next, r.soon = r.host.Now(), r.look != nil
		err = r.recount()
	}
	if err != nil {
		return 0, err
	}
	return len(met), nil
}

// takingBack is the record by which what an entry of the journal says is taken back, unless a
// newer value is on its way.
func takingBack(tx store.Tx, e store.JournalEntry, now time.Time) (store.Playback, bool, error) {
	p := recordOf(e)
	had, known, err := tx.Playback(p)
	if err != nil {
		return p, false, err
	}
	switch {
	case known && had.State == store.PlaybackIntent && had.Run != p.Run:
		return p, false, nil
	case known && had.State == store.PlaybackUndo && had.Run == p.Run: // asked for again
		had.Tries, had.Next = 0, time.Time{}
		return had, true, nil
	}
	p.State, p.Changed = store.PlaybackUndo, now
	p.Section, p.Title, p.Later, p.As = had.Section, had.Title, had.Later, had.As
	if known && had.State == store.PlaybackIntent { // it may arrive yet
		p.Begun, p.Changed, p.OldWatched = true, had.Changed, p.OldWatched+p.Gained
	}
	return p, true, nil
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
			if err := rebase(tx, p, p.New, p.Old); err != nil { // only the next change counts
				return err
			}
		}
		if err := tx.PutPlayback(p); err != nil {
			return err
		}
	}
	return nil
}
