package dispatch_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/testkit"
	"lockstep/sync/worker"
)

func TestABatchClaimsWhatIsDue(t *testing.T) {
	t.Parallel()
	waiting := func(id scene.ID, interrupted int) queue.Job {
		return queue.Job{Scene: id, State: queue.Waiting, Due: testkit.Start.Add(time.Duration(id) * time.Second), Interrupted: interrupted}
	}
	for name, tt := range map[string]struct {
		jobs []queue.Job
		want []scene.ID
	}{
		"all that waits":                        {[]queue.Job{waiting(1, 0), waiting(2, 0)}, []scene.ID{1, 2}},
		"not what is due later":                 {[]queue.Job{waiting(1, 0), waiting(61, 0)}, []scene.ID{1}},
		"one that three processes died with":    {[]queue.Job{waiting(1, 3), waiting(2, 0)}, []scene.ID{1}},
		"and not with those before it":          {[]queue.Job{waiting(1, 0), waiting(2, 3), waiting(3, 0)}, []scene.ID{1}},
		"one that two processes died with":      {[]queue.Job{waiting(1, 2), waiting(2, 0)}, []scene.ID{1, 2}},
		"nothing that is parked, dead or ended": {[]queue.Job{{Scene: 1, State: queue.Parked, Due: testkit.Start}, {Scene: 2, State: queue.Dead}, {Scene: 3, State: queue.Done}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 0)
			r.put(tt.jobs...)
			r.Clock.Pass(time.Minute)
			if b := r.begin(); (b == nil) != (tt.want == nil) || r.Active() != (tt.want != nil) {
				t.Fatalf("batch %v, active %v", b, r.Active())
			}
			if got := r.claimed(); !slices.Equal(got, tt.want) {
				t.Errorf("claimed %v, want %v", got, tt.want)
			}
		})
	}
}

func TestABatchIsBounded(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	for id := range scene.ID(worker.MaxBatch + 50) {
		r.enqueue(id + 1)
	}
	r.begin()
	if n := len(r.claimed()); n != worker.MaxBatch {
		t.Errorf("claimed %d, want %d", n, worker.MaxBatch)
	}
}

// While pictures fail one scene finds out whether they do still, and the others wait.
func TestOneSceneTriesWhetherPicturesWorkAgain(t *testing.T) {
	t.Parallel()
	down := fault.New(fault.Unreachable, fault.Stash, message.Foreign("No pictures."), message.None, nil)
	picture := func(id scene.ID) queue.Job {
		return queue.Job{Scene: id, State: queue.Retrying, Due: testkit.Start, Picture: true, Attempts: 1}
	}
	r := newRig(t, 0)
	r.put(picture(1), picture(2), picture(3), queue.Job{Scene: 4, State: queue.Waiting, Due: testkit.Start})
	for range 8 { // the first few may each be one scene's
		r.stash.Done(budget.Cover, down)
	}
	r.begin()
	if got := r.claimed(); !slices.Equal(got, []scene.ID{4}) {
		t.Fatalf("claimed %v before a picture may be asked for, want the one that lacks more", got)
	}
	if j := r.job(1); !j.Due.After(r.now()) || j.Attempts != 1 {
		t.Errorf("put off as %+v", j)
	}
	r.End(nil, r.now())
	r.Clock.Pass(time.Minute)
	r.begin()
	if got := r.claimed(); len(got) != 2 || !slices.Contains(got, 4) {
		t.Errorf("claimed %v once one may be asked for, want one picture", got)
	}
	r.End(nil, r.now())
	r.stash.Done(budget.Cover, nil)
	r.Clock.Pass(time.Hour)
	r.begin()
	if got := r.claimed(); len(got) != 4 {
		t.Errorf("claimed %v when pictures work, want all", got)
	}
}

