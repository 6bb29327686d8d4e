package activity

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/engine/host"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Run carries the look out. It returns when that has ended or ctx has.
func (l *Look) Run(ctx context.Context) {
	l.err = host.Safely(func() error { return l.work(ctx) })
}

func (l *Look) work(ctx context.Context) error {
	if l.on(playback.Play) {
		if err := l.meet(l.readHistory(ctx)); err != nil {
			return err
		}
	}
	if l.on(playback.Resume) || l.on(playback.Rating) {
		if err := l.meet(l.readLibraries(ctx)); err != nil {
			return err
		}
	}
	l.marks.Looked = l.now
	if l.fault != nil {
		l.marks.Looked = l.markedBefore()
	}
	err := l.host.Put(marksValue, l.marks)
	if err == nil {
		err = l.load()
	}
	if err == nil {
		err = l.match()
	}
	if err == nil {
		err = l.compare(ctx)
	}
	if err == nil {
		err = l.admit()
	}
	if err == nil {
		err = l.send(ctx)
	}
	return errors.Join(err, l.endRun())
}

// markedBefore is when Plex was last asked with success, before this look.
func (l *Look) markedBefore() (at time.Time) {
	var before marks
	if l.host.Get(marksValue, &before) == nil {
		at = before.Looked
	}
	return at
}

// load reads what is left to be done, and what was done to the same scenes.
func (l *Look) load() error {
	l.open, l.past = nil, map[scene.ID]past{}
	return l.host.Store.View(func(tx store.Tx) error {
		return tx.EachPlayback(func(p store.Playback) bool {
			switch {
			case p.Item.Machine != l.Machine:
			case p.Kind == playback.Play && p.State == store.PlaybackWritten:
				had := l.past[p.Scene]
				had.written = append(had.written, p.At)
				l.past[p.Scene] = had
			case p.Kind == playback.Play && p.State == store.PlaybackPresent:
				had := l.past[p.Scene]
				had.found = append(had.found, p.At)
				l.past[p.Scene] = had
			case l.due(p):
				l.open = append(l.open, &p)
			}
			return true
		})
	})
}

// due reports whether something can be done about a record now.
func (l *Look) due(p store.Playback) bool {
	if p.Next.After(l.now) && p.Next.Sub(l.now) < 2*failedRest {
		l.dueAt(p.Next)
		return false
	}
	switch p.State {
	case store.PlaybackUndo:
		return true
	case store.PlaybackIntent:
		if at := p.Changed.Add(settleAfter); at.After(l.now) && at.Sub(l.now) <= settleAfter {
			l.dueAt(at)
			l.rested = true
			return false
		}
		return true
	case store.PlaybackNew, store.PlaybackUnmatched, store.PlaybackFailed:
		return l.on(p.Kind)
	case store.PlaybackWaiting:
		if l.on(p.Kind) && (!l.may(p) || p.Why.Is(message.ActivityBraked) && !p.Confirmed) {
			l.hold(p) // it was compared before; only a person's answer changes anything for it
			return false
		}
		return l.on(p.Kind)
	case store.PlaybackWritten, store.PlaybackPresent, store.PlaybackKept, store.PlaybackDeclined, store.PlaybackUndone:
	}
	return false
}
