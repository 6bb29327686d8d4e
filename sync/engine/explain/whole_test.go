package explain

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/reconcile"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

// rig explains the scenes of a shelf.
type rig struct {
	*testkit.Shelf
	t    *testing.T
	loop *fakeLoop
	now  Situation
}

// finder finds the scenes of a shelf by id and by title.
type finder struct{ *testkit.FakeStash }

func (f finder) Find(_ context.Context, text string) (out []scene.Scene, err error) {
	for _, id := range slices.Sorted(maps.Keys(f.Has)) {
		if s := f.Has[id]; s != nil && (s.ID.String() == text || s.Title == text) {
			out = append(out, *s)
		}
	}
	return out, nil
}

func newRig(t *testing.T, scenes int) *rig {
	t.Helper()
	r := &rig{Shelf: testkit.NewShelf(t, scenes), t: t, loop: &fakeLoop{changed: make(chan struct{})}}
	r.Settings.Fields[scene.FieldPoster] = config.Off
	r.Settings.Fields[scene.FieldBackground] = config.Off
	ok := api.Connection{Checked: true, OK: true}
	r.now = Situation{
		Stash: finder{r.Stash}, Plex: r.Plex, StashState: ok, PlexState: ok, Machine: testkit.Machine, Sections: r.Sections,
	}
	r.Update(t, func(tx store.Tx) error { // it was listed
		return tx.PutSectionMark(testkit.Machine, "1", store.SectionMark{})
	})
	return r
}

// explain answers why a scene is not in step.
func (r *rig) explain(query string) (api.Explanation, error) {
	r.t.Helper()
	h := host.Host{Now: r.Clock.Now, Store: r.DB, Log: slog.New(slog.DiscardHandler)}
	s := r.now
	s.Run = reconcile.Run{
		Stash: r.Stash, Plex: r.Plex, Store: r.DB, Settings: r.Settings.Clone(), Machine: testkit.Machine, Sections: r.Sections,
		Mapper: r.Mapper(), Clock: r.Clock.Now, Remember: r.Remember, Forget: func(store.Tx, scene.ID) error { r.t.Error("a scene is forgotten"); return nil },
	}
	r.loop.situations = []Situation{s}
	return New(h, r.loop).Explain(r.t.Context(), query)
}

// unlisted has Plex's library be one that was never listed.
func (r *rig) unlisted() {
	r.Sections[0].ID = "2"
	r.now.Sections = r.Sections
}

// explained is explain for what must succeed.
func (r *rig) explained(query string) api.Explanation {
	r.t.Helper()
	x, err := r.explain(query)
	if err != nil {
		r.t.Fatal(err)
	}
	return x
}

func (r *rig) put(j queue.Job) {
	r.Update(r.t, func(tx store.Tx) error { return tx.PutJob(j) })
}

func TestAnExplanationLeadsFromStashOverThePathToPlexAndTheQueue(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	for _, query := range []string{"1", "Film 1", "  Film 1 "} {
		x := r.explained(query)
		var topics []string
		for _, s := range x.Steps {
			topics = append(topics, s.Topic)
		}
		if want := []string{"Stash", "Path", "Plex", "Fields", "Queue"}; x.Scene != 1 || x.Title != "Film 1" || !slices.Equal(topics, want) {
			t.Fatalf("%q: %d %q, steps %q, want %q", query, x.Scene, x.Title, topics, want)
		}
		words := english([]message.Message{x.Steps[0].Message, x.Steps[1].Message, x.Steps[2].Message, x.Steps[4].Message})
		want := []string{
			"scene 1, edited 2026-01-01T00:00:00Z", "rule /data → /media gives /media/films/1.mkv",
			"found: “as the file” in Films (item 101)", "not in the queue",
		}
		if !slices.Equal(words, want) {
			t.Errorf("steps %q, want %q", words, want)
		}
		if fields := x.Steps[3]; !strings.Contains(fields.Message.String(), "would be written") || !slices.Contains(english(fields.Lines), "summary: empty → “About it.”") {
			t.Errorf("fields %q %q", fields.Message, english(fields.Lines))
		}
		if x.Outcome != message.New(message.ExplainDiffers) || x.CanUndo || len(x.Matches) != 0 {
			t.Errorf("outcome %q, undo %v, matches %v", x.Outcome, x.CanUndo, x.Matches)
		}
	}
}

func TestExplainingChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	before := r.DB.Counts()
	r.explained("1")
	if after := r.DB.Counts(); after != before {
		t.Errorf("the queue had %+v and has %+v", before, after)
	}
	for _, kind := range []string{"edit", "try", "upload", "select", "unselect", "scan"} {
		if asked := r.Plex.Asked(kind); len(asked) > 0 {
			t.Errorf("Plex was told %q", asked)
		}
	}
}