func TestWhenOnlyPicturesWaitNothingIsClaimed(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.put(queue.Job{Scene: 1, State: queue.Retrying, Due: testkit.Start, Picture: true})
	for range 8 { // the first few may each be one scene's
		r.plex.Done(budget.Upload, fault.New(fault.Unreachable, fault.Plex, message.Foreign("No."), message.None, nil))
	}
	if r.begin() != nil || r.Active() {
		t.Fatal("a batch began")
	}
	if at := r.due(); !at.After(r.now()) {
		t.Errorf("due at %v, it is %v", at, r.now())
	}
}

func TestWhatWasNotWorkedOnIsGivenBack(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.put(queue.Job{Scene: 1, State: queue.Retrying, Due: testkit.Start, Attempts: 2}, queue.Job{Scene: 2, State: queue.Waiting, Due: testkit.Start})
	r.begin()
	r.take(worker.Result{Job: r.job(2), Outcome: worker.Done})
	if e := r.End(nil, r.now()); e.Err != nil || e.Fault != nil {
		t.Fatalf("ended with %+v", e)
	}
	if j := r.job(1); j.State != queue.Waiting || j.Attempts != 2 {
		t.Errorf("given back as %+v", j)
	}
	if j := r.job(2); j.State != queue.Done {
		t.Errorf("the one with a result is %+v", j)
	}
}

func TestWhatAFaultMeansForTheNextBatch(t *testing.T) {
	t.Parallel()
	at := func(c fault.Class, s fault.Server) *fault.Error {
		return fault.New(c, s, message.Foreign("No."), message.None, nil)
	}
	held := budget.New(func() time.Time { return testkit.Start }, func() float64 { return 0.5 })
	held.Done(budget.Connect, at(fault.Unreachable, fault.Plex))
	for name, tt := range map[string]struct {
		err    error
		wait   time.Duration // at least
		hidden bool
	}{
		"stopped":                 {at(fault.Canceled, fault.None), 0, false},
		"our own":                 {at(fault.Local, fault.None), 30 * time.Second, false},
		"busy":                    {at(fault.Busy, fault.Plex), 10 * time.Second, false},
		"the echo of an older":    {held.Allow(budget.Connect), time.Second, false},
		"Stash is away":           {at(fault.Unreachable, fault.Stash), 0, false},
		"items that Plex hides":   {fmt.Errorf("read: %w", compare.ErrHidden), 0, true},
		"nothing":                 {nil, 0, false},
		"one without a class":     {fmt.Errorf("odd"), 0, false},
		"Plex is away, for a day": {at(fault.Unreachable, fault.Plex), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 0)
			r.put(queue.Job{Scene: 1, State: queue.Waiting, Due: testkit.Start})
			r.begin()
			e := r.End(tt.err, r.now())
			if (e.Fault == nil) != (tt.err == nil) || e.Refused || e.Hidden != tt.hidden {
				t.Errorf("ended with %+v", e)
			}
			if wait := r.due().Sub(r.now()); wait < tt.wait || tt.wait == 0 && wait > 0 && !fault.Is(tt.err, fault.Local) {
				t.Errorf("the next batch waits for %v, want %v", wait, tt.wait)
			}
		})
	}
}

