package app

import (
	"encoding/json"
	"testing"
	"time"

	"lockstep/sync/mask"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/skip"
)

func TestASentenceForProgramsHasCodeArgumentsAndEnglishWords(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	inner := message.New(message.Other, message.Detail("connection refused"))
	for want, arg := range map[string]message.Arg{
		`{"kind":"title","value":"History"}`:                     message.Title("History"),
		`{"kind":"count","value":3}`:                             message.Count(3),
		`{"kind":"span","value":1.5}`:                            message.Span(1500 * time.Millisecond),
		`{"kind":"time","value":"2026-03-01T12:00:00Z"}`:         message.Time(at),
		`{"kind":"list","value":[{"kind":"path","value":"/a"}]}`: message.List(message.Path("/a")),
		`{"kind":"message","value":{"code":"other","args":[{"kind":"detail","value":"connection refused"}],"words":"connection refused"}}`: message.Of(inner),
	} {
		got, err := json.Marshal(argOf(arg))
		if err != nil || string(got) != want {
			t.Errorf("%s (%v), want %s", got, err, want)
		}
	}
}

func TestWhatAJobSaysIsTheSameForPeopleAndPrograms(t *testing.T) {
	t.Parallel()
	for _, reason := range skip.All() {
		code := reason.Code
		j := jobOf(queue.Job{Message: reason.Message, Hint: reason.Advice})
		if j.Message == nil || j.Message.Code != reason.Message.Code || j.Message.Words != j.Words || j.Words == "" {
			t.Errorf("%s: %q and %+v", code, j.Words, j.Message)
		}
		if (j.HintMessage == nil) != (j.Hint == "") || j.HintMessage != nil && j.HintMessage.Words != j.Hint {
			t.Errorf("%s: advice %q and %+v", code, j.Hint, j.HintMessage)
		}
	}
	if j := jobOf(queue.Job{}); j.Message != nil || j.HintMessage != nil {
		t.Errorf("nothing is said as %+v and %+v", j.Message, j.HintMessage)
	}
}

func TestASentenceForProgramsHoldsNoSecret(t *testing.T) {
	t.Parallel()
	m := messageOf(new(mask.Secrets).Message(message.New(message.Other, message.Detail("GET /?X-Plex-Token=abcdefghij failed"))))
	if got, _ := json.Marshal(m); string(got) != `{"code":"other","args":[{"kind":"detail","value":"GET /?X-Plex-Token=*** failed"}],"words":"GET /?X-Plex-Token=*** failed"}` {
		t.Errorf("%s", got)
	}
}
