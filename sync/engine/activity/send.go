package activity

import (
	"cmp"
	"context"
	"slices"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// admit holds back what a person has to decide about first: all of a kind before the first
// yes, and afterwards all of it when it is very much in a day.
func (l *Look) admit() error {
	waiting := map[playback.Kind][]*store.Playback{}
	for _, p := range l.open {
		if p.State == store.PlaybackWaiting && l.scenes[p.Scene] != nil && !p.Confirmed {
			waiting[p.Kind] = append(waiting[p.Kind], p)
		}
	}
	var news []*store.Playback
	spent, limit := l.permit.Spent, l.Settings.BrakeMinimum
	passed := false
	for _, k := range playback.Kinds() {
		list := waiting[k]
		if len(list) == 0 {
			continue
		}
		why := message.New(message.ActivityUnconfirmed)
		if !l.permit.Allowed[k].IsZero() {
			next, pass := spent.Admit(k, len(list), limit, l.now)
			if pass {
				spent, passed = next, true
				continue
			}
			why = message.New(message.ActivityBraked, message.Count(limit))
		}
		for _, p := range list {
			l.hold(*p)
			to := *p
			to.Why = why
			if l.enter(p, to) {
				news = append(news, p)
			}
		}
		l.open = slices.DeleteFunc(l.open, func(p *store.Playback) bool { return slices.Contains(list, p) })
	}
	if err := l.put(news); err != nil {
		return err
	}
	if !passed || !l.Writes {
		return nil
	}
	l.permit.Spent = spent // it counts as written before it is
	return l.host.Put(permitValue, l.permit)
}

// parcel is what one request writes to a scene.
type parcel struct {
	scene scene.ID
	kind  playback.Kind
	undo  bool
	list  []*store.Playback
}

// parcels puts together what goes to one scene; what was refused before comes last, so that it
// holds nothing up.
func (l *Look) parcels() (out []parcel) {
	for _, p := range l.open {
		undo := p.State == store.PlaybackUndo
		if l.scenes[p.Scene] == nil || !undo && p.State != store.PlaybackWaiting {
			continue
		}
		same := func(o parcel) bool { return o.scene == p.Scene && o.kind == p.Kind && o.undo == undo }
		i := slices.IndexFunc(out, same)
		if i < 0 || p.Kind != playback.Play {
			out = append(out, parcel{p.Scene, p.Kind, undo, []*store.Playback{p}})
			continue
		}
		out[i].list = append(out[i].list, p)
	}
	slices.SortStableFunc(out, func(a, b parcel) int { return cmp.Compare(a.list[0].Tries, b.list[0].Tries) })
	return out
}

// send writes what may be written, one request after the other.
func (l *Look) send(ctx context.Context) error {
	var refused []*store.Playback
	row, took := 0, false
	var why *fault.Error
	for _, c := range l.parcels() {
		if !l.Writes {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return l.meet(err)
		}
		if err := l.begin(&c); err != nil {
			return err
		}
		if len(c.list) == 0 {
			continue
		}
		err := l.request(ctx, c)
		if err == nil {
			if err := l.ended(c); err != nil {
				return err
			}
			took, row = true, 0
			continue
		}
		f := fault.Of(err)
		if !ofScene(f) {
			if err := l.note(c.list, f); err != nil {
				return err
			}
			if err := l.meet(err); err != nil {
				return err
			}
			break
		}
		why, refused = f, append(refused, c.list...)
		if err := l.note(c.list, f); err != nil {
			return err
		}
		if row++; row >= mostRefused && !took {
			break
		}
	}
	if why == nil {
		return nil
	}
	if took || l.takesOthers(ctx, refused[0].Scene) {
		return l.blame(refused)
	}
	return l.meet(why)
}

// ofScene reports a fault that may be one scene's own.
func ofScene(f *fault.Error) bool {
	return f.Class == fault.Temporary || f.Class == fault.NotFound || f.Class == fault.Rejected || f.Class == fault.Busy
}

// request writes a parcel.
func (l *Look) request(ctx context.Context, c parcel) error {
	p := c.list[0]
	switch c.kind {
	case playback.Rating:
		return l.Stash.Rate(ctx, c.scene, int(pick(c.undo, p.Old, p.New)))
	case playback.Resume:
		at, gained := millis(pick(c.undo, p.Old, p.New)), millis(pick(c.undo, -p.Gained, p.Gained))
		return l.Stash.SaveActivity(ctx, c.scene, &at, gained)
	case playback.Play:
	}
	var at []time.Time
	for _, p := range c.list {
		at = append(at, p.InStash())
	}
	change := l.Stash.AddPlays
	if c.undo {
		change = l.Stash.DeletePlays
	}
	_, err := change(ctx, c.scene, at)
	return err
}

func pick[T any](undo bool, former, present T) T {
	if undo {
		return former
	}
	return present
}

// takesOthers asks something that changes nothing of another scene: whether Stash takes
// changes at all.
func (l *Look) takesOthers(ctx context.Context, but scene.ID) bool {
	var other scene.ID
	err := l.host.Store.View(func(tx store.Tx) error {
		return tx.EachSeen(0, func(id scene.ID, _ store.Seen) bool {
			if id != but {
				other = id
			}
			return other == 0
		})
	})
	return err == nil && other != 0 && l.Stash.SaveActivity(ctx, other, nil, 0) == nil
}

// begin stores the intent and what Stash has now, before anything is sent. It leaves out what a
// person wants taken back since it was read.
func (l *Look) begin(c *parcel) error {
	cause := queue.Activity
	if c.undo {
		cause = queue.Undo
	}
	if l.run.ID == 0 {
		l.run = store.Run{ID: uint64(l.host.Now().UnixMilli()), Started: l.host.Stamp(), Cause: cause}
	}
	return l.host.Store.Update(func(tx store.Tx) error {
		var list []*store.Playback
		for _, p := range c.list {
			not, err := unwanted(tx, *p)
			if err != nil {
				return err
			}
			if not {
				continue
			}
			list = append(list, p)
			if err := l.intend(tx, p, c.undo); err != nil {
				return err
			}
		}
		c.list = list
		if c.undo {
			return nil
		}
		return tx.PutRun(l.run)
	})
}

// intend stores what is about to be done about one record.
func (l *Look) intend(tx store.Tx, p *store.Playback, undo bool) error {
	p.Changed = l.host.Stamp()
	if undo {
		p.Begun, p.OldWatched = true, l.scenes[p.Scene].Watched.Milliseconds()
		return tx.PutPlayback(*p)
	}
	p.State, p.Run, p.Why = store.PlaybackIntent, l.run.ID, message.None
	if err := tx.PutPlayback(*p); err != nil {
		return err
	}
	return tx.AddJournal(store.JournalEntry{Run: l.run.ID, Item: p.Item, Scene: p.Scene, Name: p.Name, At: p.Changed, Sent: sentOf(*p)})
}

func sentOf(p store.Playback) *store.Sent {
	return &store.Sent{Kind: p.Kind, At: p.At, Account: p.Account, New: p.New, Old: p.Old, Gained: p.Gained, OldWatched: p.OldWatched}
}

// ended stores that a parcel arrived.
func (l *Look) ended(c parcel) error {
	run := l.run
	run.Written++
	err := l.host.Store.Update(func(tx store.Tx) error {
		for _, p := range c.list {
			store := l.arrived
			if c.undo {
				store = l.undone
			}
			if err := store(tx, p); err != nil {
				return err
			}
		}
		if err := keep(tx, c.list); err != nil {
			return err
		}
		return tx.PutRun(run)
	})
	if err == nil {
		l.run = run
		if !l.on(playback.Resume) { // else it is only asked whether anything is taken, see takesOthers
			l.Worked(budget.Resume)
		}
	}
	return err
}

// note keeps what Stash said to a parcel; whether it arrived all the same is seen by reading.
func (l *Look) note(list []*store.Playback, f *fault.Error) error {
	for _, p := range list {
		p.Why = f.Message
	}
	l.dueAt(l.now.Add(settleAfter))
	return l.put(list)
}

// blame counts a refusal against the scenes: Stash takes those of others.
func (l *Look) blame(list []*store.Playback) error {
	for _, p := range list {
		p.Tries++
		if p.State == store.PlaybackUndo && p.Tries >= mostTries {
			p.Next = l.now.Add(failedRest)
		}
	}
	return l.put(list)
}

// endRun closes the run, if anything was written.
func (l *Look) endRun() error {
	if l.run.ID == 0 {
		return nil
	}
	l.run.Ended = l.host.Stamp()
	return l.host.Store.Update(func(tx store.Tx) error { return tx.PutRun(l.run) })
}
