package message

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// in is a catalogue of one text, under the code "x".
func in(text string) *Catalogue { return &Catalogue{texts: map[Code][]piece{"x": pieces(text)}} }

func TestATextIsFilledInByNumberAndKind(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 13, 12, 0, 0, time.UTC)
	for want, c := range map[string]struct {
		text string
		args []Arg
	}{
		"Plex has no library named “History”.": {"Plex has no library named “{1 title}”.", []Arg{Title("History")}},
		"Of 10 only 3.":             {"Of {2 count} only {1 count}.", []Arg{Count(3), Count(10)}},
		"1 field would be written":  {"{1 count field|fields} would be written", []Arg{Count(1)}},
		"0 fields would be written": {"{1 count field|fields} would be written", []Arg{Count(0)}},
		"found them":                {"found {1 plural it|them}", []Arg{Count(2)}},
		"scene 1204":                {"scene {1 number}", []Arg{Number(uint64(1204))}},
		"again in 1m30s":            {"again in {1 span}", []Arg{Span(90 * time.Second)}},
		"done 2026-11-23T13:12:00Z": {"done {1 time}", []Arg{Time(at)}},
		"written on 2026-11-23":     {"written on {1 day}", []Arg{Day(at)}},
		"{1 title} as it is":        {"{1 word} as it is", []Arg{Word("{1 title}")}},
		"/a, /b":                    {"{1 list}", []Arg{List(Path("/a"), Path("/b"))}},
		"Lists %d … …":              {"Lists %d {1 title} {3 path}", nil},
	} {
		if got := in(c.text).Say(New("x", c.args...), plain{}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAMessageWithinAnotherLosesItsFullStop(t *testing.T) {
	t.Parallel()
	c := &Catalogue{texts: map[Code][]piece{
		"outer": pieces("Plex could not be asked: {1 message}."), "inner": pieces("Plex is busy."), "phrase": pieces("check the disk"),
		JoinClauses: pieces("{1 clauses}"), JoinSentences: pieces("{1 sentences}"),
	}}
	inner, phrase := New("inner"), New("phrase")
	for want, m := range map[string]Message{
		"Plex could not be asked: Plex is busy.": New("outer", Of(inner)),
		"Plex is busy; check the disk":           Clauses(inner, None, phrase),
		"Plex is busy. Check the disk.":          Sentences(inner, phrase),
		"Check the disk.":                        Sentences(None, phrase),
		"check the disk":                         Clauses(None, phrase),
		"":                                       Clauses(),
	} {
		if got := c.Say(m, plain{}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A capital is given to words of the catalogue only: a name keeps its own letters.
func TestOnlyWordsOfTheCatalogueGetACapital(t *testing.T) {
	t.Parallel()
	c := &Catalogue{texts: map[Code][]piece{
		"words": pieces("the disk is full"), "name": pieces("{1 title} is gone"), "around": pieces("{1 message}"), "stop": pieces("Done."), "ask": pieces("go on?"),
	}}
	for want, m := range map[string]Message{
		"The disk is full.": New("words"),
		"iPad is gone.":     New("name", Title("iPad")),
		"Done.":             New("around", Of(New("stop"))),
		"Go on?":            New("ask"),
		"":                  None,
	} {
		if got := c.Sentence(m, plain{}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := c.Heading(m, plain{}); got != strings.TrimSuffix(want, ".") {
			t.Errorf("heading %q of %q", got, want)
		}
	}
	if got := c.Sentence(New("around", Of(New("name", Title("iPad")))), plain{}); got != "iPad is gone." {
		t.Errorf("%q", got)
	}
}

func TestAnUnknownCodeIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	if got := New("from.the-future", Title("x")).String(); got != "from.the-future" || Known("from.the-future") || !Known(Stopped) {
		t.Errorf("%q", got)
	}
	if In("fr") != English() || In("de") == English() {
		t.Error("a language without catalogue is English")
	}
}

func anyArg(depth int) *rapid.Generator[Arg] {
	return rapid.Custom(func(t *rapid.T) Arg {
		kinds := kindNames[:len(kindNames)-1]
		if depth == 0 {
			kinds = kinds[:len(kinds)-2]
		}
		a := Arg{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
		switch a.Kind {
		case KindCount, KindNumber, KindSpan:
			a.Number = rapid.Int64().Draw(t, "number")
		case KindTime, KindDay:
			a.Time = time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), 0).UTC()
		case KindMessage:
			m := New(Code(rapid.StringMatching(`[a-z.-]{1,9}`).Draw(t, "code")), rapid.SliceOfN(anyArg(depth-1), 0, 3).Draw(t, "args")...)
			a.Message = &m
		case KindList:
			a.List = rapid.SliceOfN(anyArg(depth-1), 0, 3).Draw(t, "list")
		default:
			a.Text = rapid.String().Draw(t, "text")
		}
		return a
	})
}

func TestWhatIsStoredIsWhatIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := New("code", rapid.SliceOfN(anyArg(2), 0, 4).Draw(t, "args")...)
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var got Message
		if err := json.Unmarshal(data, &got); err != nil || got != m {
			t.Fatalf("%s is read as %+v, %v", data, got, err)
		}
	})
}

func TestWhatIsNoArgumentIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{`{}`, `{"title":"a","path":"b"}`, `{"colour":"red"}`, `{"count":"three"}`, `{"span":"long"}`, `[]`} {
		var a Arg
		if err := json.Unmarshal([]byte(bad), &a); err == nil {
			t.Errorf("%s is read as %+v", bad, a)
		}
	}
}

