package playback_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/playback"
	"lockstep/sync/scene"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestOnlyWhatIsSwitchedOnCounts(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	if on := playback.On(s); len(on) != 0 {
		t.Errorf("by default %v is on", on)
	}
	s.ActivityPlays, s.ActivityResume, s.ActivityRatings = true, true, true
	if on := playback.On(s); !slices.Equal(on, playback.Kinds()) {
		t.Errorf("%v", on)
	}
	s.Fields[scene.FieldRating] = config.Mirror
	if on := playback.On(s); slices.Contains(on, playback.Rating) {
		t.Errorf("%v although Stash's ratings always win", on)
	}
}

func TestWhoAloneChangedARatingWins(t *testing.T) {
	t.Parallel()
	base := playback.Base{Plex: 60, Stash: 60}
	for name, c := range map[string]struct {
		plex, stash int
		held        bool
		want        playback.Verdict
	}{
		"nobody":                           {60, 60, false, playback.Same},
		"Plex":                             {80, 60, false, playback.Send},
		"Plex, cleared":                    {0, 60, false, playback.Send},
		"Stash":                            {60, 80, false, playback.Same},
		"both, alike":                      {80, 80, false, playback.Same},
		"both, differently":                {80, 30, false, playback.Conflict},
		"both, but Plex had Stash's value": {80, 30, true, playback.Send},
	} {
		if got := playback.MergeRating(base, c.plex, c.stash, c.held); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// After what a merge comes to was done, both sides agree or the conflict is settled: a second
// merge has nothing to do.
func TestAMergeIsDoneOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 4)
		b := playback.Base{Plex: n.Draw(t, "base plex"), Stash: n.Draw(t, "base stash")}
		plex, stash := n.Draw(t, "plex"), n.Draw(t, "stash")
		switch playback.MergeRating(b, plex, stash, false) {
		case playback.Send:
			if stash != b.Stash {
				t.Fatal("a value of Stash that somebody changed would be lost")
			}
			stash = plex
		case playback.Conflict:
			if plex == b.Plex || stash == b.Stash {
				t.Fatal("a conflict although one side stayed as it was")
			}
		case playback.Same:
			if plex != b.Plex && stash == b.Stash && plex != stash {
				t.Fatal("an edit of Plex would be lost")
			}
		}
		if v := playback.MergeRating(playback.Base{Plex: plex, Stash: stash}, plex, stash, false); v != playback.Same {
			t.Fatalf("a second merge: %v", v)
		}
	})
}

