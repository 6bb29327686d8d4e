// Package shelves keeps the looks of collections in step: it decides when they are compared and
// written, remembers what was refused and for how long it rests, holds back what would take away too
// much, and knows which runs are to be undone. A pass is carried out beside the loop, one at a time,
// and only while no scene is being written.
package shelves

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/brake"
	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Loop is what a Keeper asks of the loop it belongs to.
type Loop struct {
	// Beside carries out run beside the loop, and then, on the loop, what follows.
	Beside func(run func(context.Context), then func())
	// Ask carries something out on the loop, Call asks something there.
	Ask  func(context.Context, func() error) error
	Call func(func() bool) bool
	// Ready reports that both servers answer.
	Ready func() bool
	// May reports that nothing keeps collections from being written: both servers answer, no pause,
	// no scenes to be written.
	May func() bool
	// Deps are the present servers and settings.
	Deps func() collection.Deps
	// Next is when the servers may be asked again after a pass that failed.
	Next func() time.Time
	// Ended takes in how a pass ended for the servers; nil when it reached both.
	Ended func(error)
}

// The stored values.
const (
	brakeValue = "collection.brake"
	undoValue  = "collection.undo"
)

const (
	// settle is how long after scenes were written collections are looked at: Plex makes one when
	// its first member comes.
	settle = 5 * time.Second
)

// Keeper owns when collections are compared and written. Its methods are for the loop alone.
type Keeper struct {
	host host.Host
	loop Loop

	at        time.Time // of the next pass
	ours      host.Rest // after a pass that failed of our own fault
	basis     scene.Hash
	running   bool
	confirmed bool // a person wants written what the brake holds
	brake     brake.State
	undo      []uint64 // runs to be undone
	rests     rests
}

// New makes a Keeper that knows nothing before Load.
func New(h host.Host, l Loop) *Keeper { return &Keeper{host: h, loop: l, rests: rests{}} }

// Load reads what is held back and what is to be undone.
func (k *Keeper) Load() error {
	return errors.Join(k.host.Get(brakeValue, &k.brake), k.host.Get(undoValue, &k.undo))
}

// Want has collections looked at soon: scenes were written, or names changed.
func (k *Keeper) Want() {
	if at := k.host.Now().Add(settle); k.at.IsZero() || k.at.After(at) {
		k.at = at
	}
}

// Running reports that a pass is under way: no scene is to be written meanwhile.
func (k *Keeper) Running() bool { return k.running }

// Asks is what a person is asked before more is taken away from collections.
func (k *Keeper) Asks() []api.Attention {
	q := k.brake.Question
	if q == nil {
		return nil
	}
	return []api.Attention{{
		Kind: api.FixPlex, Message: message.New(message.CollectionBrake, message.Of(brake.Words(q.Trips))), Hint: message.New(message.AdviceCollections), Since: q.Since,
	}}
}

// Undo has the collections given back what they were before a run, and returns how many those are.
func (k *Keeper) Undo(run uint64) (int, error) {
	if run == 0 {
		return 0, nil
	}
	n, err := collection.Undoable(k.host.Store, run)
	if n == 0 || err != nil || slices.Contains(k.undo, run) {
		return n, err
	}
	undo := append(slices.Clone(k.undo), run)
	if err := k.host.Put(undoValue, undo); err != nil {
		return 0, err
	}
	k.undo, k.at = undo, k.host.Now()
	return n, nil
}

// Write has collections written at once. yes writes what the brake holds, too.
func (k *Keeper) Write(yes bool) {
	k.confirmed = k.confirmed || yes
	clear(k.rests)
	k.at, k.ours = k.host.Now(), host.Rest{}
}

// basis is what of the settings decides about collections.
func basis(s config.Settings) scene.Hash {
	return scene.HashOf([]string{string(s.WantedHash()), string(s.CollectionLook)})
}

// Due begins a pass when one is due, and returns when the next is.
func (k *Keeper) Due(_ context.Context, now time.Time) time.Time {
	if k.running || !k.loop.May() {
		return time.Time{}
	}
	d := k.loop.Deps()
	wanted := collection.Wanted(d.Settings)
	if b := basis(d.Settings); b != k.basis {
		k.basis, k.at = b, now
	}
	if !wanted && len(k.undo) == 0 {
		return time.Time{}
	}
	if at := host.Later(host.Later(k.at, k.loop.Next()), k.ours.Until(now)); at.After(now) {
		return at
	}
	k.begin(d, now)
	return time.Time{}
}

// pass is one comparison of all collections with what is written after it.
type pass struct {
	writer  collection.Writer
	confirm bool
	brake   brake.State
	undo    []uint64

	undone []uint64
	out    collection.Outcome
	began  time.Time
	asked  bool // both servers answered
	// compared takes in the collections as they were read, before they are written.
	compared func([]*collection.Comparison)
	err      error
}

