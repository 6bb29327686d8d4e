package notify

import (
	"slices"

	"lockstep/app/present"
	"lockstep/sync/api"
)

// attention asks for what only a person can settle, once until it was settled. The
// first run is not announced: it opens a window by itself.
func (p *Policy) attention(s api.Snapshot) (Act, bool) {
	if s.Muted.Questions {
		return Act{}, false
	}
	for _, a := range s.Attention {
		i := p.askedFor(a.Kind)
		if a.Kind == api.FirstRun || p.asked[i].shown {
			continue
		}
		return Act{Tag: TagAttention, Note: present.NoteAttention(a, s), ask: a.Kind}, true
	}
	return Act{}, false
}

// remember keeps what is asked for, and for a while what was.
func (p *Policy) remember(s api.Snapshot) {
	for i := range p.asked {
		x := &p.asked[i]
		away := !slices.ContainsFunc(s.Attention, func(a api.Attention) bool { return a.Kind == x.kind })
		if away && !x.away {
			x.gone = p.now.Mono
		}
		x.away = away
	}
	p.asked = slices.DeleteFunc(p.asked, func(x asked) bool { return x.away && p.now.Mono-x.gone >= forgetAfter })
	for _, a := range s.Attention {
		if p.askedFor(a.Kind) < 0 {
			p.asked = append(p.asked, asked{kind: a.Kind})
		}
	}
}

func (p *Policy) askedFor(k api.AttentionKind) int {
	return slices.IndexFunc(p.asked, func(x asked) bool { return x.kind == k })
}

// reconciled tells the end of a reconciliation somebody asked for.
func (p *Policy) reconciled(s api.Snapshot) (Act, bool) {
	r := s.LastReconciliation
	if r == nil || r.ID <= p.report || r.Ended.IsZero() {
		return Act{}, false
	}
	if r.Scheduled || r.Preview || s.Muted.Reconciliations {
		p.report = r.ID
		return Act{}, false
	}
	return Act{Tag: TagReconcile, Note: present.NoteReconciled(*r), run: r.ID}, true
}
