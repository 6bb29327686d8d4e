package eta_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/eta"
)

var start = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestNothingIsSaidBeforeTwoBatches(t *testing.T) {
	t.Parallel()
	var r eta.Run
	if _, ok := r.Left(start); ok || r.Rate(0, 0) != 0 {
		t.Error("something is known of nothing")
	}
	r = r.Batch(100, 100*time.Second, 400, start.Add(100*time.Second))
	if _, ok := r.Left(start.Add(100 * time.Second)); ok {
		t.Error("one batch is taken for a run")
	}
	if got := r.Rate(0, 0); got != 1 {
		t.Errorf("rate %v after one batch, want 1", got)
	}
	now := start.Add(200 * time.Second)
	r = r.Batch(100, 100*time.Second, 300, now)
	if left, ok := r.Left(now); !ok || left != 300*time.Second {
		t.Errorf("left %v, want 5 min", left)
	}
	if left, _ := r.Left(now.Add(50 * time.Second)); left != 250*time.Second {
		t.Errorf("50 s later %v", left)
	}
	if left, _ := r.Left(now.Add(time.Hour)); left != 150*time.Second {
		t.Errorf("a batch without end leaves %v", left)
	}
}

func TestTheRateCountsTheBatchInProgress(t *testing.T) {
	t.Parallel()
	var r eta.Run
	if got := r.Rate(9, 10*time.Second); got != 0.9 {
		t.Errorf("first batch: %v, want 0.9", got)
	}
	r = r.Batch(100, 100*time.Second, 100, start)
	if got := r.Rate(0, 5*time.Second); got != 1 {
		t.Errorf("while the next batch is read: %v, want 1", got)
	}
	if got := r.Rate(20, 100*time.Second); got != 0.6 {
		t.Errorf("a slower batch: %v, want 0.6", got)
	}
}

func TestAnEmptyBatchTellsNothing(t *testing.T) {
	t.Parallel()
	r := eta.Run{}.Batch(0, time.Minute, 10, start).Batch(10, 0, 10, start)
	if r != (eta.Run{}) {
		t.Errorf("%+v", r)
	}
}

func TestAfterABreakTheNextEstimateMayBeAnything(t *testing.T) {
	t.Parallel()
	fast := eta.Run{}.Batch(100, time.Second, 10000, start).Batch(100, time.Second, 9900, start)
	slow := func(r eta.Run) time.Duration {
		left, _ := r.Batch(100, 1000*time.Second, 9800, start).Left(start)
		return left
	}
	if got, want := slow(fast), 198*time.Second; got != want {
		t.Errorf("without a break: %v, want twice as much as before, %v", got, want)
	}
	if got := slow(fast.Broken()); got < 5*time.Hour {
		t.Errorf("after a break: %v", got)
	}
	if _, ok := fast.Broken().Left(start); ok {
		t.Error("an estimate outlives a break")
	}
	if got := fast.Restart().Rate(0, 0); got != 0 {
		t.Errorf("rate of another pace: %v", got)
	}
}

func TestWorkThatIsAddedMayMakeAJump(t *testing.T) {
	t.Parallel()
	r := eta.Run{}.Batch(100, 100*time.Second, 200, start).Batch(100, 100*time.Second, 100, start)
	if left, _ := r.Batch(100, 100*time.Second, 20000, start).Left(start); left != 20000*time.Second {
		t.Errorf("left %v", left)
	}
}

// A run against a steady server: each scene takes about as long, some are in step already
// and take nothing, reading and checking a batch takes a while.
type steady struct {
	total, batch  int
	each, read    time.Duration
	noise, inStep float64
	finished      int
	now           time.Time
	run           eta.Run
}

func drawSteady(t *rapid.T) *steady {
	return &steady{
		total: rapid.IntRange(400, 20000).Draw(t, "total"), batch: 100, now: start,
		each:   time.Duration(rapid.IntRange(20, 3000).Draw(t, "ms per write")) * time.Millisecond,
		read:   time.Duration(rapid.IntRange(50, 3000).Draw(t, "ms per read")) * time.Millisecond,
		noise:  rapid.Float64Range(0, 1).Draw(t, "noise"),
		inStep: rapid.Float64Range(0, 0.9).Draw(t, "in step"),
	}
}

// batchTimes are the durations of all batches to come.
func (s *steady) batchTimes(t *rapid.T) []time.Duration {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)) // a steady server has no plan
	var out []time.Duration
	for left := s.total; left > 0; left -= s.batch {
		took := 2 * s.read
		for range min(left, s.batch) {
			if random.Float64() >= s.inStep {
				took += time.Duration((1 + s.noise*(2*random.Float64()-1)) * float64(s.each))
			}
		}
		out = append(out, took)
	}
	return out
}

func sum(list []time.Duration) (all time.Duration) {
	for _, d := range list {
		all += d
	}
	return all
}

func TestTheTimeLeftIsRightWithinAFactorOfTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSteady(t)
		times := s.batchTimes(t)
		longest := time.Duration(0)
		for _, d := range times {
			longest = max(longest, d)
		}
		for i, took := range times {
			s.now = s.now.Add(took)
			s.finished += min(s.batch, s.total-s.finished)
			s.run = s.run.Batch(s.batch, took, s.total-s.finished, s.now)
			if 5*s.finished < s.total || i < 1 {
				continue
			}
			for _, later := range []time.Duration{0, times[min(i+1, len(times)-1)] / 2} {
				truth := sum(times[i+1:]) - later
				got, ok := s.run.Left(s.now.Add(later))
				if truth < 3*longest {
					continue // the end is too near to be told within a factor
				}
				if f := float64(got) / float64(truth); !ok || f < 0.5 || f > 2 {
					t.Fatalf("after %d of %d: %v left, in truth %v", s.finished, s.total, got, truth)
				}
			}
		}
	})
}

func TestTheTimeLeftNeverJumpsByMoreThanTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now, todo := start, rapid.IntRange(1000, 50000).Draw(t, "total")
		var r eta.Run
		for range 40 {
			took := time.Duration(math.Exp(rapid.Float64Range(0, 8).Draw(t, "log ms"))*100) * time.Millisecond
			before, known := r.Left(now.Add(took))
			now = now.Add(took)
			if todo -= 100; todo <= 200 {
				return
			}
			r = r.Batch(100, took, todo, now)
			after, _ := r.Left(now)
			if known && (after > 2*before+1 || 2*after+1 < before) {
				t.Fatalf("from %v to %v at %d left", before, after, todo)
			}
		}
	})
}
