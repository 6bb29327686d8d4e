package health_test

import (
	"cmp"
	"slices"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/outage"
)

// operation is one thing that can happen to the model when can allows it.
type operation struct {
	name string
	can  func(m *model) bool
	do   func(m *model)
}

func always(*model) bool     { return true }
func stopped(m *model) bool  { return !m.running }
func running(m *model) bool  { return m.running }
func works(m *model) bool    { return m.running && !m.paused && m.mem.Breaker.Allows() }
func tripped(m *model) bool  { return m.running && !m.mem.Breaker.Allows() }
func hasCall(m *model) bool  { return m.running && m.call > 0 }
func hasProbe(m *model) bool { return m.running && m.probe > 0 }

// daily are the operations of ordinary life; the clock only runs.
func daily() []operation {
	return append(vital(),
		operation{"begin a call", works, func(m *model) { m.call = m.mem.Breaker.Generation + 1 }},
		operation{"the call fails late", hasCall, func(m *model) { m.step(breaker.Failure, m.call-1); m.call = 0 }},
		operation{"the call succeeds late", hasCall, func(m *model) { m.step(breaker.Success, m.call-1); m.call = 0 }},
		operation{"probe abandoned", hasProbe, func(m *model) { m.step(breaker.ProbeAbandoned, m.probe-1) }},
		operation{"pause or resume", running, func(m *model) { m.paused = !m.paused }},
		operation{"say down, nobody shows it", speaks, func(m *model) { m.announce(health.SaidDown, false) }},
		operation{"say back, nobody shows it", speaks, func(m *model) { m.announce(health.SaidBack, false) }},
		operation{"half a minute", always, func(m *model) { m.pass(29*time.Second, false) }},
	)
}

