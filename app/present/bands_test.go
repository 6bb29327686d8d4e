package present_test

import (
	"strings"
	"testing"

	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/message"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// A headline that says what is asked for is not repeated in the band below it.
func TestABandBelowAHeadlineSaysWhatToDo(t *testing.T) {
	t.Parallel()
	signIn := api.Attention{Kind: api.SignInPlex, Message: message.New(message.PlexTokenRefused), Hint: message.New(message.AdvicePlexSignIn)}
	brake := api.Attention{Kind: api.BrakeAsks, Message: message.Foreign("This would clear 60 dates")}
	for name, c := range map[string]struct {
		a            api.Attention
		button, want string
	}{
		"sign in":   {signIn, "Sign in…", "Sign in to Plex, or check the token."},
		"brake":     {brake, "Decide…", "Look at the preview, then decide."},
		"no advice": {api.Attention{Kind: api.DiskProblem, Message: message.Foreign("The disk is full.")}, "Show", "The disk is full."},
	} {
		s := with(func(s *api.Snapshot) { s.Attention = []api.Attention{c.a} })
		if got := present.AskedBelow(c.a, s); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := present.AskedButton(c.a.Kind); got != c.button {
			t.Errorf("%s: button %q, want %q", name, got, c.button)
		}
		away := with(down)
		away.Attention = s.Attention
		if got := present.AskedBelow(c.a, away); got != present.Asked(c.a) {
			t.Errorf("%s: below another headline %q", name, got)
		}
	}
}

// Ranges of settings are words, not what a configuration file has.
func TestRangesOfSettingsAreWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"park-for": "(1 hour to 90 days)", "keep-history": "(1 day to 3" + nn + "650 days)", "probe-first": "(0.01 seconds to 1 hour)",
	} {
		o, ok := config.Lookup(name)
		if !ok {
			t.Fatalf("no setting %s", name)
		}
		if got := present.SettingHint(o, ""); !strings.HasSuffix(got, want) {
			t.Errorf("%s: %q, want it to end in %q", name, got, want)
		}
	}
}

func TestAnEmptyQueueIsInStepOnlyWhenAllIs(t *testing.T) {
	t.Parallel()
	if got := present.EmptyQueue(up(), "", nil); !strings.HasPrefix(got, "Everything is in step.") {
		t.Errorf("in step: %q", got)
	}
	waits := with(func(s *api.Snapshot) { s.Standing.NeedYou = 3 })
	if got := present.EmptyQueue(waits, "", nil); strings.Contains(got, "in step") {
		t.Errorf("while 3 need attention: %q", got)
	}
}

func TestTheFirstPreviewSaysWhyScenesAreSkipped(t *testing.T) {
	t.Parallel()
	lines := present.PreviewReasons(store.Report{Preview: true, Skipped: map[skip.Code]int{skip.NoMetadata: 6, skip.PathNotMapped: 2}, Enqueued: 4, Gaps: 12})
	if len(lines) != 2 || !strings.HasPrefix(lines[0].Words, "6 · No metadata yet — Add a studio") || lines[1].Tone != present.Warn {
		t.Errorf("lines %+v", lines)
	}
	if got := present.PreviewReasons(store.Report{Preview: true, Enqueued: 4, Gaps: 4}); len(got) != 0 {
		t.Errorf("reasons for nothing: %+v", got)
	}
}

func TestTheNoteOfTheLastStepNamesItsButton(t *testing.T) {
	t.Parallel()
	for held, want := range map[bool]string{true: "Start syncing", false: "Done"} {
		if got := present.SetUpNote(held, present.StepStart); !strings.Contains(got, want) {
			t.Errorf("held %v: %q", held, got)
		}
	}
}
