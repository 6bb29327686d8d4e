package plan

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// A write is one against somebody who changed an item back when Lockstep was seen to have
// written this very value, and Plex holds something that is not Lockstep's.
func TestWhatCountsAsChangedBack(t *testing.T) {
	t.Parallel()
	hash := func(v string) scene.Hash { return valueHash(scene.FieldStudio, v) }
	list := func(names ...string) scene.Hash { return listHash(setOf(names)) }
	for name, tt := range map[string]struct {
		scalar, list, image FieldMemory
		want                bool
	}{
		"changed back":           {FieldMemory{Sent: hash("Ours"), At: 1}, FieldMemory{Sent: list("ours"), At: 1}, FieldMemory{Sent: "ours", At: 1, Thumb: "/old"}, true},
		"adopted, never written": {FieldMemory{Sent: hash("Ours")}, FieldMemory{Sent: list("ours")}, FieldMemory{Sent: "ours", Thumb: "/old"}, false},
		"another value was sent": {FieldMemory{Sent: hash("Former"), At: 1}, FieldMemory{Sent: list("former"), At: 1}, FieldMemory{Sent: "former", At: 1, Thumb: "/old"}, false},
		"what is there is ours":  {FieldMemory{Sent: hash("Ours"), Back: hash("Theirs"), At: 1}, FieldMemory{Sent: list("ours"), Back: list("theirs"), At: 1}, FieldMemory{Sent: "ours", Back: "theirs", At: 1}, false},
	} {
		it := scene.Item{Detailed: true, Studio: "Theirs", Tags: []string{"theirs"}, Thumb: "/now", Locked: map[string]bool{}}
		v := view{item: it, field: scene.FieldStudio, policy: config.Mirror, mem: tt.scalar}
		if d := v.scalar("Ours", true); !d.Changes() || d.reverted != tt.want {
			t.Errorf("%s, a value: %+v", name, d)
		}
		v = view{item: it, field: scene.FieldTags, policy: config.Mirror, mem: tt.list}
		if d := v.list([]string{"ours"}, true); !d.Changes() || d.reverted != tt.want {
			t.Errorf("%s, a list: %+v", name, d)
		}
		v = view{item: it, field: scene.FieldPoster, policy: config.Mirror, mem: tt.image}
		if d := v.image(Image{SHA1: "ours", Listed: true, Selected: "theirs"}, true); !d.Changes() || d.reverted != tt.want {
			t.Errorf("%s, a picture: %+v", name, d)
		}
	}
}

// Why a list is not as Stash has it: what is more in Plex stays, what a person took away is
// not added again.
func TestWhyAListIsNotAsStashHasIt(t *testing.T) {
	t.Parallel()
	arrived := []string{key("a"), key("b")}
	for name, tt := range map[string]struct {
		now, want []string
		kept      []string
		action    Action
		code      skip.Code
		why       bool
	}{
		"as wanted":           {[]string{"a", "b"}, []string{"a", "b"}, nil, Adopt, "", false},
		"one more in Plex":    {[]string{"a", "b", "x"}, []string{"a", "b"}, []string{"x"}, Adopt, "", true},
		"one removed in Plex": {[]string{"a"}, []string{"a", "b"}, []string{"b"}, Keep, skip.PlexEditKept, true},
		"both":                {[]string{"a", "x"}, []string{"a", "b"}, []string{"x", "b"}, Keep, skip.PlexEditKept, true},
		"one gained in Stash": {[]string{"a", "b"}, []string{"a", "b", "c"}, nil, Write, "", false},
	} {
		v := view{
			item: scene.Item{Detailed: true, Tags: tt.now, Locked: map[string]bool{"genre": true}}, field: scene.FieldTags, policy: config.Merge,
			mem: FieldMemory{Sent: listHash(setOf([]string{"a", "b"})), Elements: arrived},
		}
		d := v.list(tt.want, true)
		if d.Action != tt.action || d.Code != tt.code || !slices.Equal(d.Kept, tt.kept) || (!d.Why.IsZero()) != tt.why {
			t.Errorf("%s: %+v", name, d)
		}
	}
	v := view{item: scene.Item{Detailed: true, Tags: []string{"x"}}, field: scene.FieldTags, policy: config.Fill}
	if d := v.list([]string{"a"}, true); d.Changes() || d.Code != skip.PolicyFill {
		t.Errorf("a list that is filled only when empty: %+v", d)
	}
	v.item.Tags, v.item.Locked = nil, map[string]bool{"genre": true}
	if d := v.list([]string{"a"}, true); !d.Changes() {
		t.Errorf("an empty one: %+v", d)
	}
}