func (k *Keeper) begin(d collection.Deps, now time.Time) {
	p := &pass{confirm: k.confirmed, brake: k.brake, undo: slices.Clone(k.undo), began: k.host.Stamp()}
	tried := 0
	d.Unread = func(key string) (left time.Duration) {
		k.loop.Call(func() bool { left = k.rests.unreadFor(key, &tried, k.host.Now()); return true })
		return left
	}
	p.writer = collection.Writer{
		Deps: d, Run: uint64(now.UnixMilli()), Started: p.began, May: func() bool { return k.loop.Call(k.loop.May) },
		Rests: func(key string) (left time.Duration) {
			k.loop.Call(func() bool { left = k.rests.left(key, k.host.Now()); return true })
			return left
		},
		Failed: func(key string) { k.loop.Call(func() bool { k.rests.failed(key, k.host.Now()); return true }) },
		Took:   func(key string) { k.loop.Call(func() bool { delete(k.rests, key); return true }) },
	}
	p.compared = func(list []*collection.Comparison) { k.loop.Call(func() bool { k.compared(list); return true }) }
	k.running, k.at = true, now.Add(d.Settings.SweepEvery)
	k.loop.Beside(p.run, func() { k.ended(p) })
}

// compared takes in the collections as they were read.
func (k *Keeper) compared(list []*collection.Comparison) {
	if k.rests.read(list, k.host.Now()) {
		k.Want()
	}
}

// run undoes what is to be undone, then compares and writes.
func (p *pass) run(ctx context.Context) {
	for _, id := range p.undo {
		if _, p.err = p.writer.Undo(ctx, id); p.err != nil {
			return
		}
		if left, err := collection.Undoable(p.writer.Store, id); err == nil && left == 0 {
			p.undone = append(p.undone, id)
		}
		p.asked = true
	}
	if !collection.Wanted(p.writer.Settings) {
		return
	}
	list, err := p.writer.Compare(ctx)
	if p.err = err; err != nil {
		return
	}
	p.compared(list)
	p.asked = true
	p.admit(list)
	if p.err = p.writer.Store.Update(func(tx store.Tx) error { return tx.PutValue(brakeValue, p.brake) }); p.err == nil {
		p.out, p.err = p.writer.Write(ctx, list)
	}
}

// admit counts what would be taken away from all collections, and holds it back when that is too
// much and nobody confirmed it.
func (p *pass) admit(list []*collection.Comparison) {
	t := brake.NewTally()
	for _, c := range list {
		if c.Open() {
			t.Plan(c.Plan)
		}
	}
	if p.confirm {
		p.brake = p.brake.Answered(p.began)
		return
	}
	limits := brake.LimitsOf(p.writer.Settings)
	counted := p.brake.Counted(t, limits, 0, p.began)
	spent, _ := counted.Admit(asks(list), limits, p.began)
	p.brake, p.writer.Held = spent.Through(slices.Collect(maps.Keys(spent.Open))...), spent.Held
}

// asks are the collections that would lose something.
func asks(list []*collection.Comparison) (out []brake.Asks) {
	for _, c := range list {
		if loads := brake.LoadOf(c.Plan); c.Changes() && loads.Fields() != 0 {
			id, _ := scene.ParseID(c.RatingKey)
			out = append(out, brake.Asks{Scene: id, Loads: loads})
		}
	}
	return out
}

// ended takes in what a pass brought.
func (k *Keeper) ended(p *pass) {
	k.running = false
	k.brake = p.brake
	if p.err == nil {
		k.confirmed = k.confirmed && !p.confirm
	} else {
		k.at = k.host.Now().Add(settle) // or when the servers may be asked again
	}
	err := k.settleUndo(p.undone)
	if p.out.Written > 0 {
		r := store.Run{ID: p.writer.Run, Started: p.began, Ended: k.host.Stamp(), Cause: queue.Collections, Written: p.out.Written}
		err = errors.Join(err, k.host.Store.Update(func(tx store.Tx) error { return tx.PutRun(r) }))
		k.host.Log.Info("collections got their pictures and descriptions", "written", p.out.Written, "failed", p.out.Failed)
	}
	if p.err == nil && err != nil {
		p.err = err
	}
	k.ours.End(fault.Is(p.err, fault.Local), k.host.Now())
	if p.asked || p.err != nil {
		k.loop.Ended(p.err)
	}
}

// settleUndo forgets runs of which nothing is left to undo, and marks them.
func (k *Keeper) settleUndo(done []uint64) error {
	if len(done) == 0 {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(k.undo), func(id uint64) bool { return slices.Contains(done, id) })
	err := k.host.Store.Update(func(tx store.Tx) error {
		runs, err := tx.Runs(0)
		if err != nil {
			return err
		}
		for _, r := range runs {
			if slices.Contains(done, r.ID) && r.Cause == queue.Collections {
				r.Undone = true
				if err := tx.PutRun(r); err != nil {
					return err
				}
			}
		}
		return tx.PutValue(undoValue, left)
	})
	if err == nil {
		k.undo = left
	}
	return err
}
