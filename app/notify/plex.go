package notify

import (
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/health"
)

// plex decides about Plex and the network. It is asked only while the verdict is Up
// or Down.
func (p *Policy) plex(s api.Snapshot) (Act, bool) {
	if p.flapping {
		if !p.settled() {
			return Act{}, false
		}
		p.flapping, p.begun = false, nil
	}
	if s.Verdict == health.Down {
		return p.down(s)
	}
	return p.back(s)
}

func (p *Policy) settled() bool {
	if p.now.Mono-p.changed >= flapSpan {
		return true
	}
	p.waitUntil(p.changed + flapSpan)
	return false
}

func (p *Policy) down(s api.Snapshot) (Act, bool) {
	r := s.Outage
	if r == nil || !r.Ongoing() || r.Repaired || p.about(s, r) != "" {
		return Act{}, false
	}
	if present.Away(s.Stash) {
		return p.offline(s)
	}
	// The network that has just come back brings Plex with it in a moment.
	since := max(p.downSince, p.awayUntil)
	if p.now.Mono-since < s.NotifyDelay {
		p.waitUntil(since + s.NotifyDelay)
		return Act{}, false
	}
	a := Act{Tag: TagPlex, Note: present.NoteDown(s, p.moment()), Say: health.SaidDown, Outage: r.ID}
	if len(p.begun) >= flapTimes {
		a.Note, a.flap = present.NoteFlapping(len(p.begun), p.begun[0].wall, p.moment()), true
	}
	return a, p.mayTry(a)
}

// offline speaks of the network instead of Plex: nothing is proven about Plex.
func (p *Policy) offline(s api.Snapshot) (Act, bool) {
	if p.now.Mono-p.downSince < s.NotifyDelay {
		p.waitUntil(p.downSince + s.NotifyDelay)
		return Act{}, false
	}
	again := p.network != 0 && p.now.Mono-p.network < flapSpan
	if again || p.offlined == s.Outage.ID {
		return Act{}, false
	}
	p.network, p.offlined = p.now.Mono, s.Outage.ID
	return Act{Tag: TagPlex, Note: present.NoteNetwork(s.Since, p.moment())}, true
}

func (p *Policy) back(s api.Snapshot) (Act, bool) {
	r := s.Outage
	if r == nil || r.Ongoing() || r.Repaired || p.about(s, r) != health.SaidDown {
		return Act{}, false
	}
	a := Act{Tag: TagPlex, Note: present.NoteBack(s, *r, p.moment()), Say: health.SaidBack, Outage: r.ID}
	return a, p.mayTry(a)
}

// withdrawals takes away what is on screen and no longer true. That makes no noise,
// so it is done in silence too.
func (p *Policy) withdrawals(s api.Snapshot) []Act {
	if p.shown.Tag == "" || !p.over(s) {
		return nil
	}
	tag := p.shown.Tag
	p.shown = Act{}
	return []Act{{Withdraw: tag}}
}

func (p *Policy) over(s api.Snapshot) bool {
	switch p.shown.Tag {
	case TagPlex:
		switch {
		case p.shown.Say == health.SaidBack:
			return s.Verdict == health.Down
		case p.shown.flap:
			return s.Verdict == health.Up && p.settled()
		case p.shown.Say == "": // the network
			return s.Verdict == health.Up || !present.Away(s.Stash)
		}
		return s.Verdict == health.Up
	case TagAttention:
		return len(s.Attention) == 0
	}
	return false
}