func TestResumePointsMergeTheSameWayButForFractions(t *testing.T) {
	t.Parallel()
	base := playback.Point{Plex: time.Minute, Stash: time.Minute}
	for name, c := range map[string]struct {
		plex, stash time.Duration
		want        playback.Verdict
	}{
		"a fraction moved": {time.Minute + 900*time.Millisecond, time.Minute, playback.Same},
		"Plex moved":       {2 * time.Minute, time.Minute + 500*time.Millisecond, playback.Send},
		"Plex finished":    {0, time.Minute, playback.Send},
		"Stash moved":      {time.Minute, 2 * time.Minute, playback.Same},
		"both moved":       {3 * time.Minute, 2 * time.Minute, playback.Conflict},
	} {
		if got := playback.MergeResume(base, c.plex, c.stash); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTimeWatchedIsNeverMoreThanTimePassed(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	for name, c := range map[string]struct {
		before, now   scene.Viewing
		elapsed, want time.Duration
	}{
		"went on":             {scene.Viewing{Offset: 10 * time.Minute}, scene.Viewing{Offset: 25 * time.Minute}, hour, 15 * time.Minute},
		"jumped ahead":        {scene.Viewing{}, scene.Viewing{Offset: 50 * time.Minute}, 5 * time.Minute, 5 * time.Minute},
		"went back":           {scene.Viewing{Offset: 50 * time.Minute}, scene.Viewing{Offset: 10 * time.Minute}, hour, 0},
		"finished":            {scene.Viewing{Offset: 50 * time.Minute}, scene.Viewing{Views: 1, Length: hour}, hour, 10 * time.Minute},
		"finished and again":  {scene.Viewing{Offset: 50 * time.Minute}, scene.Viewing{Views: 1, Offset: 5 * time.Minute, Length: hour}, hour, 15 * time.Minute},
		"finished twice":      {scene.Viewing{}, scene.Viewing{Views: 2, Length: hour}, 3 * hour, 2 * hour},
		"length is not known": {scene.Viewing{Offset: 50 * time.Minute}, scene.Viewing{Views: 1}, hour, 0},
		"marked as unwatched": {scene.Viewing{Views: 3}, scene.Viewing{}, hour, 0},
		"the first look":      {scene.Viewing{}, scene.Viewing{Views: 9, Offset: 5 * time.Minute}, 0, 0},
	} {
		if got := playback.Gained(c.before, c.now, c.elapsed); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRatingsOfPlexAreReadAsThoseOfStash(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"": 0, "0": 0, "-1": 0, "8": 80, "8.0": 80, "8.5": 85, "0.1": 1, "0.04": 1, "10": 100, "11": 100, "NaN": 0, "Inf": 100, "good": 0,
	} {
		if got := playback.FromPlex(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
		if got := playback.FromPlex("\t" + text + " "); got != want {
			t.Errorf("%q with blanks: %d, want %d", text, got, want)
		}
	}
}

func TestViewersAreTheOwnerOrThoseNamed(t *testing.T) {
	t.Parallel()
	all := []scene.Account{{ID: 0}, {ID: 1, Name: "Ada"}, {ID: 7, Name: "Grace"}, {ID: 9, Name: "7"}}
	for name, c := range map[string]struct {
		names   []string
		ids     []int64
		unknown []string
	}{
		"nobody named":          {nil, []int64{1}, nil},
		"by name, in any case":  {[]string{"GRACE", "ada", "Ada"}, []int64{7, 1}, nil},
		"a name is a number":    {[]string{"7"}, []int64{9}, nil},
		"by number":             {[]string{"1"}, []int64{1}, nil},
		"nobody of that name":   {[]string{"Ada", "Kurt"}, []int64{1}, []string{"Kurt"}},
		"nobody has no account": {[]string{"", "0"}, nil, []string{"", "0"}},
	} {
		if ids, unknown := playback.Viewers(c.names, all); !slices.Equal(ids, c.ids) || !slices.Equal(unknown, c.unknown) {
			t.Errorf("%s: %v, unknown %q", name, ids, unknown)
		}
	}
}

func at(seconds ...int) (out []time.Time) {
	for _, s := range seconds {
		out = append(out, noon.Add(time.Duration(s)*time.Second))
	}
	return out
}

func TestEachPlayOfStashStandsForOneOfPlex(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plex, known, stash []time.Time
		missing            []bool
	}{
		"none there":                       {at(0), nil, nil, []bool{true}},
		"the very one":                     {at(0), nil, at(0), []bool{false}},
		"noted by somebody else":           {at(0), nil, at(40), []bool{false}},
		"another one":                      {at(0), nil, at(61), []bool{true}},
		"one for two":                      {at(0, 30), nil, at(0), []bool{false, true}},
		"the exact one first":              {at(30, 0), nil, at(0), []bool{true, false}},
		"two for two":                      {at(0, 30), nil, at(5, 31), []bool{false, false}},
		"the known one is taken":           {at(30), at(0), at(0), []bool{true}},
		"a known one deleted in Stash":     {at(90), at(0), at(40), []bool{false}},
		"it takes no other's":              {at(2), at(0, 1), at(1), []bool{true}},
		"nor one that is a known one's":    {at(40), at(0, 1), at(1, 40), []bool{false}},
		"the same second, two accounts":    {at(0, 0), nil, at(0), []bool{false, true}},
		"a second is rounding, not a gap":  {at(0), nil, at(1), []bool{false}},
		"a second apart":                   {at(0, 1), nil, at(1), []bool{true, false}},
		"a second apart, and one is known": {at(1), at(0), at(0), []bool{true}},
	} {
		var got []bool
		for _, t := range playback.Found(c.plex, c.known, c.stash) {
			got = append(got, t.IsZero())
		}
		if !slices.Equal(got, c.missing) {
			t.Errorf("%s: %v, want %v", name, got, c.missing)
		}
	}
}

func TestAKnownPlayIsFoundToTheSecondAndOnce(t *testing.T) {
	t.Parallel()
	var none time.Time
	for name, c := range map[string]struct{ known, stash, want []time.Time }{
		"none":                            {nil, at(0), nil},
		"there":                           {at(0), at(0, 100), at(0)},
		"a second off":                    {at(100), at(0, 101), at(101)},
		"not there":                       {at(2), at(0), []time.Time{none}},
		"a neighbour is there":            {at(0, 1), at(1), []time.Time{none, at(1)[0]}},
		"two of one second, one there":    {at(0, 0), at(0), []time.Time{at(0)[0], none}},
		"two of one second, both there":   {at(0, 0), at(0, 0), at(0, 0)},
		"all a second off keep their own": {at(0, 1, 2), at(1, 2, 3), []time.Time{none, at(1)[0], at(2)[0]}},
	} {
		got := playback.Known(c.known, c.stash)
		if !slices.EqualFunc(got, c.want, time.Time.Equal) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Whatever Stash has, writing what is missing makes nothing missing, and no more is written
// than Stash lacks; however near plays lie to each other, and whatever of them is known.
func TestWhatWasWrittenIsNotMissingAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.IntRange(0, 90)
		plex := at(rapid.SliceOfN(second, 0, 8).Draw(t, "plex")...)
		stash := at(rapid.SliceOfN(second, 0, 8).Draw(t, "stash")...)
		before := slices.Clone(stash)
		var known []time.Time
		n := 0
		for i, at := range playback.Found(plex, nil, stash) {
			if at.IsZero() {
				at = plex[i]
				stash = append(stash, at)
				n++
			}
			known = append(known, at)
		}
		if !slices.Equal(before, stash[:len(before)]) {
			t.Fatal("Stash's own plays were changed")
		}
		if n < len(plex)-len(before) {
			t.Fatalf("%d of %d written beside %d", n, len(plex), len(before))
		}
		if slices.ContainsFunc(playback.Found(plex, nil, stash), time.Time.IsZero) {
			t.Fatal("something is missing again")
		}
		if !slices.Equal(playback.Known(known, stash), known) {
			t.Fatal("what is known is not found")
		}
		if more := playback.Found(plex[:min(1, len(plex))], known, stash); len(more) > 0 && !more[0].IsZero() && len(stash) == len(known) {
			t.Fatal("a play that stands for another is taken")
		}
	})
}

func TestTheBrakeCountsADay(t *testing.T) {
	t.Parallel()
	s, pass := playback.Spent{}.Admit(playback.Play, 30, 50, noon)
	if !pass {
		t.Fatal("30 of 50 are held")
	}
	if _, pass := s.Admit(playback.Play, 21, 50, noon.Add(time.Hour)); pass {
		t.Error("51 in a day pass")
	}
	if next, pass := s.Admit(playback.Play, 20, 50, noon.Add(time.Hour)); !pass || len(next.List) != 2 {
		t.Errorf("50 in a day are held: %+v", next)
	}
	if _, pass := s.Admit(playback.Rating, 50, 50, noon); !pass {
		t.Error("another kind counts")
	}
	if next, pass := s.Admit(playback.Play, 50, 50, noon.Add(24*time.Hour)); !pass || len(next.List) != 1 {
		t.Errorf("what is a day old counts: %+v", next)
	}
	if next, pass := s.Admit(playback.Play, 50, 50, noon.Add(-time.Hour)); !pass || len(next.List) != 1 {
		t.Errorf("what a wrong clock stamped counts: %+v", next)
	}
}

func TestEachKindIsSwitchedOnAlone(t *testing.T) {
	t.Parallel()
	for want, on := range map[playback.Kind]func(*config.Settings){
		playback.Play:   func(s *config.Settings) { s.ActivityPlays = true },
		playback.Resume: func(s *config.Settings) { s.ActivityResume = true },
		playback.Rating: func(s *config.Settings) { s.ActivityRatings = true },
	} {
		s := config.Defaults()
		on(&s)
		if got := playback.On(s); !slices.Equal(got, []playback.Kind{want}) {
			t.Errorf("%v, want %s alone", got, want)
		}
	}
}

func TestAResumePointIsTheSameWithinASecond(t *testing.T) {
	t.Parallel()
	for apart, want := range map[time.Duration]bool{0: true, 999 * time.Millisecond: true, time.Second: false, time.Hour: false} {
		if a, b := playback.Close(time.Minute, time.Minute+apart), playback.Close(time.Minute+apart, time.Minute); a != want || b != want {
			t.Errorf("%v apart: %v and %v", apart, a, b)
		}
	}
	both := playback.Point{Plex: time.Minute, Stash: 2 * time.Minute} // a conflict that was settled
	if got := playback.MergeResume(both, time.Minute, 2*time.Minute); got != playback.Same {
		t.Errorf("settled: %v", got)
	}
}

func TestAClockThatWasSetBackMakesNoTimeWatched(t *testing.T) {
	t.Parallel()
	finished := scene.Viewing{Views: 2, Offset: time.Minute, Length: time.Hour}
	if got := playback.Gained(scene.Viewing{}, finished, -time.Hour); got != 0 {
		t.Errorf("%v", got)
	}
	// What Plex calls the length may be shorter than where the film was left.
	if got := playback.Gained(scene.Viewing{Offset: 50 * time.Minute}, scene.Viewing{Views: 1, Length: 40 * time.Minute}, time.Hour); got != 0 {
		t.Errorf("%v of a film that was at its end", got)
	}
}

func TestRatingsAreReadToTheNearest(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"7.54": 75, "7.56": 76, "9.97": 100, "0.14": 1, "0.16": 2, "-Inf": 0, "8,5": 0} {
		if got := playback.FromPlex(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// What is written to Stash comes back from Plex's next answer as it went.
func TestEveryRatingOfStashIsReadBackFromPlex(t *testing.T) {
	t.Parallel()
	for rating := range 101 {
		if got := playback.FromPlex(strconv.FormatFloat(float64(rating)/10, 'f', -1, 64)); got != rating {
			t.Errorf("%d is read as %d", rating, got)
		}
	}
}

func TestWhatTheBrakeHoldsIsNotCounted(t *testing.T) {
	t.Parallel()
	before, _ := playback.Spent{}.Admit(playback.Play, 40, 50, noon)
	kept := slices.Clone(before.List)
	for range 3 {
		after, pass := before.Admit(playback.Play, 11, 50, noon.Add(time.Hour))
		if pass || !slices.Equal(after.List, kept) {
			t.Fatalf("passes %v, spent %+v", pass, after)
		}
	}
	if after, pass := before.Admit(playback.Play, 0, 50, noon.Add(time.Hour)); !pass || !slices.Equal(after.List, kept) {
		t.Errorf("nothing at all passes %v, spent %+v", pass, after)
	}
	after, pass := before.Admit(playback.Resume, 1, 50, noon.Add(25*time.Hour))
	if want := []playback.Portion{{Kind: playback.Resume, At: noon.Add(25 * time.Hour), N: 1}}; !pass || !slices.Equal(after.List, want) || !slices.Equal(before.List, kept) {
		t.Errorf("passes %v, spent %+v of %+v", pass, after, before)
	}
}

// As many plays as can be have one of Stash's, whatever the order in which they are given.
func TestAsManyPlaysAsCanBeAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ plex, known, stash, want []time.Time }{
		"each its own":                      {at(0, 100), nil, at(55, 20), at(20, 55)},
		"the later one leaves the nearer":   {at(30, 0), nil, at(20, 80), at(80, 20)},
		"what is known stands for itself":   {at(60), at(0), at(1, 60), at(60)},
		"two seconds off is not what is":    {at(60), at(0), at(2), at(2)},
		"nothing is asked for":              {nil, at(0), at(0), nil},
		"a minute, and no second more":      {at(0), nil, at(60), at(60)},
		"those that have one have it later": {at(0, 1, 0), nil, at(3, 61, 0), at(0, 61, 3)},
		"a second apart, each has its own":  {at(1, 0), nil, at(0, 1), at(1, 0)},
	} {
		if got := playback.Found(c.plex, c.known, c.stash); !slices.EqualFunc(got, c.want, time.Time.Equal) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