// vital are those of them that move breaker, records or announcements by themselves.
func vital() []operation {
	return []operation{
		{"success", works, func(m *model) { m.step(breaker.Success, m.mem.Breaker.Generation) }},
		{"failure", works, func(m *model) { m.step(breaker.Failure, m.mem.Breaker.Generation) }},
		{"probe", tripped, startProbe},
		{"probe ok", hasProbe, func(m *model) { m.step(breaker.ProbeSucceeded, m.probe-1) }},
		{"probe failed", hasProbe, func(m *model) { m.step(breaker.ProbeFailed, m.probe-1) }},
		{"crash", running, crash},
		{"restart", stopped, (*model).restart},
		{"sleep", running, sleep},
		{"say down", speaks, func(m *model) { m.announce(health.SaidDown, true) }},
		{"say back", speaks, func(m *model) { m.announce(health.SaidBack, true) }},
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
	m.gap(from)
	m.step(breaker.Woke, 0)
}

// clock are jumps of the wall clock; the program may or may not notice them before the next event.
func clock() []operation {
	jump := func(d time.Duration) func(m *model) {
		return func(m *model) { m.now, m.clockTouched = m.now.Add(d), true }
	}
	return []operation{
		{"clock forward", always, jump(10 * time.Minute)},
		{"clock back", always, jump(-10 * time.Minute)},
		{"jump noticed", running, func(m *model) { m.step(breaker.Woke, 0) }},
	}
}

// damage is what only an old version, another program or a bad disk can do between two runs.
func damage() []operation {
	harm := func(name string, do func(m *model)) operation {
		return operation{name, func(m *model) bool { return !m.running && len(m.disk.records) < 6 }, func(m *model) {
			m.disk.records = slices.Clone(m.disk.records)
			do(m)
			m.disk.state.Newest = outage.Newest(m.disk.records)
			m.damaged = true
		}}
	}
	edit := func(name string, do func(m *model, r *outage.Record)) operation {
		return harm(name, func(m *model) {
			if n := len(m.disk.records); n > 0 {
				do(m, &m.disk.records[n-1])
			}
		})
	}
	return []operation{
		harm("breaker lost", func(m *model) { m.disk.state.Breaker = breaker.Breaker{} }),
		harm("breaker garbage", func(m *model) { m.disk.state.Breaker.State = "?" }),
		harm("breaker half-open, nulls", func(m *model) { m.disk.state.Breaker = breaker.Breaker{State: breaker.HalfOpen} }),
		harm("breaker from the future", func(m *model) {
			at := m.now.Add(48 * time.Hour)
			m.disk.state.Breaker = breaker.Breaker{State: breaker.Open, OpenedAt: at, ProbeAt: at, Probes: -1}
		}),
		harm("failing since the future", func(m *model) { m.disk.state.Breaker.FailingSince = m.now.Add(time.Hour) }),
		edit("end lost", func(_ *model, r *outage.Record) { r.Ended = time.Time{} }),
		edit("end before start", func(_ *model, r *outage.Record) { r.Ended = r.Started.Add(-time.Minute) }),
		edit("record from the future", func(m *model, r *outage.Record) { r.Started = m.now.Add(time.Hour) }),
		edit("record nulls", func(_ *model, r *outage.Record) { *r = outage.Record{ID: r.ID} }),
		harm("another open record", func(m *model) {
			id := outage.Newest(m.disk.records).ID + 1
			m.disk.records = append(m.disk.records, outage.Record{ID: id, Started: m.now.Add(-2 * time.Minute)})
		}),
		harm("contact lost", func(m *model) { m.disk.state.LastContact = time.Time{} }),
		harm("contact from the future", func(m *model) { m.disk.state.LastContact = m.now.Add(time.Hour) }),
	}
}

// run applies the operation to a copy of from; false if it cannot happen. The copy is overwritten and
// not made anew, because hundreds of thousands lead to nothing.
func (o operation) run(from, to *model) bool {
	if !o.can(from) {
		return false
	}
	*to = *from
	o.do(to)
	to.pass(time.Second, false)
	return true
}

// key names what can matter for the future. Stamps are told by their order, not by their value, and
// generations and ids by whether they are the present ones; that is what makes states merge.
type key struct {
	running, paused, damaged, failing, fresh         bool
	stopped, openedAt, probeAt                       place
	started, ended, lastContact                      place
	breaker                                          breaker.State
	failures, probes, stray                          int
	recorded, ongoing, repaired                      bool
	startedEnded, startedContact, openedEnded, about int
	said, shown                                      health.SaidKind
	delivered                                        bool
	call, probe                                      age
}

func (m *model) key() key {
	st, newest := m.disk.state, outage.Newest(m.disk.records)
	b := st.Breaker
	stray := 0
	for i := range m.disk.records {
		if r := &m.disk.records[i]; r.Ongoing() && r.ID != newest.ID {
			stray++
		}
	}
	return key{
		running: m.running, paused: m.paused, damaged: m.damaged, failing: m.failing, fresh: health.Fresh(m.proved, m.now),
		stopped: m.place(m.stopped), openedAt: m.place(b.OpenedAt), probeAt: m.place(b.ProbeAt),
		started: m.place(newest.Started), ended: m.place(newest.Ended), lastContact: m.place(st.LastContact),
		breaker: b.State, failures: b.Failures, probes: cmp.Compare(b.Probes, 0), stray: min(stray, 2),
		recorded: newest.ID > 0, ongoing: newest.Ongoing(), repaired: newest.Repaired,
		startedEnded: newest.Started.Compare(newest.Ended), startedContact: newest.Started.Compare(st.LastContact),
		openedEnded: b.OpenedAt.Compare(newest.Ended), about: cmp.Compare(m.disk.said.Outage, newest.ID),
		said: m.disk.said.Kind, shown: m.shown[newest.ID], delivered: m.disk.said.Delivered,
		call: ageOf(m.call, b.Generation), probe: ageOf(m.probe, b.Generation),
	}
}

// place is where a stamp lies relative to now and the limits the code knows.
type place int8

const (
	never place = iota
	longAgo
	lately
	now
	soon
	far
)

func (m *model) place(t time.Time) place {
	switch d := t.Sub(m.now); {
	case t.IsZero():
		return never
	case d > time.Minute:
		return far
	case d > 0:
		return soon
	case d == 0:
		return now
	case d > -10*time.Minute:
		return lately
	}
	return longAgo
}

// age tells a call begun under the present generation from one that is stale.
type age int8

const (
	none age = iota
	present
	stale
)

func ageOf(call, generation uint64) age {
	switch {
	case call == 0:
		return none
	case call-1 == generation:
		return present
	}
	return stale
}
