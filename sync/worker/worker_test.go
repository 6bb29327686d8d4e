package worker_test

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
	"lockstep/sync/skip"
	"lockstep/sync/worker"
)

// writesTo selects the changing requests for the items of some scenes.
func (r *rig) writesTo(ids ...int) sim.Match {
	var keys []string
	for _, id := range ids {
		keys = append(keys, r.World.TargetKeys(id)...)
	}
	return func(c sim.Call) bool {
		return c.Write && slices.ContainsFunc(c.Items, func(k string) bool { return slices.Contains(keys, k) })
	}
}

func outcomes(results map[scene.ID]worker.Result, o worker.Outcome) int {
	n := 0
	for _, r := range results {
		if r.Outcome == o {
			n++
		}
	}
	return n
}

func upTo(n int) []int {
	var out []int
	for id := 1; id <= n; id++ {
		out = append(out, id)
	}
	return out
}

// One request to each server for a batch, and one upload and one edit for each item.
func TestABatchCostsWhatItMust(t *testing.T) {
	t.Parallel()
	r := testRig(t, sim.Options{Seed: 1, Scenes: 30})
	r.World.ResetCounts()
	results, err := r.work(r.all()...)
	if err != nil || outcomes(results, worker.Done) != 30 {
		t.Fatalf("%v, %+v", err, results)
	}
	if c := r.World.Plex.Counts(); c["detail"] != 2 || c["edit"] != 30 || c["upload"] != 30 { // once before and once after
		t.Errorf("Plex was asked %v", c)
	}
	if c := r.World.Stash.Counts(); c["findScene"] != 1 || c["screenshot"] != 30 {
		t.Errorf("Stash was asked %v", c)
	}
	if diff := r.World.Diff(sim.DiffOptions{Posters: true, Locks: true}); len(diff) > 0 {
		t.Errorf("%q", diff)
	}
	r.World.ResetCounts()
	if results, err = r.work(r.all()...); err != nil || r.World.Plex.Mutations() != 0 || outcomes(results, worker.Done) != 30 {
		t.Errorf("%v: %d writes for what is in step", err, r.World.Plex.Mutations())
	}
}

// Whatever neighbours have in common, what is behind them is written, and the write that
// tells whose fault it is changes nothing.
func TestTheWriteThatTellsWhoseFaultItIsChangesNothing(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]sim.Fault{
		"500": {Effect: sim.Status, Status: 500}, "400": {Effect: sim.Status, Status: 400}, "403": {Effect: sim.Status, Status: 403}, "reset": {Effect: sim.Reset},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := testRig(t, sim.Options{Seed: 2, Scenes: 20})
			r.Settings.Fields[scene.FieldPoster] = "off"
			if _, err := r.work(slices.Collect(jobs(16, 20))...); err != nil { // locked, the others are not
				t.Fatal(err)
			}
			f.Match = r.writesTo(upTo(8)...)
			r.World.Plex.Inject(f)
			before := r.items(9, 20)
			r.World.ResetCounts()
			results, err := r.work(slices.Collect(jobs(1, 8))...)
			if err != nil || outcomes(results, worker.Failed) != 8 {
				t.Fatalf("only bad ones: %v, %d failed", err, outcomes(results, worker.Failed))
			}
			if after := r.items(9, 20); !maps.EqualFunc(before, after, same) {
				t.Errorf("an item was changed:\n%+v\n%+v", before, after)
			}
			tried := 0
			for id := 9; id <= 20; id++ {
				tried += r.World.Plex.Writes()[r.World.TargetKeys(id)[0]]
			}
			if most := map[bool]int{true: 8, false: 3}[name == "403" || name == "reset"]; tried == 0 || tried > most {
				t.Errorf("%d writes to tell whose fault it is, want 1 to %d", tried, most)
			}
			for id := range 8 {
				if f := results[scene.ID(id+1)].Fault; f == nil || f.Message.IsZero() || f.Class != fault.Temporary && f.Class != fault.Rejected {
					t.Errorf("scene %d failed by %v", id+1, f)
				}
			}
			results, err = r.work(slices.Collect(jobs(1, 15))...)
			if err != nil || outcomes(results, worker.Done) != 7 || outcomes(results, worker.Failed) != 8 {
				t.Errorf("with good ones behind them: %v, %d done, %d failed", err, outcomes(results, worker.Done), outcomes(results, worker.Failed))
			}
		})
	}
}

func jobs(from, to int) func(func(queue.Job) bool) {
	return func(yield func(queue.Job) bool) {
		for id := from; id <= to && yield(job(id)); id++ {
		}
	}
}

func (r *rig) items(from, to int) map[int]sim.Item {
	out := map[int]sim.Item{}
	for id := from; id <= to; id++ {
		out[id], _ = r.World.Plex.Item(r.World.TargetKeys(id)[0])
	}
	return out
}

func same(a, b sim.Item) bool {
	return maps.Equal(a.Fields, b.Fields) && maps.Equal(a.Locked, b.Locked) && maps.EqualFunc(a.Tags, b.Tags, slices.Equal[[]string])
}

