package activity

import (
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/message"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// settle finds out whether what was begun arrived: nobody lived to see it.
func (l *Look) settle(tx store.Tx, p *store.Playback, s *scene.Played) (bool, error) {
	switch p.Kind {
	case playback.Play:
		if at := l.has[p]; !at.IsZero() {
			p.As = at
			l.Worked(budget.Play)
			return true, l.arrived(tx, p)
		}
	case playback.Rating:
		switch int64(s.Rating) {
		case p.New:
			l.Worked(budget.Rate)
			return true, l.arrived(tx, p)
		case p.Old:
		default: // a person was faster: it is compared anew
			return l.afresh(tx, p)
		}
	case playback.Resume:
		watched := p.Gained > 0 && s.Watched >= millis(p.OldWatched+p.Gained)-time.Second/2
		moved := playback.Close(s.Resume, millis(p.New)) && (p.Gained == 0 || !playback.Close(millis(p.New), millis(p.Old)))
		if watched || moved {
			l.Worked(budget.Resume)
			return true, l.arrived(tx, p)
		}
		if !playback.Close(s.Resume, millis(p.Old)) {
			return l.afresh(tx, p)
		}
	}
	p.State, p.Changed, p.Confirmed = store.PlaybackWaiting, l.now, true // it was allowed once
	if p.Tries >= mostTries {
		p.State, p.Next = store.PlaybackFailed, l.now.Add(failedRest)
	}
	return true, l.void(tx, *p)
}

// afresh compares a record as if it were new: what was begun did not arrive.
func (l *Look) afresh(tx store.Tx, p *store.Playback) (bool, error) {
	if err := l.void(tx, *p); err != nil {
		return false, err
	}
	s := l.scenes[p.Scene]
	p.State, p.Changed = store.PlaybackNew, l.now
	var err error
	switch p.Kind {
	case playback.Rating:
		_, err = l.rating(tx, p, s)
	case playback.Resume:
		_, err = l.resume(tx, p, s)
	case playback.Play:
	}
	return true, err
}

// arrived takes in that Stash has what was sent.
func (l *Look) arrived(tx store.Tx, p *store.Playback) error {
	p.State, p.Why, p.Changed, p.Tries, p.Next, p.Confirmed = store.PlaybackWritten, message.None, l.host.Stamp(), 0, time.Time{}, false
	if err := l.tell(tx, *p, written(*p)); err != nil {
		return err
	}
	if p.Stays {
		return nil
	}
	return rebase(tx, *p, p.New, p.New)
}

// written says what was written.
func written(p store.Playback) message.Message {
	switch {
	case p.Kind == playback.Rating && p.New == 0:
		return message.New(message.ActivityUnrated)
	case p.Kind == playback.Rating:
		return message.New(message.ActivityRating, message.Number(int(p.New)))
	case p.Stays:
		return message.New(message.ActivityWatched, message.Span(millis(p.Gained).Round(time.Second)))
	case p.Kind == playback.Resume && p.New == 0:
		return message.New(message.ActivityFinished)
	case p.Kind == playback.Resume:
		return message.New(message.ActivityPoint, message.Span(millis(p.New).Truncate(time.Second)))
	}
	return message.New(message.ActivityPlay, message.Time(p.At))
}
