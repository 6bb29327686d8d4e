package worker

import (
	"errors"
	"slices"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// deskOf is a batch of scenes 1 to n, each with its item, on a shelf that has more.
func deskOf(t *testing.T, shelf, n int) (*testkit.Shelf, *batch) {
	t.Helper()
	s := testkit.NewShelf(t, shelf)
	b := &batch{Worker: &Worker{Reader: s.Reader(), Plex: s.Plex, Streak: &Streak{}}, soft: t.Context(), hard: t.Context()}
	for id := 1; id <= n; id++ {
		key := testkit.Key(scene.ID(100 + id).String())
		s.Update(t, func(tx store.Tx) error { return tx.PutItemState(key, store.ItemState{Scene: scene.ID(id)}) })
		b.tasks = append(b.tasks, &task{
			Comparison: &compare.Comparison{Scene: s.Stash.Has[scene.ID(id)]},
			job:        queue.Job{Scene: scene.ID(id)},
			targets: []*target{{Item: &compare.Item{
				Target: match.Target{Candidate: match.Candidate{Key: key, Section: "1"}}, InPlex: scene.Item{RatingKey: key.RatingKey, Section: "1", Locked: map[string]bool{"title": id%2 == 0}},
			}}},
		})
	}
	return s, b
}

// Every fault of a write ends in one of four ways: the item is gone, the item is at fault,
// Plex takes no write, or the batch ends.
func TestEveryFaultOfAWriteHasItsEnd(t *testing.T) {
	t.Parallel()
	held := fault.New(fault.Temporary, fault.Plex, message.Foreign("Held."), message.None, budget.ErrHeld)
	tests := map[string]struct {
		err   *fault.Error
		gone  bool
		class fault.Class // of the task's fault, if it is the item's
		blame bool
		ends  bool
	}{
		"gone":               {testkit.Trouble(fault.NotFound, fault.Plex), true, "", false, false},
		"gone, by none":      {testkit.Trouble(fault.NotFound, fault.None), true, "", false, false},
		"gone from Stash":    {testkit.Trouble(fault.NotFound, fault.Stash), false, "", false, true},
		"Stash is away":      {testkit.Trouble(fault.Unreachable, fault.Stash), false, "", false, true},
		"an error of Stash":  {testkit.Trouble(fault.Temporary, fault.Stash), false, "", false, true},
		"an error":           {testkit.Trouble(fault.Temporary, fault.Plex), false, fault.Temporary, false, false},
		"refused":            {testkit.Trouble(fault.Rejected, fault.Plex), false, fault.Rejected, false, false},
		"no answer":          {testkit.Trouble(fault.Unreachable, fault.Plex), false, fault.Temporary, false, false},
		"a web page":         {testkit.Trouble(fault.Config, fault.Plex), false, fault.Temporary, false, false},
		"forbidden":          {testkit.Trouble(fault.Forbidden, fault.Plex), false, fault.Rejected, false, false},
		"the token":          {testkit.Trouble(fault.Unauthorized, fault.Plex), false, "", true, true},
		"patience":           {testkit.Trouble(fault.Busy, fault.Plex), false, "", false, true},
		"we stopped":         {testkit.Trouble(fault.Canceled, fault.None), false, "", false, true},
		"our own":            {testkit.Trouble(fault.Local, fault.None), false, "", false, true},
		"not asked, by hold": {held, false, "", false, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, wrote := range []bool{false, true} {
				_, b := deskOf(t, 3, 2)
				task := b.tasks[0]
				other := &target{Item: &compare.Item{Target: match.Target{Candidate: match.Candidate{Key: testkit.Key("201")}}}}
				lost := task.targets[0]
				lost.written = wrote
				b.Streak.Fail(queue.Job{Scene: 9}, testkit.Trouble(fault.Forbidden, fault.Plex)) // of an earlier batch
				task.targets = append(task.targets, other)
				err := b.lose(task, lost, tt.err)
				var blame *Blame
				if blamed := errors.As(err, &blame); blamed && (len(blame.Jobs) != 1 || blame.Jobs[0].Scene != 9) {
					t.Errorf("the jobs that go back are %+v", blame.Jobs)
				}
				if tt.ends != (err != nil) || errors.As(err, &blame) != tt.blame || err != nil && !errors.Is(err, tt.err) {
					t.Fatalf("%v", err)
				}
				if err != nil {
					continue
				}
				if !slices.Equal(task.targets, []*target{other}) || task.touched != wrote {
					t.Errorf("%d items left, touched %v, want the other, and %v", len(task.targets), task.touched, wrote)
				}
				if gone := len(task.gone) == 1 && task.gone[0] == lost.Key; gone != tt.gone {
					t.Errorf("gone %v", task.gone)
				}
				if tt.class == "" != (task.fault == nil) || tt.class != "" && task.fault.Class != tt.class {
					t.Errorf("the scene's fault is %+v, want %q", task.fault, tt.class)
				}
			}
		})
	}
}

