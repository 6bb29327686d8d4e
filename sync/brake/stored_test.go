package brake_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/scene"
)

func TestTheFieldsOfAStateAreStoredByName(t *testing.T) {
	t.Parallel()
	s, _ := admit(t, brake.State{}, batch(1, 3), start)
	s = s.Counted(found{&foreign: 80}.tally(), defaults, 5, start).AnsweredInPart()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"held":["summary"]`, `"picked":["summary"]`, `"open":{"1":["summary"],"2":["summary"],"3":["summary"]}`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if again := stored(t, s); !again.Same(s) {
		t.Errorf("read back as %+v, want %+v", again, s)
	}
}

func TestEveryFieldHasABitOfItsOwn(t *testing.T) {
	t.Parallel()
	var all brake.Fields
	for _, f := range scene.Fields() {
		one := brake.FieldsOf([]brake.Trip{{Field: f}})
		if one == 0 || all&one != 0 {
			t.Errorf("%s has bit %b, others have %b", f, one, all)
		}
		all |= one
	}
}

// older reads a state as an earlier build stored it: sets of fields as numbers.
func older(t *testing.T, text string) brake.State {
	t.Helper()
	var s brake.State
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAQuestionOfAnOlderBuildIsAskedAnew(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"held as a number":         `{"began":"2026-11-27T12:00:00Z","spent":{"summary":{"foreign":40}},"held":4,"question":{"trips":[{"field":"summary","foreign":80,"of":90}],"report":5,"since":"2026-11-27T12:00:00Z"}}`,
		"a field of a later build": `{"began":"2026-11-27T12:00:00Z","held":["summary","perfume"],"question":{"trips":[{"field":"perfume","foreign":80,"of":90}],"report":5,"since":"2026-11-27T12:00:00Z"}}`,
		"picked as a number":       `{"began":"2026-11-27T12:00:00Z","held":["summary"],"picked":4}`,
		"something else":           `{"began":"2026-11-27T12:00:00Z","held":{"a":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := older(t, text)
			if !s.Uncounted() {
				t.Fatalf("nothing is to be counted: %+v", s)
			}
			for _, f := range scene.Fields() {
				if !s.Held.Has(f) {
					t.Errorf("%s is not held until it is counted", f)
				}
			}
			if next, n := admit(t, s, batch(1, 1), start); n != 0 {
				t.Errorf("something passed: %+v", next)
			}
			counted := s.Counted(found{&foreign: 80, &kept: 10}.tally(), defaults, 6, start.Add(time.Minute))
			if counted.Question == nil || len(counted.Question.Trips) != 1 || counted.Question.Trips[0].Field != scene.FieldSummary {
				t.Errorf("asked %+v", counted.Question)
			}
			if counted.Held != brake.FieldsOf(counted.Question.Trips) {
				t.Errorf("held %b afterwards", counted.Held)
			}
		})
	}
}

func TestAnOlderStateThatHeldNothingHoldsNothing(t *testing.T) {
	t.Parallel()
	s := older(t, `{"began":"2026-11-27T12:00:00Z","spent":{"summary":{"foreign":40}},"open":{"1":4,"2":8},"basis":"x"}`)
	if s.Held != 0 || s.Question != nil || s.Basis != "x" {
		t.Errorf("read as %+v", s)
	}
	if _, n := admit(t, s, batch(1, 10), start); n != 0 {
		t.Errorf("%d of ten passed; whether they were counted cannot be known, so they count again", n)
	}
}
