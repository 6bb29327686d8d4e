package queue_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// scenes is how many scenes the model has: few, so that events meet.
const scenes = 3

// truth is what a naive book-keeper knows of one scene.
type truth struct {
	wished  bool // wished for since the last claim
	claims  uint64
	fails   int // own faults since the last wish or end
	deaths  int // processes that died with it since it last ended
	ended   queue.State
	due     time.Time // not before
	ceiling time.Time // not after
}

// machine plays random events on the rules and on the book-keeper.
type machine struct {
	now  time.Time
	jobs map[scene.ID]queue.Job
	book map[scene.ID]*truth
}

func newMachine() *machine {
	return &machine{now: start, jobs: map[scene.ID]queue.Job{}, book: map[scene.ID]*truth{}}
}

func (m *machine) draw(t *rapid.T, states ...queue.State) (scene.ID, bool) {
	var ids []scene.ID
	for id := scene.ID(1); id <= scenes; id++ {
		for _, s := range states {
			if j, ok := m.jobs[id]; ok && j.State == s {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(ids).Draw(t, "scene"), true
}

func (m *machine) Wish(t *rapid.T) {
	id := scene.ID(rapid.IntRange(1, scenes).Draw(t, "wished"))
	old, had := m.jobs[id]
	var before *queue.Job
	if had {
		before = &old
	}
	m.jobs[id] = queue.Enqueue(before, queue.Wish{Scene: id}, m.now)
	if m.book[id] == nil {
		m.book[id] = &truth{}
	}
	b := m.book[id]
	b.wished = true
	if !had || old.State != queue.Running {
		b.fails = 0
		if old.State != queue.Waiting {
			b.due, b.ceiling = m.now, m.now
		}
	}
}

func (m *machine) Claim(t *rapid.T) {
	id, ok := m.draw(t, queue.Waiting, queue.Retrying)
	if !ok || m.jobs[id].Due.After(m.now) {
		t.Skip("nothing due")
	}
	b := m.book[id]
	if m.now.Before(b.due) {
		t.Fatalf("scene %d handed out at %v, before its time %v", id, m.now, b.due)
	}
	m.jobs[id] = m.jobs[id].Claim(m.now)
	b.wished, b.claims = false, b.claims+1
}

func (m *machine) Result(t *rapid.T) {
	id, ok := m.draw(t, queue.Running)
	if !ok {
		t.Skip("nothing runs")
	}
	j, b := m.jobs[id], m.book[id]
	kind := rapid.SampledFrom([]string{"done", "skip", "park", "temporary", "rejected", "return"}).Draw(t, "result")
	jitter := rapid.Float64Range(0, 0.999).Draw(t, "jitter")
	limit := m.now
	switch kind {
	case "done":
		j, b.ended, b.fails, b.deaths = j.Complete(message.None, m.now), queue.Done, 0, 0
	case "skip":
		j, b.ended, b.fails, b.deaths = j.Skip(skip.NoFile, message.None, m.now), queue.Skipped, 0, 0
	case "park":
		limit = m.now.Add(time.Hour)
		j, b.ended = j.Park([]string{"x"}, message.None, limit, m.now), queue.Parked
		if !b.wished {
			b.deaths = 0
		}
	case "temporary":
		b.fails++
		if limit = m.now.Add(naiveCap(b.fails)); !b.wished {
			b.deaths = 0
		}
		b.ended = queue.Retrying
		if b.fails >= 8 {
			b.ended, limit = queue.Dead, m.now
		}
		j = j.Fail(&fault.Error{Class: fault.Temporary, Message: message.Foreign("no")}, jitter, m.now)
	case "rejected":
		b.fails++
		b.ended = queue.Dead
		if !b.wished {
			b.deaths = 0
		}
		j = j.Fail(&fault.Error{Class: fault.Rejected}, jitter, m.now)
	case "return":
		j, b.ended = j.Return(m.now), queue.Waiting
	}
	if b.wished {
		b.ended, b.fails, limit = queue.Waiting, 0, m.now
	}
	if j.State != b.ended {
		t.Fatalf("scene %d, %s with a wish meanwhile %v: %s, want %s", id, kind, b.wished, j.State, b.ended)
	}
	b.due, b.ceiling = j.Due, limit
	if j.Due.Before(m.now) || j.Due.After(limit) {
		t.Fatalf("scene %d, %s: due %v, want within %v and %v", id, kind, j.Due, m.now, limit)
	}
	m.jobs[id] = j
}

// naiveCap is 5 s doubled n-1 times, at most 15 minutes.
func naiveCap(n int) time.Duration {
	d := 5 * time.Second
	for range n - 1 {
		d *= 2
	}
	return min(d, 15*time.Minute)
}

func (m *machine) Die(*rapid.T) {
	for id, j := range m.jobs {
		if j.State == queue.Running {
			b := m.book[id]
			b.deaths++
			if b.wished {
				b.fails = 0
			}
			b.due, b.ceiling = m.now, m.now
			j = j.Orphan(m.now)
		}
		m.jobs[id] = j
	}
	m.clamp()
}

// clamp is what the engine does at load and after a jump of the clock.
func (m *machine) clamp() {
	for id, j := range m.jobs {
		j = j.Clamp(m.now)
		m.jobs[id] = j
		if b := m.book[id]; j.Due.Before(b.due) {
			b.due = j.Due
		}
	}
}

func (m *machine) Clock(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.Int64Range(-int64(48*time.Hour), int64(48*time.Hour)).Draw(t, "jump")))
	m.clamp()
}

func (m *machine) Pass(t *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Minute)).Draw(t, "pass")))
}

