package notify

import (
	"time"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

// plex decides about Plex and the network. It is asked only while the verdict is Up
// or Down.
func (p *Policy) plex(s api.Snapshot) (Act, bool) {
	if s.Muted.Outages || p.flapping(s) {
		return Act{}, false
	}
	if s.Verdict == health.Down {
		return p.down(s)
	}
	return p.back(s)
}

// flapping reports whether "comes and goes" was said and the unstable time lasts. It is
// told from what is stored, so that a restart neither forgets nor repeats it.
func (p *Policy) flapping(s api.Snapshot) bool {
	said := p.latest(s)
	return said.Flapping && said.Delivered && !p.settled(s)
}

// settled reports whether Plex has long neither come nor gone.
func (p *Policy) settled(s api.Snapshot) bool {
	r := s.Outage
	if r == nil {
		return true
	}
	changed := r.Started
	if !r.Ongoing() {
		changed = r.Ended
	}
	since := p.now.Wall.Sub(changed)
	if since.Abs() >= outage.Lately {
		return true
	}
	p.waitUntil(p.now.Mono + outage.Lately - since)
	return false
}

func (p *Policy) down(s api.Snapshot) (Act, bool) {
	r := s.Outage
	if r == nil || !r.Ongoing() || r.Repaired {
		return Act{}, false
	}
	said := p.about(s, r)
	if said.Kind == health.SaidBack || said.Kind == health.SaidDown && said.Delivered {
		return Act{}, false
	}
	if present.Away(s.Stash) {
		return p.offline(s, said)
	}
	// The network that has just come back brings Plex with it in a moment.
	if !p.due(max(p.downSince, p.awayUntil) + s.NotifyDelay) {
		return Act{}, false
	}
	a := Act{Tag: TagPlex, Note: present.NoteDown(s, p.moment()), Say: health.SaidDown, Outage: r.ID}
	if starts := p.lately(s.Interruptions); len(starts) >= flapTimes {
		a.Note, a.flap = present.NoteFlapping(len(starts), starts[0], p.moment()), true
	}
	return a, p.mayAsk(a, s)
}

// lately leaves those of the moments, oldest first, that are not too long ago by now.
func (p *Policy) lately(starts []time.Time) []time.Time {
	for len(starts) > 0 && p.now.Wall.Sub(starts[0]).Abs() >= outage.Lately {
		starts = starts[1:]
	}
	return starts
}

// offline speaks of the network instead of Plex: nothing is proven about Plex.
func (p *Policy) offline(s api.Snapshot, said health.Said) (Act, bool) {
	if said.Kind != "" && (said.Kind != health.SaidNetwork || said.Delivered) {
		return Act{}, false
	}
	if !p.due(p.downSince+s.NotifyDelay) || p.networkNamed(s) {
		return Act{}, false
	}
	a := Act{Tag: TagPlex, Note: present.NoteNetwork(s.Since, p.moment()), Say: health.SaidNetwork, Outage: s.Outage.ID}
	return a, p.mayAsk(a, s)
}

// networkNamed reports whether the network was spoken of lately.
func (p *Policy) networkNamed(s api.Snapshot) bool {
	if p.networkAt != 0 && p.now.Mono-p.networkAt < outage.Lately {
		return true
	}
	said := p.latest(s)
	return said.Kind == health.SaidNetwork && said.Delivered && p.now.Wall.Sub(said.At).Abs() < outage.Lately
}

func (p *Policy) back(s api.Snapshot) (Act, bool) {
	r := s.Outage
	if r == nil || r.Ongoing() || r.Repaired || r.ID == p.hushed {
		return Act{}, false
	}
	said := p.about(s, r)
	if down := said.Kind == health.SaidDown && said.Delivered; !down && (said.Kind != health.SaidBack || said.Delivered) {
		return Act{}, false
	}
	a := Act{Tag: TagPlex, Note: present.NoteBack(s, *r, p.moment()), Say: health.SaidBack, Outage: r.ID}
	return a, p.mayAsk(a, s)
}

// withdrawals takes away what is on screen and no longer true. That makes no noise,
// so it is done in silence too.
func (p *Policy) withdrawals(s api.Snapshot) []Act {
	if p.shown.Tag == "" || !p.over(s) && !p.muted(s) {
		return nil
	}
	tag := p.shown.Tag
	p.shown = Act{}
	return []Act{{Withdraw: tag}}
}

// muted reports whether what is on screen is of a kind that was switched off meanwhile.
func (p *Policy) muted(s api.Snapshot) bool {
	switch p.shown.Tag {
	case TagPlex:
		return s.Muted.Outages
	case TagAttention:
		return s.Muted.Questions
	}
	return s.Muted.Reconciliations
}

func (p *Policy) over(s api.Snapshot) bool {
	switch p.shown.Tag {
	case TagPlex:
		switch {
		case p.shown.Say == health.SaidBack:
			return s.Verdict == health.Down
		case p.shown.flap:
			return s.Verdict == health.Up && p.settled(s)
		case p.shown.Say == health.SaidNetwork:
			return s.Verdict == health.Up || !present.Away(s.Stash)
		}
		return s.Verdict == health.Up
	case TagAttention:
		return len(s.Attention) == 0
	}
	return false
}
