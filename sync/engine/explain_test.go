package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"lockstep/sync/engine"
	"lockstep/sync/fault"
	"lockstep/sync/scene"
	"lockstep/sync/sim"
)

func TestExplainNamesWhatIsKeptOfASceneInStep(t *testing.T) {
	t.Parallel()
	b := small(t)
	key := b.world.TargetKeys(8)[0]
	must(t, b.world.Plex.PersonEdit(key, "summary", "A person's words."))
	must(t, b.world.Plex.PersonEdit(key, "title", "A person's title."))
	l := b.start()
	l.settled()
	for id, want := range map[string]string{"5": "In step.", "8": "In step, except for what stays as it is in Plex: title, summary. See Fields for the reasons."} {
		x, err := l.Explain(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		if x.Outcome.String() != want {
			t.Errorf("scene %s: %q, want %q", id, x.Outcome, want)
		}
	}
	l.end()
}

// A scene Lockstep never wrote to has nothing that could be undone.
func TestExplainOffersAnUndoOnlyOfWhatLockstepWrote(t *testing.T) {
	t.Parallel()
	b := small(t)
	b.settings.AskPlexScan = false // a scan in hand would be the reason
	id := film(b, "away.mkv", nil)
	l := b.start()
	l.settled()
	can := func(id int) bool {
		x, err := l.Explain(context.Background(), scene.ID(id).String())
		if err != nil {
			t.Fatal(err)
		}
		return x.CanUndo
	}
	if can(id) || !can(5) {
		t.Errorf("never written: %v, written: %v", can(id), can(5))
	}
	x, err := l.Explain(context.Background(), scene.ID(id).String())
	if err != nil || strings.Count(strings.ToLower(x.Outcome.String()), "plex has no item") != 1 {
		t.Errorf("%q (%v): the reason is there once", x.Outcome, err)
	}
	l.end()
}

// A command that only reads begins with nothing: it lists Plex before it says what Plex
// lacks, says so when it cannot, and is not paused.
func TestExplainOnAnEmptyDataFolder(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]bool{"all well": false, "the listing fails": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newRig(t, sim.Options{Seed: 63, Scenes: 8})
			if fails {
				b.world.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 503, Match: sim.Kinds("list")})
			}
			l := b.startWith(func(o *engine.Options) { o.Hold = true })
			x, err := l.Explain(context.Background(), "5")
			if err != nil {
				t.Fatal(err)
			}
			in := x.Steps[2].Message
			if fails && !strings.HasPrefix(in.String(), "Plex has not listed its libraries yet: ") || !fails && !strings.HasPrefix(in.String(), "found: ") {
				t.Errorf("%q", in)
			}
			if strings.Contains(in.String()+x.Outcome.String(), "has no item") || strings.Contains(x.Outcome.String(), "paused") || fails != strings.HasPrefix(x.Outcome.String(), "Plex could not be asked") {
				t.Errorf("%q: %q", in, x.Outcome)
			}
			l.end()
		})
	}
}

// found is the scene an explanation is about, or those it lists, 0 for none.
func found(t *testing.T, l *life, query string) []scene.ID {
	t.Helper()
	x, err := l.Explain(context.Background(), query)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	if len(x.Matches) == 0 {
		return []scene.ID{x.Scene}
	}
	if len(x.Steps) > 0 || x.Scene != 0 || x.CanUndo || !strings.Contains(x.Outcome.String(), "Choose") {
		t.Errorf("%q lists scenes and explains one: %+v", query, x)
	}
	var ids []scene.ID
	for _, m := range x.Matches {
		if m.Title == "" || m.Path == "" {
			t.Errorf("%q: nothing to choose by in %+v", query, m)
		}
		ids = append(ids, m.Scene)
	}
	return ids
}

func TestExplainFindsTheSceneThatIsMeant(t *testing.T) {
	t.Parallel()
	b := small(t)
	add := func(title, rel string) scene.ID {
		return scene.ID(film(b, rel, func(s *sim.Scene) { s.Title = title }))
	}
	low, high := add("Low Tide 777", "777 low.mkv"), add("High Tide", "high.mkv")
	twin, other := add("Rock Pools", "one.mkv"), add("rock pools", "two.mkv")
	more := add("Rock Pools at Night", "three.mkv")
	number := add("2012", "film of 2012.mkv")
	described := scene.ID(film(b, "four.mkv", func(s *sim.Scene) { s.Title, s.Details = "Quiet", "About zebras." }))
	sc, _ := b.world.Stash.Scene(int(high))
	path := sc.Files[0].Path
	l := b.start()
	l.settled()
	for query, want := range map[string][]scene.ID{
		low.String():              {low},
		" " + low.String() + " ":  {low},
		"777":                     nil, // no such id, though it is in a title and a path
		"99999":                   nil,
		"2012":                    {number}, // its title in full
		path:                      {high},
		strings.ToUpper(path):     {high},
		"High Tide":               {high},
		"high tide":               {high},
		"tide high":               {high},
		"Tide":                    {low, high},
		"Rock Pools":              {twin, other},
		"pools night":             {more},
		"zebras":                  nil, // in the details of a scene only
		"Quiet":                   {described},
		"Something there is none": nil,
		"Low -tide":               nil, // what Stash leaves out is not found by what is left
	} {
		if got := found(t, l, query); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	must(t, b.world.Stash.DeleteScene(int(low)))
	x, err := l.Explain(context.Background(), low.String())
	if err != nil || x.Scene != low || x.Title != "Low Tide 777" {
		t.Errorf("a scene that was deleted: %+v, %v", x, err)
	}
	l.end()
}

func TestExplainAsksStashForNothingThatIsLongerThanAnyPath(t *testing.T) {
	t.Parallel()
	l := small(t).start()
	l.settled()
	_, err := l.Explain(context.Background(), strings.Repeat("a", 1<<20))
	if !fault.Is(err, fault.Rejected) || fault.Of(err).Message.String() != "This is too long to search for." {
		t.Errorf("got %v", err)
	}
}