// The words of a fault stay, but for a refusal that would blame the account for one item.
func TestAFaultOfOneItemKeepsItsWordsUnlessTheyAccuseTheAccount(t *testing.T) {
	t.Parallel()
	for class, same := range map[fault.Class]bool{fault.Temporary: true, fault.Rejected: true, fault.Unreachable: true, fault.Config: true, fault.Forbidden: false} {
		f := testkit.Trouble(class, fault.Plex)
		f.Hint, f.RetryAfter = message.Foreign("Do it."), time.Minute
		mine := own(f)
		if (mine.Message.String() == f.Message.String()) != same || (mine.Hint.String() == f.Hint.String()) != same || mine.Message.IsZero() || mine.Hint.IsZero() || mine.RetryAfter != time.Minute || f.Class != class {
			t.Errorf("%s: %+v", class, mine)
		}
	}
}

// TestWhenTheServerIsDoubted: at once where the fault looks like the server's, after
// several scenes where it looks like theirs.
func TestWhenTheServerIsDoubted(t *testing.T) {
	t.Parallel()
	for class, after := range map[fault.Class]int{
		fault.Temporary: 3, fault.Rejected: 3, fault.Unreachable: 1, fault.Forbidden: 1, fault.Config: 1,
	} {
		s, b := deskOf(t, 6, 5)
		for i := range 3 {
			if err := b.lose(b.tasks[i], b.tasks[i].targets[0], testkit.Trouble(class, fault.Plex)); err != nil {
				t.Fatal(err)
			}
			if tried := len(s.Plex.Asked("try")); (tried > 0) != (i+1 >= after) {
				t.Errorf("%s: tried %d times after %d scenes, want it after %d", class, tried, i+1, after)
			}
		}
		if len(b.Streak.Take()) != 0 {
			t.Errorf("%s: the row goes on although Plex takes writes", class)
		}
	}
}

// What the harmless write says about Plex is what counts, whatever the item's fault was.
func TestTheHarmlessWriteDecides(t *testing.T) {
	t.Parallel()
	held := fault.New(fault.Temporary, fault.Plex, message.Foreign("Held."), message.None, budget.ErrHeld)
	for name, tt := range map[string]struct {
		refused *fault.Error
		blame   bool
		ends    bool
	}{
		"taken":         {nil, false, false},
		"gone":          {testkit.Trouble(fault.NotFound, fault.Plex), false, false}, // proves nothing
		"an error":      {testkit.Trouble(fault.Temporary, fault.Plex), true, true},
		"refused":       {testkit.Trouble(fault.Rejected, fault.Plex), true, true},
		"forbidden":     {testkit.Trouble(fault.Forbidden, fault.Plex), true, true},
		"the token":     {testkit.Trouble(fault.Unauthorized, fault.Plex), true, true},
		"no answer":     {testkit.Trouble(fault.Unreachable, fault.Plex), false, true},
		"patience":      {testkit.Trouble(fault.Busy, fault.Plex), false, true},
		"held, no news": {held, false, true},
	} {
		s, b := deskOf(t, 4, 3)
		if tt.refused != nil {
			s.Plex.Spoil(tt.refused, "try")
		}
		f := testkit.Trouble(fault.Unreachable, fault.Plex)
		err := b.blame(b.tasks[0], b.tasks[0].targets[0], f)
		var blame *Blame
		if (err != nil) != tt.ends || errors.As(err, &blame) != tt.blame || tt.ends && !errors.Is(err, tt.refused) {
			t.Errorf("%s: %v", name, err)
		}
		if blame != nil && (len(blame.Jobs) != 1 || blame.Jobs[0].Scene != 1 || blame.Error() == "") {
			t.Errorf("%s: the jobs that go back are %+v", name, blame.Jobs)
		}
	}
}

// The harmless write goes to the far end of the batch, then outside it; either being taken
// is enough.
func TestTheHarmlessWriteGoesToTheFarEndThenOutside(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		bad   []string
		tried []string
		taken bool
	}{
		"the last is taken":    {nil, []string{"try 103"}, true},
		"the one outside is":   {[]string{"103"}, []string{"try 103", "try 104"}, true},
		"none is":              {[]string{"103", "104"}, []string{"try 103", "try 104"}, false},
		"only the last is not": {[]string{"104"}, []string{"try 103"}, true},
	} {
		s, b := deskOf(t, 4, 3)
		for _, key := range tt.bad {
			s.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "try", key)
		}
		f := b.harmless(b.tasks[0].targets[0])
		if got := s.Plex.Asked("try"); (f == nil) != tt.taken || !slices.Equal(got, tt.tried) {
			t.Errorf("%s: %v after %q, want %q", name, f, got, tt.tried)
		}
	}
}

// It changes nothing: it says of the title's lock what is the case.
func TestTheHarmlessWriteSaysWhatIsTheCase(t *testing.T) {
	t.Parallel()
	for _, locked := range []bool{false, true} {
		e := nothing(scene.Item{RatingKey: "7", Section: "2", Title: "Fog", Locked: map[string]bool{"title": locked}})
		if e.RatingKey != "7" || e.Section != "2" || len(e.Scalars)+len(e.Lists) != 0 || len(e.Locks) != 1 || e.Locks["title"] != locked {
			t.Errorf("%+v, want the lock %v and nothing else", e, locked)
		}
	}
}

