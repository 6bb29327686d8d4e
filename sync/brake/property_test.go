package brake_test

import (
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/brake"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// model is a library with a queue, moved by everything that can happen to it. It counts
// for itself what was overwritten unasked.
type model struct {
	state   brake.State // as on disk
	limits  brake.Limits
	value   map[scene.ID]*plan.Decision // what a plan for the scene would say
	queue   map[scene.ID]bool           // true: confirmed by a person
	heldBy  map[scene.ID]bool           // ended by the brake
	preview []scene.ID                  // of the question
	unasked int                         // since the last answer
	allowed int                         // by the most that was ever known
}

const library = 150

func newModel(t *rapid.T) *model {
	m := &model{
		limits: brake.Limits{Percent: rapid.IntRange(1, 60).Draw(t, "percent"), Minimum: rapid.IntRange(1, 40).Draw(t, "minimum")},
		value:  map[scene.ID]*plan.Decision{}, queue: map[scene.ID]bool{}, heldBy: map[scene.ID]bool{},
	}
	kinds := []*plan.Decision{&foreign, &foreign, &kept, &ours, &empty, &adopted}
	for id := range scene.ID(library) {
		m.value[id] = rapid.SampledFrom(kinds).Draw(t, "value")
	}
	m.allowed = m.limits.Minimum - 1
	return m
}

func (m *model) some(t *rapid.T, of func(scene.ID) bool, label string) []scene.ID {
	n, from := rapid.IntRange(1, library).Draw(t, label), rapid.IntRange(0, library-1).Draw(t, "from")
	var out []scene.ID
	for i := 0; i < library && len(out) < n; i++ {
		if id := scene.ID((from + i) % library); of(id) {
			out = append(out, id)
		}
	}
	return out
}

func (m *model) queued(id scene.ID) bool { _, ok := m.queue[id]; return ok }

func anyScene(scene.ID) bool { return true }

// edit enqueues what was edited. A confirmed job stays confirmed.
func (m *model) edit(t *rapid.T) {
	for _, id := range m.some(t, anyScene, "edited") {
		m.queue[id] = m.queue[id] //nolint:staticcheck // false where there is none
		delete(m.heldBy, id)
	}
}

// agent lets somebody else fill values.
func (m *model) agent(t *rapid.T) {
	for _, id := range m.some(t, anyScene, "filled") {
		if !m.state.Open[id].Has(scene.FieldSummary) { // what comes back while its job is open is one and the same
			m.value[id] = &foreign
		}
	}
}

// work carries out a batch, or dies in it.
func (m *model) work(t *rapid.T) {
	jobs := m.some(t, m.queued, "batch")
	var asks []brake.Asks
	for _, id := range jobs {
		if !m.queue[id] {
			asks = append(asks, brake.Asks{Scene: id, Loads: brake.LoadOf(planOf(*m.value[id]))})
		}
	}
	before := m.state
	next, held := m.state.Admit(asks, m.limits, start)
	m.state = stored(t, next)
	written := rapid.IntRange(0, len(jobs)).Draw(t, "written")
	crash := rapid.Bool().Draw(t, "crash")
	for i, id := range jobs {
		if _, stop := held[id]; stop {
			delete(m.queue, id)
			m.heldBy[id] = true
			continue
		}
		if i >= written {
			continue // goes back to waiting
		}
		if m.value[id] == &foreign && !m.queue[id] {
			m.unasked++
			if before.Held.Has(scene.FieldSummary) {
				t.Fatalf("scene %d was overwritten while summaries were held", id)
			}
		}
		if m.value[id] != &kept {
			m.value[id] = &same
		}
		if !crash {
			delete(m.queue, id)
			m.state = stored(t, m.state.Through(id))
		}
	}
}

// reconcile compares a part of the library, or all of it, and enqueues.
func (m *model) reconcile(t *rapid.T) {
	scope := m.some(t, func(id scene.ID) bool { return !m.queued(id) }, "scope")
	tally := brake.NewTally()
	for _, id := range scope {
		tally.Plan(planOf(*m.value[id]))
	}
	over := m.state.Over(tally, m.limits, start)
	m.state = stored(t, m.state.Hold(over))
	for _, id := range scope {
		if brake.LoadOf(planOf(*m.value[id])).Fields()&over != 0 {
			m.heldBy[id] = true
		} else {
			m.queue[id] = false
		}
	}
}

// count is the complete comparison.
func (m *model) count(t *rapid.T) {
	if !m.state.Uncounted() {
		return
	}
	tally, total := brake.NewTally(), 0
	m.preview = nil
	for id := range scene.ID(library) {
		d := m.value[id]
		tally.Plan(planOf(*d))
		if d == &foreign || d == &kept || d == &adopted {
			total++
		}
		if d == &foreign {
			m.preview = append(m.preview, id)
		}
	}
	m.allowed = max(m.allowed, m.limits.Percent*(total+m.unasked)/100)
	m.state = stored(t, m.state.Counted(tally, m.limits, 1, start))
	if m.state.Question == nil {
		for id := range m.heldBy {
			m.queue[id] = false
		}
		clear(m.heldBy)
	}
}

func (m *model) answer(t *rapid.T) {
	if m.state.Question == nil {
		return
	}
	if rapid.Bool().Draw(t, "all") {
		m.confirm(m.preview)
		m.state, m.unasked, m.allowed = stored(t, m.state.Answered(start)), 0, m.limits.Minimum-1
		return
	}
	m.confirm(m.preview[:rapid.IntRange(0, len(m.preview)).Draw(t, "picked")])
	m.state = stored(t, m.state.AnsweredInPart())
}

func (m *model) confirm(ids []scene.ID) {
	for _, id := range ids {
		m.queue[id] = true
		delete(m.heldBy, id)
	}
}

func (m *model) settings(t *rapid.T) {
	m.limits = brake.Limits{Percent: rapid.IntRange(1, 60).Draw(t, "percent"), Minimum: rapid.IntRange(1, 40).Draw(t, "minimum")}
	m.allowed = max(m.allowed, m.limits.Minimum-1)
	m.state = stored(t, m.state.Under(scene.Hash(rapid.StringN(1, 3, 3).Draw(t, "basis"))))
}

func TestNoInterleavingOverwritesMoreThanTheLimitUnasked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		t.Repeat(map[string]func(*rapid.T){
			"edit": m.edit, "agent": m.agent, "work": m.work, "reconcile": m.reconcile, "count": m.count, "answer": m.answer, "settings": m.settings,
			"": func(t *rapid.T) {
				if m.unasked > m.allowed {
					t.Fatalf("%d values were overwritten unasked, %d are allowed: %+v", m.unasked, m.allowed, m.state)
				}
			},
		})
	})
}

func TestWithoutAQuestionEverythingIsWrittenInTheEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		for id := range scene.ID(library) {
			m.queue[id] = false
		}
		for round := 0; len(m.queue) > 0 || m.state.Uncounted(); round++ {
			if round > 10*library {
				t.Fatalf("stuck: %d queued, %+v", len(m.queue), m.state)
			}
			if m.workAll(t); len(m.queue) == 0 {
				m.count(t)
			}
		}
		if m.state.Question == nil && len(m.heldBy) > 0 {
			t.Fatalf("%d scenes are held and nobody is asked", len(m.heldBy))
		}
	})
}

// workAll carries out a batch that is written whole.
func (m *model) workAll(t *rapid.T) {
	jobs := m.some(t, m.queued, "batch")
	var asks []brake.Asks
	for _, id := range jobs {
		asks = append(asks, brake.Asks{Scene: id, Loads: brake.LoadOf(planOf(*m.value[id]))})
	}
	next, held := m.state.Admit(asks, m.limits, start)
	m.state = next.Through(jobs...)
	for _, id := range jobs {
		delete(m.queue, id)
		if _, stop := held[id]; stop {
			m.heldBy[id] = true
		} else {
			m.value[id] = &same
		}
	}
}