func TestTheOutcomeFollowsFromTheWorld(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*rig)
		want    string // how it begins
		step    int    // the step that says more, -1 for none
		more    string
	}{
		"it waits in the queue": {
			func(r *rig) { r.put(queue.Job{Scene: 1, State: queue.Waiting, Enqueued: noon, Cause: "edited"}) },
			sentenceOf(skip.AlreadyQueued, message.None).String(), 4, "queued since 2026-03-01T12:00:00Z",
		},
		"a person paused": {func(r *rig) { r.now.Paused = true }, sentenceOf(skip.Paused, message.None).String(), -1, ""},
		"Plex is down":    {func(r *rig) { r.now.PlexDown = true }, message.New(message.ExplainPlexAway).String(), -1, ""},
		"Plex has no such file": {
			func(r *rig) {
				r.Update(r.t, func(tx store.Tx) error { return tx.DeleteIndexed(testkit.Key("101")) })
				r.put(queue.Job{Scene: 1, State: queue.Parked})
			},
			skip.Of(skip.NotInPlex).Message.String(), 1, "rule /data → /media gives /media/films/1.mkv",
		},
		"no rule covers it": {
			func(r *rig) { r.Settings.PathMap = []config.Rule{{Stash: "/other", Plex: "/media"}} },
			"", 1, "no path rule covers /data/films/1.mkv",
		},
		"the item cannot be read": {
			func(r *rig) { r.Plex.Spoil(testkit.Trouble(fault.Temporary, fault.Plex), "items", "101") },
			"It could not be read completely: Trouble with Plex: temporary", 3, "the item could not be read: ",
		},
		"the token is refused": {
			func(r *rig) { r.Plex.Spoil(testkit.Trouble(fault.Unauthorized, fault.Plex), "items") },
			sentenceOf(skip.NeedsSignIn, message.None).String(), 3, "the item could not be read: ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 1)
			tt.prepare(r)
			x := r.explained("1")
			if !strings.HasPrefix(x.Outcome.String(), strings.TrimSuffix(tt.want, ".")) {
				t.Errorf("outcome %q, want %q", x.Outcome, tt.want)
			}
			if tt.step >= 0 && !strings.HasPrefix(x.Steps[tt.step].Message.String(), tt.more) {
				t.Errorf("step %+v, want %q", x.Steps[tt.step], tt.more)
			}
		})
	}
}

func TestOnlyAWriteThatStandsCanBeUndone(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		entries []store.JournalEntry
		want    bool
	}{
		"one that stands":            {[]store.JournalEntry{{Scene: 1}}, true},
		"undone already":             {[]store.JournalEntry{{Scene: 1, Undone: true}}, false},
		"it never reached Plex":      {[]store.JournalEntry{{Scene: 1, Void: true}}, false},
		"of another scene":           {[]store.JournalEntry{{Scene: 2}}, false},
		"the newest is undone":       {[]store.JournalEntry{{Scene: 1}, {Scene: 1, Undone: true}}, true},
		"the oldest of two is, both": {[]store.JournalEntry{{Scene: 1, Undone: true}, {Scene: 1}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, 2)
			r.Update(t, func(tx store.Tx) error {
				for i, en := range tt.entries {
					en.Run, en.Item = uint64(i+1), testkit.Key("101")
					if err := tx.AddJournal(en); err != nil {
						return err
					}
				}
				return nil
			})
			if x := r.explained("1"); x.CanUndo != tt.want {
				t.Errorf("undo %v, want %v", x.CanUndo, tt.want)
			}
		})
	}
}

func TestAnExplanationNamesPerformersThatPlexCannotTellApart(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.Stash.Has[1].Performers = []scene.Performer{{Named: scene.Named{ID: "1", Name: "Ann"}}}
	r.Update(t, func(tx store.Tx) error {
		return errors.Join(tx.PutName(store.PerformerName, "1", "Ann"), tx.PutName(store.PerformerName, "2", "Ann"))
	})
	lines := english(r.explained("1").Steps[3].Lines)
	if len(lines) == 0 || !strings.Contains(lines[len(lines)-1], "1 more in Stash share the name “Ann”") {
		t.Errorf("lines %q", lines)
	}
}