// A Plex that takes no write at all is found out before a batch of jobs has failed.
func TestAPlexThatTakesNoWriteEndsTheBatch(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault sim.Fault
		class fault.Class
		blame bool
	}{
		"500":  {sim.Fault{Effect: sim.Status, Status: 500}, fault.Temporary, true},
		"400":  {sim.Fault{Effect: sim.Status, Status: 400}, fault.Rejected, true},
		"403":  {sim.Fault{Effect: sim.Status, Status: 403}, fault.Forbidden, true},
		"401":  {sim.Fault{Effect: sim.Status, Status: 401}, fault.Unauthorized, true},
		"503":  {sim.Fault{Effect: sim.Status, Status: 503}, fault.Unreachable, false},
		"gone": {sim.Fault{Effect: sim.Reset}, fault.Unreachable, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := testRig(t, sim.Options{Seed: 3, Scenes: 20})
			r.Settings.Fields[scene.FieldPoster] = "off"
			tt.fault.Match = sim.Writes()
			r.World.Plex.Inject(tt.fault)
			results, err := r.work(r.all()...)
			var blame *worker.Blame
			if !fault.Is(err, tt.class) || errors.As(err, &blame) != tt.blame {
				t.Fatalf("the batch ended with %v", err)
			}
			failed := outcomes(results, worker.Failed)
			if blame != nil && failed != max(0, len(blame.Jobs)-1) || blame == nil && failed != 0 {
				t.Errorf("%d failed, %+v go back", failed, blame)
			}
		})
	}
}

// A picture that is refused leaves no trace in what is written beside it.
func TestARefusedPictureIsNamedAndTheRestIsWritten(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]fault.Class{500: fault.Temporary, 503: fault.Temporary, 400: fault.Rejected} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			r := testRig(t, sim.Options{Seed: 4, Scenes: 6})
			clear := r.World.Plex.Inject(sim.Fault{Effect: sim.Status, Status: status, Match: sim.Kinds("upload")})
			results, err := r.work(r.all()...)
			if err != nil || outcomes(results, worker.Failed) != 6 {
				t.Fatalf("%v, %+v", err, results)
			}
			for id, res := range results {
				if !res.OnlyPicture || !res.Wrote || res.Fault.Class != class || res.Seen == nil || len(res.Items) != 1 {
					t.Errorf("scene %s: %+v", id, res)
				}
			}
			if diff := r.World.Diff(sim.DiffOptions{Locks: true}); len(diff) > 0 {
				t.Errorf("the text: %q", diff)
			}
			clear()
			edits := r.World.Plex.Counts()["edit"]
			if results, err = r.work(r.all()...); err != nil || outcomes(results, worker.Done) != 6 {
				t.Errorf("%v, %+v", err, results)
			}
			if n := r.World.Plex.Counts()["edit"] - edits; n != 6 { // the lock of the picture
				t.Errorf("%d edits for six pictures", n)
			}
			if diff := r.World.Diff(sim.DiffOptions{Posters: true, Locks: true}); len(diff) > 0 {
				t.Errorf("%q", diff)
			}
		})
	}
}

// Scenes that cannot be worked on are told from those that can, each with its reason.
func TestEachJobEndsByItsOwnReason(t *testing.T) {
	t.Parallel()
	r := testRig(t, sim.Options{Seed: 5, Scenes: 8})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(r.World.Stash.DeleteScene(1))
	must(r.World.Stash.Edit(2, func(s *sim.Scene) { s.Details, s.Date, s.StudioID, s.TagIDs, s.PerformerIDs = "", "", 0, nil, nil }))
	must(r.World.Plex.Remove(r.World.TargetKeys(3)[0]))
	r.World.Stash.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.All(sim.Kinds("findScene"), sim.ForItem("4"))})
	r.World.Plex.Inject(sim.Fault{Effect: sim.Reset, Match: sim.All(sim.Kinds("detail"), sim.ForItem(r.World.TargetKeys(5)[0]))})
	r.brake = func(list []worker.Planned) (map[scene.ID]message.Message, error) {
		return map[scene.ID]message.Message{6: message.New(message.Other, message.Detail("Too much."))}, nil
	}
	results, err := r.work(slices.Collect(jobs(1, 8))...)
	must(err)
	for id, want := range map[scene.ID]struct {
		outcome worker.Outcome
		code    skip.Code
	}{
		1: {worker.Skipped, skip.DeletedInStash}, 2: {worker.Skipped, skip.NoMetadata}, 3: {worker.Parked, skip.NotInPlex},
		4: {worker.Failed, ""}, 5: {worker.Failed, ""}, 6: {worker.Skipped, skip.Brake}, 7: {worker.Done, ""}, 8: {worker.Done, ""},
	} {
		res := results[id]
		if res.Outcome != want.outcome || res.Code != want.code || want.outcome == worker.Failed && res.Fault == nil {
			t.Errorf("scene %s: %+v, want %v %q", id, res, want.outcome, want.code)
		}
	}
	if len(results[3].Gone) != 1 || len(results[3].Awaits) == 0 {
		t.Errorf("%+v, want the item forgotten and its path awaited", results[3])
	}
	if it, _ := r.World.Plex.Item(r.World.TargetKeys(6)[0]); len(it.Locked) != 0 {
		t.Errorf("the held scene was written: %+v", it)
	}
}
