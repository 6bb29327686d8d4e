package health_test

import (
	"cmp"
	"fmt"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

// operation is one thing that can happen to the model; do returns false if it cannot happen now.
type operation struct {
	name string
	do   func(m *model) bool
}

func when(can func(m *model) bool, do func(m *model)) func(m *model) bool {
	return func(m *model) bool {
		if !can(m) {
			return false
		}
		do(m)
		return true
	}
}

func running(m *model) bool  { return m.running }
func works(m *model) bool    { return m.running && !m.paused && m.mem.Breaker.Allows() }
func tripped(m *model) bool  { return m.running && !m.mem.Breaker.Allows() }
func hasCall(m *model) bool  { return m.running && m.call > 0 }
func hasProbe(m *model) bool { return m.running && m.probe > 0 }

// daily are the operations of ordinary life; the clock only runs.
func daily() []operation {
	return append(vital(),
		operation{"begin a call", when(works, func(m *model) { m.call = m.mem.Breaker.Generation + 1 })},
		operation{"the call fails late", when(hasCall, func(m *model) { m.step(breaker.Failure, m.call-1); m.call = 0 })},
		operation{"the call succeeds late", when(hasCall, func(m *model) { m.step(breaker.Success, m.call-1); m.call = 0 })},
		operation{"probe abandoned", when(hasProbe, func(m *model) { m.step(breaker.ProbeAbandoned, m.probe-1) })},
		operation{"pause or resume", when(running, func(m *model) { m.paused = !m.paused })},
		operation{"half a minute", func(m *model) bool { m.pass(29*time.Second, false); return true }},
	)
}

// vital are those of them that move breaker, records or announcements by themselves.
func vital() []operation {
	return []operation{
		{"success", when(works, func(m *model) { m.step(breaker.Success, m.mem.Breaker.Generation) })},
		{"failure", when(works, func(m *model) { m.step(breaker.Failure, m.mem.Breaker.Generation) })},
		{"probe", when(tripped, startProbe)},
		{"probe ok", when(hasProbe, func(m *model) { m.step(breaker.ProbeSucceeded, m.probe-1) })},
		{"probe failed", when(hasProbe, func(m *model) { m.step(breaker.ProbeFailed, m.probe-1) })},
		{"crash", when(running, crash)},
		{"restart", when(func(m *model) bool { return !m.running }, (*model).restart)},
		{"sleep", when(running, sleep)},
		{"say down", when(speaks, func(m *model) { m.announce(health.SaidDown, true) })},
		{"say back", when(speaks, func(m *model) { m.announce(health.SaidBack, true) })},
	}
}

// unshown are announcements that nobody shows. They stand apart: with a jumping clock there are too many
// states.
func unshown() []operation {
	return []operation{
		{"say down, nobody shows it", when(speaks, func(m *model) { m.announce(health.SaidDown, false) })},
		{"say back, nobody shows it", when(speaks, func(m *model) { m.announce(health.SaidBack, false) })},
	}
}

func speaks(m *model) bool { return m.running && !m.paused }

func startProbe(m *model) {
	before := m.mem.Breaker
	m.step(breaker.ProbeStarted, 0)
	if before.State == breaker.Open {
		m.probe = m.mem.Breaker.Generation + 1
	}
}

func crash(m *model) {
	m.mem = health.State{}
	m.running, m.stopped = false, m.now
}

func sleep(m *model) {
	from := m.now
	m.pass(10*time.Minute, true)
	m.disk.gaps = append(m.disk.gaps, outage.Gap{From: from, To: m.now})
	m.step(breaker.Woke, 0)
}

// clock are jumps of the wall clock; the program may or may not notice them before the next event.
func clock() []operation {
	jump := func(d time.Duration) func(m *model) bool {
		return func(m *model) bool {
			m.now, m.clockTouched = m.now.Add(d), true
			return true
		}
	}
	return []operation{
		{"clock forward", jump(10 * time.Minute)},
		{"clock back", jump(-10 * time.Minute)},
		{"jump noticed", when(running, func(m *model) { m.step(breaker.Woke, 0) })},
	}
}

// damage is what only an old version, another program or a bad disk can do between two runs.
func damage() []operation {
	harm := func(do func(m *model)) func(m *model) bool {
		return when(func(m *model) bool { return !m.running && len(m.disk.records) < 6 }, func(m *model) {
			do(m)
			m.disk.state.Newest = outage.Newest(m.disk.records)
			m.damaged = true
		})
	}
	edit := func(do func(m *model, r *outage.Record)) func(m *model) bool {
		return harm(func(m *model) {
			if n := len(m.disk.records); n > 0 {
				do(m, &m.disk.records[n-1])
			}
		})
	}
	return []operation{
		{"breaker lost", harm(func(m *model) { m.disk.state.Breaker = breaker.Breaker{} })},
		{"breaker garbage", harm(func(m *model) { m.disk.state.Breaker.State = "?" })},
		{"breaker half-open, nulls", harm(func(m *model) { m.disk.state.Breaker = breaker.Breaker{State: breaker.HalfOpen} })},
		{"breaker from the future", harm(func(m *model) {
			at := m.now.Add(48 * time.Hour)
			m.disk.state.Breaker = breaker.Breaker{State: breaker.Open, OpenedAt: at, ProbeAt: at, Probes: -1}
		})},
		{"failing since the future", harm(func(m *model) { m.disk.state.Breaker.FailingSince = m.now.Add(time.Hour) })},
		{"end lost", edit(func(_ *model, r *outage.Record) { r.Ended = time.Time{} })},
		{"end before start", edit(func(_ *model, r *outage.Record) { r.Ended = r.Started.Add(-time.Minute) })},
		{"record from the future", edit(func(m *model, r *outage.Record) { r.Started = m.now.Add(time.Hour) })},
		{"record nulls", edit(func(_ *model, r *outage.Record) { *r = outage.Record{ID: r.ID} })},
		{"another open record", harm(func(m *model) {
			id := outage.Newest(m.disk.records).ID + 1
			m.disk.records = append(m.disk.records, outage.Record{ID: id, Started: m.now.Add(-2 * time.Minute)})
		})},
		{"contact lost", harm(func(m *model) { m.disk.state.LastContact = time.Time{} })},
		{"contact from the future", harm(func(m *model) { m.disk.state.LastContact = m.now.Add(time.Hour) })},
	}
}

// run applies the operation to a copy; false if it cannot happen.
func (o operation) run(m model) (model, bool) {
	next := m.clone()
	if !o.do(&next) {
		return m, false
	}
	next.pass(time.Second, false)
	return next, true
}

// key names what can matter for the future. Stamps are told by their order, not by their value, and
// generations and ids by whether they are the present ones; that is what makes states merge.
func (m *model) key() string {
	st, newest := m.disk.state, outage.Newest(m.disk.records)
	b := st.Breaker
	stray := 0
	for _, r := range m.disk.records {
		if r.Ongoing() && r.ID != newest.ID {
			stray++
		}
	}
	return fmt.Sprint(
		m.running, m.paused, m.damaged, m.order(m.stopped), "|",
		b.State, b.Failures, m.failing, m.order(b.OpenedAt), m.order(b.ProbeAt), cmp.Compare(b.Probes, 0), "|",
		newest.ID > 0, newest.Ongoing(), newest.Repaired, m.order(newest.Started), m.order(newest.Ended),
		newest.Started.Compare(newest.Ended), newest.Started.Compare(st.LastContact), m.order(st.LastContact),
		b.OpenedAt.Compare(newest.Ended), min(stray, 2), "|",
		cmp.Compare(m.disk.said.Outage, newest.ID), m.disk.said.Kind, m.disk.said.Delivered, m.shown[newest.ID], health.Fresh(m.proved, m.now), "|",
		age(m.call, b.Generation), age(m.probe, b.Generation),
	)
}

// order tells a stamp by where it lies relative to now and the limits the code knows.
func (m *model) order(t time.Time) string {
	switch d := t.Sub(m.now); {
	case t.IsZero():
		return "null"
	case d > time.Minute:
		return "far"
	case d > 0:
		return "soon"
	case d == 0:
		return "now"
	case d > -10*time.Minute:
		return "lately"
	default:
		return "long ago"
	}
}

func age(call, generation uint64) string {
	switch {
	case call == 0:
		return "none"
	case call-1 == generation:
		return "present"
	default:
		return "stale"
	}
}