func TestMapReachesEveryArgumentAndLeavesTheMessage(t *testing.T) {
	t.Parallel()
	m := New("x", Title("a"), List(Path("b"), Of(New("y", Name("c")))), Of(New("z", Address("d"), Count(4))))
	before := New("x", Title("a"), List(Path("b"), Of(New("y", Name("c")))), Of(New("z", Address("d"), Count(4))))
	var seen []Kind
	got := m.Map(func(a Arg) Arg { seen = append(seen, a.Kind); a.Text += "!"; return a })
	want := New("x", Title("a!"), List(Path("b!"), Of(New("y", Name("c!")))), Of(New("z", Address("d!"), Count(4))))
	if got != want || m != before {
		t.Errorf("%+v, want %+v", got, want)
	}
	if !reflect.DeepEqual(seen, []Kind{KindTitle, KindPath, KindName, KindAddress, KindCount}) {
		t.Errorf("seen %v", seen)
	}
}

// nested is a message within a message, so many deep.
func nested(depth int) Message {
	m := New("x", Title("Films"))
	for range depth {
		m = New("x", Of(m))
	}
	return m
}

// A message is stored and sent as often as it stands in a snapshot: what it costs must not
// double with each message it lies in.
func TestWhatAMessageCostsGrowsWithItsLength(t *testing.T) { //nolint:paralleltest // it counts what is allocated
	var back Message
	cost := func(depth int) float64 {
		m := nested(depth)
		return testing.AllocsPerRun(3, func() {
			data, err := json.Marshal(m)
			if err == nil {
				err = json.Unmarshal(data, &back)
			}
			if err != nil || back != m {
				t.Fatalf("%s came back as %s: %v", m.args, back.args, err)
			}
		})
	}
	few, many := cost(6), cost(12)
	if many > 6*few { // four times, where each level reads what lies in it
		t.Errorf("twice as deep costs %.0f allocations instead of %.0f", many, few)
	}
}

// What happens again and again is said one after the other, not one within the other.
func TestWhatIsAddedStandsBesideWhatWasSaid(t *testing.T) {
	t.Parallel()
	one, two, three := New("one", Title("Films")), New("two"), New("three")
	for how, join := range map[Code]func(...Message) Message{JoinClauses: Clauses, JoinSentences: Sentences} {
		if got, want := join(join(one, two), None, three), join(one, two, three); got != want {
			t.Errorf("%s: %s, want %s", how, got.args, want.args)
		}
		if got, want := join(one, join(two, three)), join(one, two, three); got != want {
			t.Errorf("%s: %s, want %s", how, got.args, want.args)
		}
	}
	if got := Sentences(Sentences(one)); got != Sentences(one) {
		t.Errorf("one alone is %s", got.args)
	}
	if got, want := Clauses(Sentences(one, two), three), New(JoinClauses, List(Of(Sentences(one, two)), Of(three))); got != want {
		t.Errorf("%s, want the sentences as one clause", got.args)
	}
}

func TestTheSameIsNotAddedTwice(t *testing.T) {
	t.Parallel()
	one, two, three := New("one", Title("Films")), New("two"), New("three")
	said := None
	for _, more := range []Message{one, None, one, two, Sentences(one, three), one, New("one", Title("Shows"))} {
		said = Also(said, more)
	}
	if want := Sentences(one, two, three, New("one", Title("Shows"))); said != want {
		t.Errorf("%s, want %s", said.args, want.args)
	}
	if got := Also(one, None); got != one {
		t.Errorf("nothing added to it makes it %s %s", got.Code, got.args)
	}
}

// What is read from a file may be no message that this version would make.
func TestABrokenJoinIsOnePart(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{"code":"join.clauses"}`, `{"code":"join.clauses","args":[{"title":"Films"}]}`, `{"code":"join.clauses","args":[{"list":[{"title":"Films"}]}]}`} {
		var m Message
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			t.Fatal(err)
		}
		if got := Parts(m); len(got) != 1 || got[0] != m {
			t.Errorf("%s has the parts %v", data, got)
		}
		if got := Clauses(m, New("x")); len(got.Args()[0].List) != 2 {
			t.Errorf("%s and another make %s", data, got.args)
		}
	}
}