// Check holds after every event.
func (m *machine) Check(t *rapid.T) {
	var c queue.Counts
	for id, j := range m.jobs {
		c.Add(j.State, 1)
		b := m.book[id]
		switch {
		case j.Scene != id:
			t.Fatalf("job of scene %d under %d", j.Scene, id)
		case j.Attempts != b.fails && j.State.Live() && (j.State != queue.Running || !b.wished):
			t.Fatalf("scene %d %s: %d attempts, want %d", id, j.State, j.Attempts, b.fails)
		case j.Attempts > 0 && j.Message.IsZero() && (j.State == queue.Waiting || j.State == queue.Running || j.State == queue.Retrying):
			t.Fatalf("scene %d %s: tried %d times and no reason", id, j.State, j.Attempts)
		case j.Attempts > 8:
			t.Fatalf("scene %d: %d attempts", id, j.Attempts)
		case j.Interrupted != b.deaths:
			t.Fatalf("scene %d: %d interruptions, want %d", id, j.Interrupted, b.deaths)
		case j.Alone() != (b.deaths >= 3):
			t.Fatalf("scene %d: alone %v after %d deaths", id, j.Alone(), b.deaths)
		case b.wished && j.State != queue.Waiting && (j.State != queue.Running || !j.Again):
			t.Fatalf("scene %d was wished for and is %s", id, j.State)
		case j.State == queue.Retrying && j.Due.Sub(m.now) > queue.MaxDelay:
			t.Fatalf("scene %d is due in %v", id, j.Due.Sub(m.now))
		}
	}
	if sum := c.Waiting + c.Running + c.Retrying + c.Parked + c.Dead + c.Done + c.Skipped; sum != len(m.jobs) {
		t.Fatalf("counts %+v sum to %d, want %d", c, sum, len(m.jobs))
	}
}

func TestAnyOrderOfEventsKeepsTheBooks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine()
		t.Repeat(map[string]func(*rapid.T){
			"wish": m.Wish, "claim": m.Claim, "claim too": m.Claim, "result": m.Result, "result too": m.Result,
			"die": m.Die, "clock": m.Clock, "pass": m.Pass, "": m.Check,
		})
	})
}

func TestDelaysFillTheWholeRangeAndNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100).Draw(t, "n")
		jitter := rapid.Float64Range(0, 1).Draw(t, "jitter")
		limit := naiveCap(min(n, 12))
		if d := queue.Delay(n, jitter); d < 0 || d > limit {
			t.Fatalf("delay %v after attempt %d, want within 0 and %v", d, n, limit)
		}
	})
	for n := range 20 {
		if got := queue.Delay(n, 1); got != naiveCap(max(n, 1)) && n < 12 {
			t.Errorf("longest delay after attempt %d: %v", n, got)
		}
		if queue.Delay(n, 0) != 0 {
			t.Errorf("shortest delay after attempt %d is not zero", n)
		}
	}
}
