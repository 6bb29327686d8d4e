package health_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
)

var (
	noon     = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	settings = breaker.Settings{Threshold: 2}
)

// disk is all that survives a crash.
type disk struct {
	state   health.State
	records []outage.Record
	said    health.Said
	gaps    []outage.Gap
}

// model is the smallest program around the package: a disk, a memory and a clock. Every operation takes a
// second. Its own books (sent, up, down) are kept without the code under test.
//
// A copy by assignment shares records, gaps and shown with its original, which makes hundreds of thousands
// of copies cheap: whatever changes one of them makes its own first.
type model struct {
	disk    disk
	mem     health.State
	running bool
	paused  bool
	damaged bool // somebody changed the disk since the last start
	now     time.Time
	stopped time.Time
	call    uint64 // generation + 1 of a call under way, 0 for none
	probe   uint64 // the same for the probe last begun

	shown        map[uint64]health.SaidKind // what a person saw
	proved       time.Time                  // when Plex last answered or failed to, as this process knows
	up, down     time.Duration              // what really was the case since noon, while the program ran
	failing      bool                       // the last answer of Plex is a failure, and the breaker is closed
	suspect      time.Duration              // how long so; among up, until the breaker says that it was down
	clockTouched bool
	complaint    error
}

func firstStart() model {
	m := model{now: noon, running: true, shown: map[uint64]health.SaidKind{}}
	m.mem.Breaker.State = breaker.Closed
	m.disk.state = m.mem
	return m
}

// showed notes what a person saw.
func (m *model) showed(id uint64, kind health.SaidKind) {
	m.shown = maps.Clone(m.shown)
	m.shown[id] = kind
}

func (m *model) gap(from time.Time) {
	m.disk.gaps = append(slices.Clip(m.disk.gaps), outage.Gap{From: from, To: m.now})
}

func (m *model) complain(format string, args ...any) {
	if m.complaint == nil {
		m.complaint = fmt.Errorf(format, args...)
	}
}

// step is what the engine does with an event: one transaction, then the new state.
func (m *model) step(kind breaker.Kind, generation uint64) {
	e := breaker.Event{Kind: kind, Generation: generation, Cause: message.Foreign("connection refused")}
	next, ch := health.Step(m.mem, settings, e, m.now)
	if ch.Breaker != (next.Breaker != m.mem.Breaker) {
		m.complain("%v: change says breaker %v, %+v to %+v", kind, ch.Breaker, m.mem.Breaker, next.Breaker)
	}
	stale := kind != breaker.ProbeStarted && kind != breaker.Woke && generation != m.mem.Breaker.Generation
	if stale && (ch.Transition != breaker.None || next.Breaker.Failures != m.mem.Breaker.Failures) {
		m.complain("%v begun before the last transition counted: %+v", kind, next.Breaker)
	}
	if !stale {
		m.judge(kind, next.Breaker)
	}
	m.write(ch.Records)
	m.disk.state = next
	m.mem = next
	if kind == breaker.Success || kind == breaker.Failure || kind == breaker.ProbeSucceeded || kind == breaker.ProbeFailed {
		m.proved = m.now
	}
	m.checkStamps()
}

// judge keeps the books about the failures before the breaker opens: what they turn out to
// be, the beginning of an outage or nothing, decides what the time since the first was.
func (m *model) judge(kind breaker.Kind, after breaker.Breaker) {
	switch {
	case m.failing && !after.Allows():
		m.up, m.down, m.failing = m.up-m.suspect, m.down+m.suspect, false
	case kind == breaker.Failure && after.Allows() && !m.failing:
		m.failing, m.suspect = true, 0
	case kind != breaker.Failure:
		m.failing = false
	}
}

func (m *model) write(records []outage.Record) {
	if len(records) > 0 {
		m.disk.records = slices.Clone(m.disk.records)
	}
	for _, r := range records {
		i := slices.IndexFunc(m.disk.records, func(old outage.Record) bool { return old.ID == r.ID })
		if i < 0 {
			m.disk.records = append(m.disk.records, r)
			continue
		}
		m.disk.records[i] = r
	}
}

func (m *model) checkStamps() {
	b := m.mem.Breaker
	if b.FailingSince.After(m.now) || !b.FailingSince.IsZero() && !b.Allows() || b.OpenedAt.After(m.now) || b.ProbeAt.After(m.now.Add(time.Minute)) {
		m.complain("stamps ahead of %v: %+v", m.now, b)
	}
	if r := m.mem.Newest; r.Ongoing() && r.Started.After(m.now) {
		m.complain("ongoing outage starts after %v: %+v", m.now, r)
	}
}