// An edit names its item and carries lists only when it changes one: then those that are
// not locked go with it, as they are.
func TestWhatAnEditCarries(t *testing.T) {
	t.Parallel()
	it := scene.Item{
		RatingKey: "7", Section: "2", Detailed: true, Title: "Fog", Tags: []string{"a"}, Performers: []string{"Ann"}, Collections: []string{"West"},
		Locked: map[string]bool{"actor": true}, Tagline: "A tagline", Files: []string{"/fog.mkv"},
	}
	set := config.Defaults()
	for _, f := range []scene.Field{scene.FieldPerformers, scene.FieldCollections, scene.FieldPoster} {
		set.Fields[f] = config.Off
	}
	p := Make(it, Wanted{Scalars: map[scene.Field]string{scene.FieldSummary: "Ships."}}, Memory{}, set)
	if p.Edit.RatingKey != "7" || p.Edit.Section != "2" || len(p.Edit.Lists) != 0 || p.Edit.Scalars["summary"] != "Ships." || p.Edit.Scalars["tagline"] != "A tagline" {
		t.Errorf("a summary: %+v", p.Edit)
	}
	if _, sent := p.Edit.Scalars["originalTitle"]; sent {
		t.Errorf("an empty value is carried: %+v", p.Edit.Scalars)
	}
	p = Make(it, Wanted{Lists: map[scene.Field][]string{scene.FieldTags: {"a", "b"}}}, Memory{}, set)
	lists := p.Edit.Lists
	if len(lists) != 2 || !slices.Equal(lists["genre"].Want, []string{"a", "b"}) || !slices.Equal(lists["collection"].Want, []string{"West"}) || p.Edit.Locks["collection"] {
		t.Errorf("a tag: %+v, %+v", lists, p.Edit.Locks)
	}
}

// An edit without scalars, lists or locks is none, and a refusal tells its cause.
func TestAnEditOfNothing(t *testing.T) {
	t.Parallel()
	for i, e := range []Edit{
		{Scalars: map[string]string{"title": ""}}, {Lists: map[string]ListEdit{"genre": {}}}, {Locks: map[string]bool{"title": false}},
	} {
		if e.Empty() {
			t.Errorf("%d: %+v is not nothing", i, e)
		}
	}
	if !(Edit{RatingKey: "7", Section: "1"}).Empty() {
		t.Error("an edit that carries nothing is something")
	}
	cause := errors.New("why")
	if r := (&Refused{Fields: []string{"title"}, Err: cause}); !errors.Is(r, cause) || r.Error() != "why" {
		t.Errorf("%v", r)
	}
}

// A value too long for a request is guarded: its lock, set so that the edit does not reset
// it, is not a person's. Nothing else is.
func TestOnlyATooLongValueIsGuarded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", maxEncoded)
	for name, tt := range map[string]struct {
		summary string
		locked  bool
		want    Wanted
		guarded bool
	}{
		"too long":              {long, false, Wanted{Scalars: map[scene.Field]string{scene.FieldStudio: "West"}}, true},
		"short enough":          {"Ships.", false, Wanted{Scalars: map[scene.Field]string{scene.FieldStudio: "West"}}, false},
		"locked by a person":    {long, true, Wanted{Scalars: map[scene.Field]string{scene.FieldStudio: "West"}}, false},
		"to be written itself":  {long, false, Wanted{Scalars: map[scene.Field]string{scene.FieldStudio: "West", scene.FieldSummary: "New."}}, false},
		"nothing is written":    {long, false, Wanted{}, false},
		"as Stash has it":       {long, false, Wanted{Scalars: map[scene.Field]string{scene.FieldStudio: "West", scene.FieldSummary: long}}, false},
		"a list is written too": {long, false, Wanted{Lists: map[scene.Field][]string{scene.FieldTags: {"a"}}}, true},
	} {
		it := scene.Item{Detailed: true, Title: "Fog", Summary: tt.summary, Locked: map[string]bool{"summary": tt.locked}}
		p := Make(it, tt.want, Memory{}, config.Defaults())
		mem := p.Intent(Memory{}, time.Unix(1, 0))
		for f, fm := range mem.Fields {
			if guarded := fm.Guard != ""; guarded != (tt.guarded && f == scene.FieldSummary) {
				t.Errorf("%s: %s is guarded: %v", name, f, guarded)
			}
		}
		if _, known := mem.Fields[scene.FieldSummary]; tt.guarded && !known {
			t.Errorf("%s: nothing is remembered of the summary", name)
		}
	}
}

