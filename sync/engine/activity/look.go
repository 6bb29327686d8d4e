package activity

import (
	"context"
	"errors"

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
	if l.fault == nil {
		l.marks.Looked = l.now
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

// load reads what is left to be done, and what was done to the same scenes.
func (l *Look) load() error {
	l.open, l.known = nil, map[scene.ID][]*store.Playback{}
	return l.host.Store.View(func(tx store.Tx) error {
		return tx.EachPlayback(func(p store.Playback) bool {
			if p.Item.Machine != l.Machine {
				return true
			}
			if p.Kind == playback.Play && (certain(p.State) || begun(p.State)) {
				l.known[p.Scene] = append(l.known[p.Scene], &p)
			}
			if l.due(p) {
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
	case store.PlaybackUndo, store.PlaybackIntent:
		sent := p.State == store.PlaybackIntent || p.Begun
		if at := p.Changed.Add(settleAfter); sent && at.After(l.now) && at.Sub(l.now) <= settleAfter {
			l.dueAt(at)
			l.rested = true
			return false
		}
		return true
	case store.PlaybackNew, store.PlaybackUnmatched:
		// Which plays of both sides are the same shows only when all of Plex's are known.
		return l.on(p.Kind) && (p.Kind != playback.Play || l.marks.Basis == l.playBasis())
	case store.PlaybackFailed:
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
