package health_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"pgregory.net/rapid"
)

// visited is a state of the search and how it was reached.
type visited struct {
	m    model
	path *path
}

// path is the operations that led to a state, the last one first. Nil is the start.
type path struct {
	last   string
	before *path
	length int
}

func (p *path) then(operation string) *path {
	return &path{last: operation, before: p, length: p.len() + 1}
}

func (p *path) len() int {
	if p == nil {
		return 0
	}
	return p.length
}

func (p *path) String() string {
	var names []string
	for ; p != nil; p = p.before {
		names = append(names, p.last)
	}
	slices.Reverse(names)
	return strings.Join(names, ", ")
}

// explore walks breadth-first over all reachable states, merged by key, until none is new or they are
// deepest operations away. It returns how many there are and how far the last one is.
func explore(t *testing.T, ops []operation, deepest int, visit func(t *testing.T, v *visited)) (states, depth int) {
	t.Helper()
	start := firstStart()
	seen := map[key]bool{start.key(): true}
	queue := []*visited{{m: start}}
	for len(queue) > 0 {
		v := queue[0]
		queue[0], queue = nil, queue[1:]
		depth = v.path.len()
		visit(t, v)
		if depth < deepest {
			queue = append(queue, unseen(t, ops, v, seen)...)
		}
	}
	return len(seen), depth
}

// unseen is what the operations make of a state and was not seen before.
func unseen(t *testing.T, ops []operation, v *visited, seen map[key]bool) []*visited {
	t.Helper()
	var out []*visited
	var next model
	for _, op := range ops {
		if !op.run(&v.m, &next) {
			continue
		}
		if err := next.check(); err != nil {
			t.Fatalf("%v\nafter: %v", err, v.path.then(op.name))
		}
		if k := next.key(); !seen[k] {
			seen[k] = true
			out = append(out, &visited{next, v.path.then(op.name)})
		}
	}
	return out
}

// neverStuck shows that a probe which succeeds always leads to Up, and failures always to Down.
func neverStuck(t *testing.T, v *visited) {
	t.Helper()
	m := v.m
	if !m.running {
		m.restart()
	}
	if !m.mem.Breaker.Allows() {
		m.step(breaker.Woke, 0)
		m.step(breaker.ProbeStarted, 0)
		m.step(breaker.ProbeSucceeded, m.mem.Breaker.Generation)
	}
	if got := m.mem.Verdict(); got != health.Up {
		t.Fatalf("a good probe led to %q after %v", got, v.path)
	}
	for range settings.Threshold {
		m.step(breaker.Failure, m.mem.Breaker.Generation)
	}
	if got := m.mem.Verdict(); got != health.Down || m.mem.Newest.Repaired {
		t.Fatalf("failures led to %q after %v", got, v.path)
	}
	if err := m.check(); err != nil {
		t.Fatalf("%v after %v", err, v.path)
	}
}

func TestEveryReachableStateKeepsThePromises(t *testing.T) {
	t.Parallel()
	const fixedPoint = 60 // far beyond the farthest state; reaching it is a failure
	for name, tc := range map[string]struct {
		ops     []operation
		deepest int
	}{
		"daily life":           {daily(), fixedPoint},
		"with a jumping clock": {slices.Concat(daily(), clock()), fixedPoint},
		"with a damaged disk":  {slices.Concat(vital(), damage()), fixedPoint},
		// The fixed point lies 28 operations away and is half a minute of work; twelve show the combinations.
		"with a clock and damage": {slices.Concat(vital(), clock(), damage()), 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() { // with the race detector, which finds nothing in one goroutine; make test runs the full size without
				tc.deepest = min(tc.deepest, 7)
			}
			states, depth := explore(t, tc.ops, tc.deepest, func(t *testing.T, v *visited) {
				t.Helper()
				neverStuck(t, v)
				if err := v.m.metricsAgree(3 * time.Minute); err != nil {
					t.Fatalf("%v after %v", err, v.path)
				}
			})
			if depth == fixedPoint {
				t.Errorf("no fixed point within %d operations", fixedPoint)
			}
			t.Logf("%d states, the farthest %d operations away", states, depth)
		})
	}
}

func TestRandomHistoriesKeepThePromises(t *testing.T) {
	t.Parallel()
	ops := slices.Concat(daily(), clock(), damage())
	rapid.Check(t, func(t *rapid.T) {
		m := firstStart()
		for done, length := 0, rapid.IntRange(1, 200).Draw(t, "length"); done < length; {
			op := ops[rapid.IntRange(0, len(ops)-1).Draw(t, "operation")]
			if !op.run(&m, &m) {
				continue
			}
			done++
			if err := m.check(); err != nil {
				t.Fatalf("%s: %v", op.name, err)
			}
		}
		if err := m.metricsAgree(30 * time.Minute); err != nil {
			t.Fatal(err)
		}
	})
}

func TestDowntimeIsWhatReallyHappened(t *testing.T) {
	t.Parallel()
	ops := daily()
	rapid.Check(t, func(t *rapid.T) {
		m := firstStart()
		for done, length := 0, rapid.IntRange(1, 200).Draw(t, "length"); done < length; {
			if ops[rapid.IntRange(0, len(ops)-1).Draw(t, "operation")].run(&m, &m) {
				done++
			}
		}
		if !m.running {
			m.restart()
		}
		got := outage.Measure(m.disk.records, m.disk.gaps, noon, m.now)
		if got.Known != m.up+m.down || got.Downtime != m.down {
			t.Fatalf("metrics %+v, really up %v, down %v", got, m.up, m.down)
		}
	})
}