// Something arrived unseen when it is as wanted by an intent that was never verified, and
// not by what was sent before.
func TestWhatArrivedUnseen(t *testing.T) {
	t.Parallel()
	hash := valueHash(scene.FieldStudio, "West")
	for name, tt := range map[string]struct {
		studio string
		mem    FieldMemory
		want   bool
	}{
		"by the intent":              {"West", FieldMemory{Intent: hash}, true},
		"after another value":        {"West", FieldMemory{Intent: hash, Sent: "x"}, true},
		"as was sent before":         {"West", FieldMemory{Intent: hash, Sent: hash}, false},
		"without an intent":          {"West", FieldMemory{}, false},
		"without one, sent":          {"West", FieldMemory{Sent: hash}, false},
		"by another's intent":        {"West", FieldMemory{Intent: "x"}, false},
		"it is not there":            {"East", FieldMemory{Intent: hash}, false},
		"it is not there, and empty": {"", FieldMemory{Intent: hash}, false},
	} {
		mem := Memory{Fields: map[scene.Field]FieldMemory{scene.FieldStudio: tt.mem}}
		set := config.Defaults()
		p := Make(scene.Item{Detailed: true, Studio: tt.studio, Locked: map[string]bool{"studio": true}}, Wanted{Scalars: map[scene.Field]string{scene.FieldStudio: "West"}}, mem, set)
		if got := p.Arrived(mem); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What Plex holds before a write stays known as Lockstep's only if it is.
func TestAnIntentKeepsWhatIsLocksteps(t *testing.T) {
	t.Parallel()
	sent := listHash(setOf([]string{"a"}))
	for name, tt := range map[string]struct {
		now  []string
		back scene.Hash
	}{
		"ours":     {[]string{"a"}, sent},
		"not ours": {[]string{"x"}, "before"},
	} {
		mem := Memory{Fields: map[scene.Field]FieldMemory{scene.FieldTags: {Sent: sent, Back: "before"}}}
		it := scene.Item{Detailed: true, Tags: tt.now, Locked: map[string]bool{}}
		p := Make(it, Wanted{Lists: map[scene.Field][]string{scene.FieldTags: {"b"}}}, mem, config.Defaults())
		if fm := p.Intent(mem, time.Unix(1, 0)).Fields[scene.FieldTags]; fm.Back != tt.back || fm.Intent != listHash(setOf([]string{"b"})) {
			t.Errorf("%s: %+v", name, fm)
		}
	}
}

// Two memories are the same when every field and every revert is.
func TestWhenTwoMemoriesAreTheSame(t *testing.T) {
	t.Parallel()
	at := time.Unix(100, 0)
	title := Memory{Fields: map[scene.Field]FieldMemory{scene.FieldTitle: {Sent: "a"}}}
	for name, tt := range map[string]struct {
		a, b Memory
		same bool
	}{
		"nothing":                 {Memory{}, Memory{}, true},
		"nothing, made otherwise": {Memory{}, Memory{Fields: map[scene.Field]FieldMemory{}}, true},
		"a field":                 {title, Memory{Fields: maps.Clone(title.Fields)}, true},
		"a field, and nothing":    {title, Memory{}, false},
		"nothing, and a field":    {Memory{}, title, false},
		"another value":           {title, Memory{Fields: map[scene.Field]FieldMemory{scene.FieldTitle: {Sent: "b"}}}, false},
		"a revert":                {Memory{}.NoteRevert(at), Memory{}.NoteRevert(at.In(time.FixedZone("x", 60))), true},
		"another revert":          {Memory{}.NoteRevert(at), Memory{}.NoteRevert(at.Add(1)), false},
		"one more":                {Memory{}.NoteRevert(at), Memory{}.NoteRevert(at).NoteRevert(at), false},
		"reverts, other fields":   {title.NoteRevert(at), Memory{}.NoteRevert(at), false},
	} {
		if tt.a.Equal(tt.b) != tt.same || tt.b.Equal(tt.a) != tt.same {
			t.Errorf("%s: %v", name, !tt.same)
		}
	}
}

// The length of a text in a request: each byte of what is no letter, digit or plain mark
// counts three.
func TestTheLengthOfATextInARequest(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{
		"": 0, "azAZ": 4, "0189": 4, "-_.~": 4, " ": 3, "/": 3, ":": 3, "@": 3, "[": 3, "`": 3, "{": 3, "ä": 6, "\n": 3, "a b": 5, "\x00": 3,
	} {
		if got := encodedLen(s); got != want {
			t.Errorf("%q counts %d, want %d", s, got, want)
		}
	}
}

// What a decision shows of a value that stays: the wanted one beside it where they differ.
func TestAKeptValueIsShownBesideTheWantedOne(t *testing.T) {
	t.Parallel()
	hash := valueHash(scene.FieldStudio, "West")
	for name, tt := range map[string]struct {
		now    string
		wished bool
		mem    FieldMemory
		action Action
		shown  string // as new
	}{
		"kept":             {"Theirs", true, FieldMemory{}, Keep, "West"},
		"in step":          {"West", true, FieldMemory{Sent: hash, Back: hash}, Same, "West"},
		"in step, adopted": {"WEST ", true, FieldMemory{}, Keep, "West"},
		"adopted":          {"West ", true, FieldMemory{}, Adopt, "West "},
		"stored otherwise": {"west!", true, FieldMemory{Sent: hash, Back: valueHash(scene.FieldStudio, "west!"), Differs: 2}, Same, "west!"},
		"not wished for":   {"Theirs", false, FieldMemory{}, Same, "Theirs"},
	} {
		v := view{item: scene.Item{Studio: tt.now, Locked: map[string]bool{"studio": true}}, field: scene.FieldStudio, policy: config.Merge, mem: tt.mem}
		if d := v.scalar("West", tt.wished); d.Action != tt.action || d.Old != tt.now || d.New != tt.shown {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// A title is just the file's name when it is that without its ending, whatever Plex made of
// the signs in it.
func TestATitleThatIsJustAFileName(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		title, file string
		want        bool
	}{
		"its name":            {"Night ferry", "/films/Night.ferry.mkv", true},
		"in another case":     {"night FERRY", "/films/Night_ferry.mkv", true},
		"on Windows":          {"Night ferry", `D:\films\Night ferry.mkv`, true},
		"without ending":      {"Night ferry", "/films/Night ferry", true},
		"a hidden file":       {"nightferry", "/films/.nightferry", true},
		"with its ending":     {"Night ferry mkv", "/films/Night.ferry.mkv", false},
		"another":             {"Night boat", "/films/Night.ferry.mkv", false},
		"a folder's":          {"films", "/films/Night.ferry.mkv", false},
		"no title, and signs": {"", "/films/....mkv", true},
	} {
		v := view{item: scene.Item{Files: []string{"/other.mkv", tt.file}}, field: scene.FieldTitle}
		if v.placeholder(tt.title) != tt.want {
			t.Errorf("%s: %v", name, !tt.want)
		}
		if v.field = scene.FieldStudio; v.placeholder(tt.title) {
			t.Errorf("%s: a studio is no file name", name)
		}
	}
}

// An undo that leaves a list empty clears it; one that only changes the lock clears nothing.
func TestAnUndoThatLeavesAListEmptyClearsIt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		now    []string
		former FormerField
		lock   bool // at present
		action Action
	}{
		"it was empty":          {[]string{"a"}, FormerField{Added: []string{"a"}}, true, Clear},
		"it held something":     {[]string{"a", "b"}, FormerField{List: []string{"b"}, Added: []string{"a"}}, true, Write},
		"only the lock differs": {nil, FormerField{}, true, Write},
		"nothing differs":       {nil, FormerField{}, false, Same},
	} {
		mem := FieldMemory{Sent: listHash(setOf(tt.now)), Back: listHash(setOf(tt.now)), Elements: setOf(tt.former.Added).keys}
		v := view{item: scene.Item{Detailed: true, Tags: tt.now, Locked: map[string]bool{"genre": tt.lock}}, field: scene.FieldTags, mem: mem}
		if d := v.undoList(tt.former, false); d.Action != tt.action {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// The upload that was selected before: as it was seen, else as memory has it while the
// picture's path is the one remembered.
func TestWhichUploadWasSelectedBefore(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		former FormerField
		want   string
	}{
		"as seen":               {FormerField{Text: "seen", Thumb: "/1", Memory: FieldMemory{Sent: "sent", Thumb: "/1"}}, "seen"},
		"as remembered":         {FormerField{Thumb: "/1", Memory: FieldMemory{Sent: "sent", Thumb: "/1"}}, "sent"},
		"another was selected":  {FormerField{Thumb: "/2", Memory: FieldMemory{Sent: "sent", Thumb: "/1"}}, ""},
		"nothing is remembered": {FormerField{Thumb: "/2"}, ""},
	} {
		if got := tt.former.upload(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// Which pictures Plex has to be asked about: locked ones that are wished for and whose
// memory does not vouch for them.
func TestWhichPicturesHaveToBeRead(t *testing.T) {
	t.Parallel()
	locked := scene.Item{Thumb: "/1", Locked: map[string]bool{"thumb": true}}
	wished := map[scene.Field]Image{scene.FieldPoster: {SHA1: "x"}}
	for name, tt := range map[string]struct {
		item   scene.Item
		images map[scene.Field]Image
		mem    FieldMemory
		off    bool
		want   int
	}{
		"locked, and unknown":  {locked, wished, FieldMemory{}, false, 1},
		"remembered":           {locked, wished, FieldMemory{Sent: "x", Thumb: "/1"}, false, 0},
		"remembered otherwise": {locked, wished, FieldMemory{Sent: "x", Thumb: "/2"}, false, 1},
		"a path, but no hash":  {locked, wished, FieldMemory{Thumb: "/1"}, false, 1},
		"not locked":           {scene.Item{Thumb: "/1"}, wished, FieldMemory{}, false, 0},
		"no picture":           {scene.Item{Locked: locked.Locked}, wished, FieldMemory{}, false, 0},
		"not wished for":       {locked, nil, FieldMemory{}, false, 0},
		"unknown in Stash":     {locked, map[scene.Field]Image{scene.FieldPoster: {SHA1: "x", Unknown: true}}, FieldMemory{}, false, 0},
		"none in Stash":        {locked, map[scene.Field]Image{scene.FieldPoster: {}}, FieldMemory{}, false, 0},
		"looked at already":    {locked, map[scene.Field]Image{scene.FieldPoster: {SHA1: "x", Listed: true}}, FieldMemory{}, false, 0},
		"switched off":         {locked, wished, FieldMemory{}, true, 0},
	} {
		set := config.Defaults()
		if tt.off {
			set.Fields[scene.FieldPoster] = config.Off
		}
		got := PicturesToRead(tt.item, Wanted{Images: tt.images}, Memory{Fields: map[scene.Field]FieldMemory{scene.FieldPoster: tt.mem}}, set)
		if len(got) != tt.want || tt.want == 1 && got[0] != scene.FieldPoster {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// What is reported of a field that did not arrive.
func TestAFieldThatDidNotArriveIsReportedAsItIs(t *testing.T) {
	t.Parallel()
	d := Decision{Field: scene.FieldTags, Action: Write, NewList: []string{"a", "b"}}
	got := report(d, scene.Item{Tags: []string{"b", "c"}}, FieldMemory{Differs: 1})
	if got.Action != Write || got.Code != "" || !slices.Equal(got.OldList, []string{"b", "c"}) || !slices.Equal(got.Added, []string{"a"}) || !slices.Equal(got.Removed, []string{"c"}) || got.Why.IsZero() {
		t.Errorf("%+v", got)
	}
	got = report(Decision{Field: scene.FieldStudio, Action: Clear, New: "x"}, scene.Item{Studio: "y"}, FieldMemory{Differs: 2})
	if got.Action != Clear || got.Code != skip.StoredOtherwise || got.Old != "y" || got.New != "x" {
		t.Errorf("%+v", got)
	}
}