// A title may be a number. A scene that has it is meant before one that is gone.
func TestANumberIsAnIDFirstAndATitleToo(t *testing.T) {
	t.Parallel()
	r := newRig(t, 2)
	r.Stash.Has[2].Title = "77"
	if x := r.explained("77"); x.Scene != 2 {
		t.Errorf("a title: explained %d", x.Scene)
	}
	r.put(queue.Job{Scene: 77, State: queue.Done, Name: "Gone"})
	if x := r.explained("77"); x.Scene != 77 || x.Title != "Gone" || x.Outcome != sentenceOf(skip.DeletedInStash, message.None) {
		t.Errorf("the id of one that is gone: %+v", x)
	}
	r.Stash.Has[1].Title = "2"
	if x := r.explained("2"); len(x.Matches) != 2 || x.Matches[0].Scene != 1 || x.Matches[1].Path != "/data/films/2.mkv" {
		t.Errorf("an id and a title: %+v", x)
	}
}

func TestWhatIsNotAnsweredIsToldWithItsServer(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.now.Stash = fakeStash{err: testkit.Trouble(fault.Unreachable, fault.None)}
	if _, err := r.explain("1"); fault.Of(err).Server != fault.Stash {
		t.Errorf("Stash fails: %v", err)
	}
	r = newRig(t, 1)
	r.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "scenes")
	if _, err := r.explain("1"); !fault.Is(err, fault.Unreachable) {
		t.Errorf("Stash fails in between: %v", err)
	}
}

// Nothing can be said of what libraries hold that were never listed, so they are listed first,
// and jobs that waited for what turns up are woken.
func TestLibrariesThatWereNeverListedAreListedFirst(t *testing.T) {
	t.Parallel()
	r := newRig(t, 1)
	r.unlisted()
	r.Update(t, func(tx store.Tx) error { return tx.DeleteIndexed(testkit.Key("101")) })
	r.Plex.Spoil(testkit.Trouble(fault.Unreachable, fault.Plex), "list")
	x := r.explained("1")
	why := testkit.Trouble(fault.Unreachable, fault.Plex).Message
	if x.Steps[2].Message != message.New(message.ExplainUnlisted, message.Of(why)) || x.Outcome != message.New(message.ExplainUnasked, message.Of(why)) {
		t.Errorf("the listing fails: %q, %q", x.Steps[2].Message, x.Outcome)
	}
	r.Plex.Mend()
	if x = r.explained("1"); !strings.HasPrefix(x.Steps[2].Message.String(), "found: ") {
		t.Errorf("listed: %+v", x.Steps[2])
	}
	if want := match.Keys([]string{"/media/films/1.mkv"}); !slices.Equal(r.loop.appeared, want) {
		t.Errorf("appeared %q, want %q", r.loop.appeared, want)
	}
	r.Plex.Forget()
	r.explained("1")
	if asked := r.Plex.Asked("list"); len(asked) != 0 {
		t.Errorf("listed once more: %q", asked)
	}
}

// mapping tries rules on the shelf.
func (r *rig) mapping(rules ...config.Rule) (api.Mapping, error) {
	r.loop.situations = []Situation{r.now}
	h := host.Host{Now: r.Clock.Now, Store: r.DB, Log: slog.New(slog.DiscardHandler)}
	return New(h, r.loop).Mapping(r.t.Context(), rules)
}

func TestAMappingIsNotGivenByHalves(t *testing.T) {
	t.Parallel()
	stash, plex := testkit.Trouble(fault.Unreachable, fault.Stash), testkit.Trouble(fault.Unreachable, fault.Plex)
	for name, spoil := range map[string]func(*rig) error{
		"Stash lists no files": func(r *rig) error { r.Stash.Spoil(stash, "sweepFiles"); return stash },
		"Plex lists no items": func(r *rig) error {
			r.unlisted()
			r.Plex.Spoil(plex, "list")
			return plex
		},
	} {
		r := newRig(t, 20)
		want := spoil(r)
		if got, err := r.mapping(config.Rule{Stash: "/data", Plex: "/media"}); !errors.Is(err, want) || got.Total != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	r := newRig(t, 20)
	got, err := r.mapping(config.Rule{Stash: "/data", Plex: "/media"})
	if err != nil || got.Total != 20 || got.Covered != 20 || len(got.Unmatched) != 0 || len(got.Suggestions) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAMappingHasPatienceForServersThatWereJustEntered(t *testing.T) {
	t.Parallel()
	r := newRig(t, 0)
	r.now.PlexState = api.Connection{} // was not asked yet
	synctest.Test(t, func(t *testing.T) {
		r.loop.changed = make(chan struct{})
		began := time.Now()
		r.loop.situations = []Situation{r.now}
		h := host.Host{Now: r.Clock.Now, Store: r.DB, Log: slog.New(slog.DiscardHandler)}
		_, err := New(h, r.loop).Mapping(t.Context(), nil)
		if !errors.Is(err, errNotConnected) || time.Since(began) != mapPatience {
			t.Errorf("%v after %v, want %v", err, time.Since(began), mapPatience)
		}
	})
}