func (m *model) restart() {
	rep := health.Load(health.Stored{
		Breaker: m.disk.state.Breaker, Records: m.disk.records, LastContact: m.disk.state.LastContact,
	}, settings, m.now)
	if !m.damaged && !m.clockTouched && len(rep.Words) > 0 {
		m.complain("a plain crash needed repair: %q", rep.Words)
	}
	for _, d := range rep.Dropped {
		m.complain("record %d dropped", d.ID)
	}
	for _, r := range rep.Records {
		if !r.Repaired {
			m.complain("record written by a repair is not marked: %+v", r)
		}
	}
	m.write(rep.Records)
	m.disk.state, m.mem = rep.State, rep.State
	m.gap(m.stopped)
	m.running, m.damaged, m.call, m.probe, m.proved = true, false, 0, 0, time.Time{}
	m.failing = false // nobody knows what was meanwhile
}

// announce is the notifier: a transaction reads the disk again, decides and stores the intention; then the
// message is sent, and if somebody shows it that is stored too.
func (m *model) announce(kind health.SaidKind, shown bool) {
	e := m.evidence()
	id := e.Newest.ID
	said, err := e.Announce(health.Said{Outage: id, Kind: kind})
	if err != nil {
		return
	}
	m.disk.said = said
	tripped := e.Breaker.State == breaker.Open || e.Breaker.State == breaker.HalfOpen
	lasts := id != 0 && e.Newest.Ended.IsZero()
	switch {
	case e.Newest.Repaired:
		m.complain("announced %s for a repaired record", kind)
	case tripped != (kind == health.SaidDown) || lasts != (kind == health.SaidDown):
		m.complain("announced %s: breaker %s, record %+v", kind, e.Breaker.State, e.Newest)
	case kind == health.SaidDown && m.shown[id] != "":
		m.complain("down shown again for %d", id)
	case kind == health.SaidBack && m.shown[id] != health.SaidDown:
		m.complain("back said for %d after %q", id, m.shown[id])
	case m.now.Sub(m.proved) > health.FreshFor:
		m.complain("announced %s, last proved %v ago", kind, m.now.Sub(m.proved))
	}
	if !shown {
		return
	}
	m.showed(id, kind)
	if m.disk.said, err = m.evidence().Announce(health.Said{Outage: id, Kind: kind, Delivered: true}); err != nil {
		m.complain("what was shown cannot be noted: %v", err)
	}
}

func (m *model) evidence() health.Evidence {
	b, newest := m.disk.state.Breaker, outage.Newest(m.disk.records)
	return health.Evidence{Breaker: &b, Newest: &newest, Said: m.disk.said, Proved: m.proved, Now: m.now}
}

// pass lets time go by, and notes what really was the case meanwhile.
func (m *model) pass(d time.Duration, asleep bool) {
	switch {
	case asleep || !m.running:
	case m.mem.Breaker.Allows():
		m.up += d
		if m.failing {
			m.suspect += d
		}
	default:
		m.down += d
	}
	m.now = m.now.Add(d)
}

// check holds after every operation.
func (m *model) check() error {
	open := 0
	for _, r := range m.disk.records {
		if r.Ongoing() {
			open++
		}
	}
	switch {
	case m.complaint != nil:
		return m.complaint
	case m.damaged:
		return nil
	case open > 1:
		return fmt.Errorf("%d records are open", open)
	case m.disk.state.Newest != outage.Newest(m.disk.records):
		return fmt.Errorf("newest is %+v, on disk %+v", m.disk.state.Newest, m.disk.records)
	case m.running && m.mem != m.disk.state:
		return fmt.Errorf("memory %+v is not the disk %+v", m.mem, m.disk.state)
	}
	if v := m.disk.state.Verdict(); v != health.Up && v != health.Down {
		return fmt.Errorf("verdict %q for %+v", v, m.disk.state)
	}
	return nil
}

// metricsAgree recounts the last window second by second.
func (m *model) metricsAgree(window time.Duration) error {
	from, known, down := m.now.Add(-window), 0, 0
	for at := from; at.Before(m.now); at = at.Add(time.Second) {
		if slices.ContainsFunc(m.disk.gaps, func(g outage.Gap) bool { return !at.Before(g.From) && at.Before(g.To) }) {
			continue
		}
		known++
		if slices.ContainsFunc(m.disk.records, func(r outage.Record) bool {
			return !at.Before(r.Started) && (r.Ended.IsZero() || at.Before(r.Ended))
		}) {
			down++
		}
	}
	got := outage.Measure(m.disk.records, m.disk.gaps, from, m.now)
	if got.Known != time.Duration(known)*time.Second || got.Downtime != time.Duration(down)*time.Second {
		return fmt.Errorf("metrics %+v, recount known %d s, down %d s", got, known, down)
	}
	return nil
}
