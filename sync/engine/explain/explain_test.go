package explain

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newHost(t *testing.T) host.Host {
	t.Helper()
	db, _, err := storage.Open(storage.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return host.Host{Now: func() time.Time { return noon }, Store: db, Log: slog.New(slog.DiscardHandler)}
}

func update(t *testing.T, h host.Host, fn func(store.Tx) error) {
	t.Helper()
	if err := h.Store.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// fakeLoop tells one situation after another, the last one again and again.
type fakeLoop struct {
	situations []Situation
	asked      int
	appeared   []string
	changed    chan struct{}
}

func (l *fakeLoop) Situation(context.Context) (Situation, error) {
	s := l.situations[min(l.asked, len(l.situations)-1)]
	l.asked++
	return s, nil
}

func (l *fakeLoop) Changed() (<-chan struct{}, func()) { return l.changed, func() {} }

func (l *fakeLoop) Appeared(paths []string) { l.appeared = append(l.appeared, paths...) }

// fakeStash has scenes that any text finds, and files page by page.
type fakeStash struct {
	compare.Stash
	scenes []scene.Scene
	pages  [][]scene.FileStamp
	err    error
}

func (s fakeStash) Find(context.Context, string) ([]scene.Scene, error) { return s.scenes, s.err }

func (s fakeStash) SweepFiles(_ context.Context, _ scene.Parts, fn func([]scene.FileStamp) error) error {
	for _, p := range s.pages {
		if err := fn(p); err != nil {
			return err
		}
	}
	return s.err
}

func TestADecisionSaysWhatWouldHappenAndWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		d    plan.Decision
		want string
	}{
		"a new value":            {plan.Decision{Field: scene.FieldTitle, Action: plan.Write, Old: "Old", New: "New"}, "title: “Old” → “New”"},
		"a first value":          {plan.Decision{Field: scene.FieldTitle, Action: plan.Write, New: "New"}, "title: empty → “New”"},
		"a cleared value":        {plan.Decision{Field: scene.FieldTitle, Action: plan.Clear, Old: "Old"}, "title: cleared, was “Old”"},
		"nothing":                {plan.Decision{Field: scene.FieldTitle, Action: plan.Same}, "title: same"},
		"nothing, for a reason":  {plan.Decision{Field: scene.FieldTitle, Action: plan.Same, Why: message.Foreign("as Stash has it")}, "title: same; as Stash has it"},
		"names in and out":       {plan.Decision{Field: scene.FieldPerformers, Action: plan.Write, Added: []string{"Ann", "Ben"}, Removed: []string{"Cy"}}, "performers: + Ann, + Ben, − Cy"},
		"a picture":              {plan.Decision{Field: scene.FieldPoster, Action: plan.Write, Old: "1", New: "2"}, "poster: the cover from Stash is set"},
		"a long value, cut":      {plan.Decision{Field: scene.FieldTitle, Action: plan.Clear, Old: strings.Repeat("ä", 90)}, "title: cleared, was “" + strings.Repeat("ä", 80) + "…”"},
		"a value as long as may": {plan.Decision{Field: scene.FieldTitle, Action: plan.Clear, Old: strings.Repeat("ä", 80)}, "title: cleared, was “" + strings.Repeat("ä", 80) + "”"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := decision(tt.d); got.String() != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestAReasonStandsInPlaceOfTheEffectUnlessSomethingChanges(t *testing.T) {
	t.Parallel()
	r := skip.Of(skip.PlexEditKept)
	kept := decision(plan.Decision{Field: scene.FieldTitle, Action: plan.Keep, Code: skip.PlexEditKept, Why: message.Foreign("edited on Monday; locked")})
	if want := "title: " + r.Message.String() + "; edited on Monday; locked; " + r.Advice.String(); kept.String() != want {
		t.Errorf("%q, want %q", kept, want)
	}
	written := decision(plan.Decision{Field: scene.FieldPerformers, Action: plan.Write, Added: []string{"Ann"}, Code: skip.PlexEditKept, Why: message.Foreign("Ben was put in by a person")})
	if !strings.HasPrefix(written.String(), "performers: + Ann; "+r.Message.String()) || !strings.Contains(written.String(), "Ben was put in") {
		t.Errorf("%q", written)
	}
	other := decision(plan.Decision{Field: scene.FieldTitle, Action: plan.Skip, Code: skip.NotInPlex, Why: message.Foreign("the reason in other words"), Notes: []message.Message{message.Foreign("and a detail")}})
	if strings.Contains(other.String(), "other words") || !strings.Contains(other.String(), "and a detail") {
		t.Errorf("%q repeats its reason, or lacks its detail", other)
	}
}

func TestFieldsAreCountedOverAllItems(t *testing.T) {
	t.Parallel()
	change := plan.Decision{Field: scene.FieldTitle, Action: plan.Write, New: "New"}
	same := plan.Decision{Field: scene.FieldTitle, Action: plan.Same}
	item := func(key string, ds ...plan.Decision) *compare.Item {
		return &compare.Item{Target: match.Target{Candidate: match.Candidate{Key: scene.ItemKey{RatingKey: key}}}, Plan: plan.Plan{Decisions: ds}}
	}
	broken := fault.New(fault.Temporary, fault.Plex, message.Foreign("It broke."), message.None, nil)
	for name, tt := range map[string]struct {
		f     reconcile.Finding
		words string
		lines int
	}{
		"no item":            {reconcile.Finding{Comparison: &compare.Comparison{}}, "nothing to compare", 0},
		"nothing":            {reconcile.Finding{Comparison: &compare.Comparison{Items: []*compare.Item{item("1", same)}}}, "nothing would be written", 1},
		"one field":          {reconcile.Finding{Comparison: &compare.Comparison{Items: []*compare.Item{item("1", change, same)}}}, "1 field would be written", 2},
		"two items, headed":  {reconcile.Finding{Comparison: &compare.Comparison{Items: []*compare.Item{item("1", change), item("2", change)}}}, "2 fields would be written", 4},
		"an unreadable item": {reconcile.Finding{Comparison: &compare.Comparison{}, Fault: broken}, "the item could not be read: ", 0},
		"only its picture":   {reconcile.Finding{Comparison: &compare.Comparison{Items: []*compare.Item{item("1", change)}, Picture: broken}, Fault: broken}, "1 field would be written", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := fields(tt.f)
			if !strings.HasPrefix(got.Message.String(), tt.words) || len(got.Lines) != tt.lines || got.Topic != "Fields" {
				t.Errorf("%+v, want %q and %d lines", got, tt.words, tt.lines)
			}
		})
	}
}

func TestTheQueueStepTellsEveryState(t *testing.T) {
	t.Parallel()
	at := "2026-03-01T12:00:00Z"
	for state, want := range map[queue.State]string{
		"":             "not in the queue",
		queue.Waiting:  "queued since " + at,
		queue.Running:  "in progress",
		queue.Retrying: "failed attempts: 3; next attempt " + at,
		queue.Parked:   "not in Plex yet; waiting until " + at,
		queue.Dead:     "failed attempts: 3; gave up " + at,
		queue.Done:     "in step at " + at,
		queue.Skipped:  "skipped " + at + ": " + skip.Of(skip.FilteredTag).Message.String(),
	} {
		got := inQueue(queue.Job{State: state, Enqueued: noon, Due: noon, Attempts: 3, Code: skip.FilteredTag})
		if got.Message.String() != want || len(got.Lines) != 0 {
			t.Errorf("%q: %+v, want %q", state, got, want)
		}
	}
	if got := inQueue(queue.Job{Message: message.Foreign("why"), Cause: "edited"}).Lines; !slices.Equal(english(got), []string{"last: why", "queued because: edited in Stash"}) {
		t.Errorf("%q", got)
	}
}

func TestTheOutcomeIsTheFirstThingThatStandsInTheWay(t *testing.T) {
	t.Parallel()
	gap := func(state queue.State) reconcile.Finding {
		return reconcile.Finding{Comparison: &compare.Comparison{}, Outcome: reconcile.Enqueued, Job: queue.Job{State: state}}
	}
	unauthorized := gap("")
	unauthorized.Fault = fault.New(fault.Unauthorized, fault.Plex, message.Foreign("No."), message.None, nil)
	held := gap(queue.Skipped)
	held.Job.Code = skip.Brake
	excluded := gap("")
	excluded.Code = skip.FilteredTag
	for name, tt := range map[string]struct {
		x    Situation
		f    reconcile.Finding
		want string
	}{
		"worked on, whatever else": {Situation{Paused: true, PlexDown: true}, gap(queue.Running), sentenceOf(skip.RunningNow, message.None).String()},
		"left out":                 {Situation{Paused: true}, excluded, sentenceOf(skip.FilteredTag, message.None).String()},
		"a refused token":          {Situation{}, unauthorized, sentenceOf(skip.NeedsSignIn, message.None).String()},
		"a sign-in that waits":     {Situation{SignIn: true, Paused: true}, gap(""), sentenceOf(skip.NeedsSignIn, message.None).String()},
		"given up":                 {Situation{Paused: true}, gap(queue.Dead), sentenceOf(skip.FailedBefore, message.None).String()},
		"held by the brake":        {Situation{Paused: true}, held, sentenceOf(skip.Brake, message.None).String()},
		"a pause":                  {Situation{Paused: true, PlexDown: true}, gap(queue.Waiting), sentenceOf(skip.Paused, message.None).String()},
		"an outage":                {Situation{PlexDown: true}, gap(queue.Waiting), "Plex does not answer; the scene is written when it is back."},
		"waiting":                  {Situation{}, gap(queue.Waiting), sentenceOf(skip.AlreadyQueued, message.None).String()},
		"tried again":              {Situation{}, gap(queue.Retrying), sentenceOf(skip.AlreadyQueued, message.None).String()},
		"in step":                  {Situation{Paused: true}, reconcile.Finding{Comparison: &compare.Comparison{}}, "In step."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := (explanation{Situation: tt.x}).outcome(tt.f); got.String() != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if got := (explanation{}).outcome(gap("")); !strings.Contains(got.String(), "not in the queue yet") {
		t.Errorf("a gap nobody saw: %q", got)
	}
}

func TestInStepNamesEachKeptFieldOnce(t *testing.T) {
	t.Parallel()
	keep := func(f scene.Field) plan.Decision { return plan.Decision{Field: f, Action: plan.Keep} }
	items := []*compare.Item{
		{Plan: plan.Plan{Decisions: []plan.Decision{keep(scene.FieldTitle), {Field: scene.FieldStudio, Action: plan.Same}}}},
		{Plan: plan.Plan{Decisions: []plan.Decision{keep(scene.FieldTitle), keep(scene.FieldPoster)}}},
	}
	got := inStep(reconcile.Finding{Comparison: &compare.Comparison{Items: items}})
	if !strings.Contains(got.String(), ": title, poster.") {
		t.Errorf("%q", got)
	}
}

func TestAReasonIsASentenceWithItsAdvice(t *testing.T) {
	t.Parallel()
	got := sentenceOf(skip.NotInPlex, message.Foreign("looked for /a.mp4."))
	if !strings.Contains(got.String(), "looked for /a.mp4.") || strings.Contains(got.String(), "..") || !strings.HasSuffix(got.String(), "in the settings.") || !strings.Contains(got.String(), " Let Plex") {
		t.Errorf("%q", got)
	}
}

func TestNamesakesAreThoseOfOtherPerformers(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	update(t, h, func(tx store.Tx) error {
		for id, name := range map[string]string{"1": "Ann", "2": "ann", "3": "Ann (of the north)", "4": "Anna", "5": "Ben"} {
			if err := tx.PutName(store.PerformerName, id, name); err != nil {
				return err
			}
		}
		return nil
	})
	x := explanation{store: h.Store}
	x.Run.Settings = config.Defaults()
	f := reconcile.Finding{Comparison: &compare.Comparison{Scene: &scene.Scene{Performers: []scene.Performer{{Named: scene.Named{ID: "1", Name: "Ann"}}, {Named: scene.Named{ID: "5", Name: "Ben"}}}}}}
	lines, err := x.namesakes(f)
	if err != nil || len(lines) != 1 || !strings.Contains(lines[0].String(), "2 more in Stash share the name “Ann”") {
		t.Errorf("%q, %v", lines, err)
	}
	x.Run.Settings.Fields[scene.FieldPerformers] = config.Off
	if lines, err = x.namesakes(f); err != nil || len(lines) != 0 {
		t.Errorf("performers that are not written: %q, %v", lines, err)
	}
}

func TestExplainRefusesWhatNoSceneCanBeCalledAndWhatNobodyIsConnectedFor(t *testing.T) {
	t.Parallel()
	l := &fakeLoop{situations: []Situation{{}}}
	e := New(newHost(t), l)
	if _, err := e.Explain(t.Context(), strings.Repeat("a", longestQuery+1)); !fault.Is(err, fault.Rejected) || l.asked != 0 {
		t.Errorf("%v after %d questions to the loop", err, l.asked)
	}
	if _, err := e.Explain(t.Context(), "1"); !fault.Is(err, fault.Config) {
		t.Errorf("without servers: %v", err)
	}
}

func TestExplainListsScenesToChooseFrom(t *testing.T) {
	t.Parallel()
	stash := fakeStash{scenes: []scene.Scene{{ID: 1, Title: "One", Files: []scene.File{{Path: "/one.mp4"}}}, {ID: 2, Title: "Two"}}}
	away := api.Connection{Checked: true, Class: string(fault.Unreachable)}
	e := New(newHost(t), &fakeLoop{situations: []Situation{{Stash: stash, PlexState: away}}})
	x, err := e.Explain(t.Context(), "o")
	if err != nil || len(x.Matches) != 2 || x.Matches[0].Path != "/one.mp4" || x.Matches[1].Path != "" || len(x.Steps) != 0 {
		t.Errorf("%+v, %v", x, err)
	}
}

func TestExplainTellsADeletedSceneFromOneThatNeverWas(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	update(t, h, func(tx store.Tx) error { return tx.PutSeen(7, store.Seen{Name: "Seven"}) })
	e := New(h, &fakeLoop{situations: []Situation{{Stash: fakeStash{}, PlexState: api.Connection{Checked: true, Class: string(fault.Unreachable)}}}})
	x, err := e.Explain(t.Context(), " 7 ")
	if err != nil || x.Scene != 7 || x.Title != "Seven" || x.Outcome != sentenceOf(skip.DeletedInStash, message.None) {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := e.Explain(t.Context(), "8"); !fault.Is(err, fault.NotFound) {
		t.Errorf("never known: %v", err)
	}
}

func TestOnlyWritesThatCanBeUndoneOfferIt(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	x := explanation{store: h.Store}
	if can, err := x.written(1); can || err != nil {
		t.Errorf("never written: %v, %v", can, err)
	}
}

func TestMappingWaitsUntilBothServersHaveAnswered(t *testing.T) {
	t.Parallel()
	ok := api.Connection{Checked: true, OK: true}
	stash := fakeStash{}
	l := &fakeLoop{changed: make(chan struct{}, 1), situations: []Situation{
		{Stash: stash}, {Stash: stash, StashState: ok, PlexState: ok, Machine: "m"},
	}}
	l.changed <- struct{}{}
	if _, err := New(newHost(t), l).Mapping(t.Context(), nil); err != nil || l.asked != 2 {
		t.Errorf("%v after %d looks", err, l.asked)
	}
}

func TestMappingSaysWhichServerIsAway(t *testing.T) {
	t.Parallel()
	ok, refused := api.Connection{Checked: true, OK: true}, api.Connection{Checked: true, Class: string(fault.Unauthorized), Error: message.Foreign("No.")}
	for name, tt := range map[string]struct {
		s    Situation
		want fault.Class
	}{
		"none":            {Situation{}, fault.Config},
		"a refused key":   {Situation{Stash: fakeStash{}, StashState: refused, PlexState: ok}, fault.Unauthorized},
		"a refused token": {Situation{Stash: fakeStash{}, StashState: ok, PlexState: refused}, fault.Unauthorized},
		"an outage":       {Situation{Stash: fakeStash{}, StashState: ok, PlexDown: true}, fault.Unreachable},
	} {
		if _, err := tt.s.answered(); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestMappingCountsScenesAndFilesAndLearnsRules(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	update(t, h, func(tx store.Tx) error {
		for _, name := range []string{"one", "two", "three"} {
			it := store.Indexed{Key: scene.ItemKey{Machine: "m", RatingKey: name}, Section: "1", Files: []string{"/plex/" + name + ".mp4"}}
			if err := tx.PutIndexed(it, match.Keys(it.Files)); err != nil {
				return err
			}
		}
		return nil
	})
	file := func(paths ...string) (fs scene.FileStamp) {
		for _, p := range paths {
			fs.Files = append(fs.Files, scene.File{Path: p})
		}
		return fs
	}
	ok := api.Connection{Checked: true, OK: true}
	stash := fakeStash{pages: [][]scene.FileStamp{{file("/stash/one.mp4"), file()}, {file("/stash/two.mp4", "/elsewhere/two.mp4"), file("/stash/three.mp4"), file("/stash/four.mp4")}}}
	e := New(h, &fakeLoop{situations: []Situation{{Stash: stash, StashState: ok, PlexState: ok, Machine: "m"}}})
	rule := config.Rule{Stash: "/stash", Plex: "/plex"}
	with, err := e.Mapping(t.Context(), []config.Rule{rule})
	if err != nil {
		t.Fatal(err)
	}
	if with.Total != 4 || with.Covered != 3 || with.Files.Total != 5 || with.Files.Found != 3 || with.Files.Unmapped != 1 || !slices.Equal(with.Unmatched, []string{"/stash/four.mp4"}) {
		t.Errorf("with the rule: %+v", with)
	}
	if slices.ContainsFunc(with.Suggestions, func(r config.Rule) bool { return r == rule }) {
		t.Errorf("%v suggests the rule there is", with.Suggestions)
	}
	without, err := e.Mapping(t.Context(), nil)
	if err != nil || without.Covered != 0 || !slices.Contains(without.Suggestions, rule) {
		t.Errorf("without a rule: %+v, %v", without, err)
	}
}

// english are messages in English.
func english(all []message.Message) (out []string) {
	for _, m := range all {
		out = append(out, m.String())
	}
	return out
}

func TestFieldsThatAreOffAndEmptyTakeNoLine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		d    plan.Decision
		want bool
	}{
		"off and empty":       {plan.Decision{Field: scene.FieldTagline, Code: skip.PolicyOff}, false},
		"off with a value":    {plan.Decision{Field: scene.FieldTagline, Code: skip.PolicyOff, Old: "A tagline"}, true},
		"off with a list":     {plan.Decision{Field: scene.FieldLabels, Code: skip.PolicyOff, OldList: []string{"Own"}}, true},
		"a picture, whatever": {plan.Decision{Field: scene.FieldBackground, Code: skip.PolicyOff}, true},
		"empty and not off":   {plan.Decision{Field: scene.FieldTagline}, true},
	} {
		if got := worthALine(tt.d); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