// Whom to ask within the batch: the last one nothing is known against, and those that were
// tried before last of all.
func TestTheLastOfTheBatchNothingIsKnownAgainst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  func(*batch)
		want string
	}{
		"the last":                       {func(*batch) {}, "104"},
		"not one that ended":             {func(b *batch) { b.tasks[3].ended = true }, "103"},
		"not one that failed":            {func(b *batch) { b.tasks[3].fault = testkit.Trouble(fault.Temporary, fault.Plex) }, "103"},
		"not one of the row":             {func(b *batch) { b.Streak.Fail(b.tasks[3].job, testkit.Trouble(fault.Temporary, fault.Plex)) }, "103"},
		"one tried before comes last":    {func(b *batch) { b.tasks[3].job.Attempts = 1 }, "103"},
		"but is asked where no other is": {func(b *batch) { b.tasks[1].job.Attempts = 2; b.tasks[2].ended, b.tasks[3].ended = true, true }, "102"},
		"the failed one where none is":   {func(b *batch) { b.tasks = b.tasks[:1] }, "101"},
		"the other item of the same task": {func(b *batch) {
			b.tasks = b.tasks[:1]
			b.tasks[0].targets = append(b.tasks[0].targets, &target{Item: &compare.Item{Target: match.Target{Candidate: match.Candidate{Key: testkit.Key("201")}}, InPlex: scene.Item{RatingKey: "201"}}})
		}, "201"},
	} {
		_, b := deskOf(t, 4, 4)
		failed := b.tasks[0].targets[0]
		tt.set(b)
		if it, ok, err := b.last(t.Context(), failed); err != nil || !ok || it.RatingKey != tt.want {
			t.Errorf("%s: %s %v %v, want %s", name, it.RatingKey, ok, err, tt.want)
		}
	}
}

// Whom to ask outside it: an item of the index that belongs to no scene of the batch or of
// the row, as Plex has it now.
func TestOutsideTheBatchOnlyWhatNothingIsKnownAgainst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  func(*testkit.Shelf, *batch)
		want string
		none bool
	}{
		"the next":               {func(*testkit.Shelf, *batch) {}, "103", false},
		"not of a scene in hand": {func(s *testkit.Shelf, _ *batch) { ownedBy(t, s, 2) }, "104", false},
		"not of the row": {func(s *testkit.Shelf, b *batch) {
			ownedBy(t, s, 9)
			b.Streak.Fail(queue.Job{Scene: 9}, testkit.Trouble(fault.Temporary, fault.Plex))
		}, "104", false},
		"gone meanwhile": {func(s *testkit.Shelf, _ *batch) { delete(s.Plex.Has, "103") }, "", true},
		"none there": {func(s *testkit.Shelf, _ *batch) {
			ownedBy(t, s, 1)
			s.Update(t, func(tx store.Tx) error { return tx.DeleteIndexed(testkit.Key("104")) })
		}, "", true},
	} {
		s, b := deskOf(t, 4, 2)
		tt.set(s, b)
		it, ok, err := b.outside(t.Context(), b.tasks[0].targets[0])
		if err != nil || ok == tt.none || ok && (it.RatingKey != tt.want || it.Section != "1" || !it.Detailed) {
			t.Errorf("%s: %+v %v %v, want %q", name, it, ok, err, tt.want)
		}
	}
	s, b := deskOf(t, 2, 1)
	s.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "items")
	if _, ok, err := b.outside(t.Context(), b.tasks[0].targets[0]); ok || !fault.Is(err, fault.Unreachable) {
		t.Errorf("a Plex that is away: %v %v", ok, err)
	}
}

// ownedBy has the store know item 103 as one of a scene.
func ownedBy(t *testing.T, s *testkit.Shelf, id scene.ID) {
	t.Helper()
	s.Update(t, func(tx store.Tx) error { return tx.PutItemState(testkit.Key("103"), store.ItemState{Scene: id}) })
}

// Whether something of a write may have reached Plex although it failed.
func TestWhatMayHaveBeenSent(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		sent bool
	}{
		"no error":           {nil, true},
		"refused":            {testkit.Trouble(fault.Rejected, fault.Plex), false},
		"an error":           {testkit.Trouble(fault.Temporary, fault.Plex), false},
		"gone":               {testkit.Trouble(fault.NotFound, fault.Plex), false},
		"no answer":          {testkit.Trouble(fault.Unreachable, fault.Plex), true},
		"we stopped":         {testkit.Trouble(fault.Canceled, fault.None), true},
		"Stash is away":      {testkit.Trouble(fault.Unreachable, fault.Stash), false},
		"another cover":      {errCoverMoved, false},
		"held back":          {fault.New(fault.Unreachable, fault.Plex, message.None, message.None, budget.ErrHeld), false},
		"nobody knows, ours": {errors.New("x"), false},
	} {
		if got := sentBy(tt.err); got != tt.sent {
			t.Errorf("%s: %v, want %v", name, got, tt.sent)
		}
	}
}