func TestARefusalIsAskedAboutUntilAWriteIsTaken(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.put(queue.Job{Scene: 1, State: queue.Retrying, Due: testkit.Start, Attempts: 1})
	no := fault.New(fault.Rejected, fault.Plex, message.Foreign("Plex answered 400."), message.None, nil)
	if _, asked := r.Refusal(); asked {
		t.Fatal("asked in the beginning")
	}
	r.begin()
	job := r.job(1)
	job.Attempts = 1
	if e := r.End(&worker.Blame{Fault: no, Jobs: []queue.Job{job}}, r.now()); !e.Refused || e.Fault != no {
		t.Fatalf("ended with %+v", e)
	}
	if j := r.job(1); j.State != queue.Waiting || j.Attempts != 1 {
		t.Errorf("given back as %+v, want no attempt counted", j)
	}
	first, asked := r.Refusal()
	if !asked || first.Kind != api.FixPlex || first.Message.String() != "Plex refuses every change: Plex answered 400" {
		t.Errorf("asked %+v", first)
	}
	r.Clock.Pass(time.Minute)
	r.begin()
	r.End(&worker.Blame{Fault: fault.New(fault.Forbidden, fault.Plex, message.Foreign("This token may not."), message.Foreign("Sign in."), nil)}, r.now())
	if again, _ := r.Refusal(); again.Kind != api.SignInPlex || !again.Since.Equal(first.Since) || again.Hint.String() != "Sign in." {
		t.Errorf("asked %+v, since %v before", again, first.Since)
	}
	r.begin()
	if f := r.take(worker.Result{Job: r.job(1), Outcome: worker.Done}); f.Writable {
		t.Error("a scene that needed no write proves nothing")
	}
	r.End(nil, r.now())
	r.enqueue(1)
	r.begin()
	if f := r.take(worker.Result{Job: r.job(1), Outcome: worker.Done, Wrote: true}); !f.Writable {
		t.Error("a write was taken")
	}
	if _, asked := r.Refusal(); asked {
		t.Error("still asked")
	}
}

func TestARefusalIsForgottenWhenAPersonAsks(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.enqueue(1)
	r.begin()
	r.End(&worker.Blame{Fault: fault.New(fault.Rejected, fault.Plex, message.Foreign("No."), message.None, nil)}, r.now())
	r.ForgetRefusal()
	if _, asked := r.Refusal(); asked {
		t.Error("still asked")
	}
}

func TestStepsTellWhatIsInHand(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.Step(queue.Job{Scene: 9}, "writing", nil) // of a batch that has ended
	if r.InHand() != nil {
		t.Fatal("something is in hand")
	}
	r.enqueue(1, 2)
	r.begin()
	r.Step(queue.Job{Scene: 1, Name: "Film 1"}, "reading", nil)
	if got := r.InHand(); !reflect.DeepEqual(got, []api.InHand{{Scene: 1, Name: "Film 1", Step: "reading"}}) {
		t.Errorf("in hand %+v", got)
	}
	if p := r.Progress(r.now(), 2); p.Current != "Film 1" || p.Written != 0 || p.ToWrite != 0 || p.Total != 2 {
		t.Errorf("reading: %+v", p)
	}
	r.Step(queue.Job{Scene: 1, Name: "Film 1"}, "writing", []scene.Field{scene.FieldTags})
	if got := r.InHand(); len(got) != 1 || !slices.Equal(got[0].Fields, []scene.Field{scene.FieldTags}) {
		t.Errorf("in hand %+v, want the fields that are written", got)
	}
	if p := r.Progress(r.now(), 2); p.Written != 1 || p.Unchecked != 1 || p.ToWrite != 2 {
		t.Errorf("writing: %+v", p)
	}
	r.Step(queue.Job{Scene: 2, Name: "Film 2"}, "writing", nil)
	r.take(worker.Result{Job: r.job(1), Outcome: worker.Done, Wrote: true})
	if p := r.Progress(r.now(), 1); p.Written != 2 || p.Unchecked != 1 || p.Done != 1 || p.ToWrite != 2 {
		t.Errorf("checked: %+v", p)
	}
}

func TestABatchTellsEachWriteAndTheFirstOfOtherSteps(t *testing.T) {
	t.Parallel()
	r := newRig(t, 3)
	r.enqueue(1, 2, 3)
	var steps []queue.Step
	b := r.beginWith(func(j queue.Job, step queue.Step, _ []scene.Field) { steps = append(steps, step) })
	r.End(b.Run(t.Context()), r.now())
	count := map[queue.Step]int{}
	for _, s := range steps {
		count[s]++
	}
	if count["writing"] != 3 || count["reading"] != 1 {
		t.Errorf("told of %v", steps)
	}
}
