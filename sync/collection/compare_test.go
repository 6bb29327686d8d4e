package collection_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"lockstep/sync/collection"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func TestWhetherAnythingIsWantedOfCollections(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		collections, look config.Policy
		source            []string
		want              bool
	}{
		"as installed":               {config.Off, config.Off, nil, false},
		"collections without a look": {config.Merge, config.Off, nil, false},
		"an older file without one":  {config.Merge, "", nil, false},
		"a look without collections": {config.Off, config.Merge, nil, false},
		"both":                       {config.Merge, config.Merge, nil, true},
		"filled only":                {config.Fill, config.Fill, nil, true},
		"of performers":              {config.Merge, config.Merge, []string{"{performer}"}, false},
		"of groups":                  {config.Merge, config.Merge, []string{"{performer}", "{group}"}, true},
	} {
		s := config.Defaults()
		s.Fields[scene.FieldCollections], s.CollectionLook = c.collections, c.look
		if c.source != nil {
			s.Sources = map[scene.Field][]string{scene.FieldCollections: c.source}
		}
		if got := collection.Wanted(s); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Only collections whose title is made of a studio or group of Stash are compared; the rest is
// nobody's concern and not even read.
func TestOnlyCollectionsAboutASubjectAreCompared(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", nil)
	d.studio(2, "Coast", "", nil)
	d.group(3, "Night Boats", nil)
	d.has("10", "1", "sea films") // whatever the case
	d.has("11", "2", "Sea Films")
	d.has("12", "1", "Group: Night Boats")
	d.has("13", "1", "Night Boats") // of somebody else
	d.has("14", "1", "My favourites")
	d.has("15", "3", "Sea Films") // in a library that is not chosen
	var got []string
	for _, c := range d.compare() {
		got = append(got, fmt.Sprint(c.Library, " ", c.Title, " ", c.Subject.Kind, " ", c.Subject.ID))
	}
	want := []string{"Archive Sea Films studio 1", "Films Group: Night Boats group 3", "Films sea films studio 1"}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	slices.Sort(d.plex.reads)
	if !slices.Equal(d.plex.reads, []string{"10", "11", "12"}) || !slices.Equal(d.plex.listed, []string{"1", "2"}) {
		t.Errorf("read %q, listed %q", d.plex.reads, d.plex.listed)
	}
}

// They come in the order of libraries and titles, however Plex lists them.
func TestTheOrderIsThatOfLibrariesAndTitles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 20 {
		name := fmt.Sprintf("Studio %02d", 20-i)
		d.studio(i+1, name, "", nil)
		d.has(fmt.Sprint(10+i), fmt.Sprint(1+i%2), name)
	}
	first := d.compare()
	order := []string{}
	for _, c := range first {
		order = append(order, c.Library+" "+c.Title)
	}
	if !slices.IsSorted(order) || len(order) != 20 {
		t.Errorf("in the order %q", order)
	}
	for range 5 {
		if again := d.compare(); !slices.EqualFunc(first, again, func(a, b *collection.Comparison) bool { return a.RatingKey == b.RatingKey }) {
			t.Fatal("another order the next time")
		}
	}
}

func TestWhatIsLeftAloneAsAWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i, name := range []string{"Smart", "Twice", "Renamed", "Gone", "Plain"} {
		d.studio(i+1, name, "About "+name, nil)
		d.has(fmt.Sprint(10+i), "1", name)
	}
	d.studio(9, "Twice", "Another one", nil)
	d.plex.smart["10"] = true
	d.plex.On = func(request string) { // between the list and the reading
		if it := d.plex.Has["12"]; it.Title == "Renamed" {
			it.Title = "A person's title"
			d.plex.Has["12"] = it
			delete(d.plex.Has, "13")
		}
	}
	list := d.compare()
	for key, want := range map[string]message.Code{
		"10": message.CollectionSmart, "11": message.CollectionSeveral, "12": message.CollectionGone, "13": message.CollectionGone, "14": "",
	} {
		c := of(t, list, key)
		if want != "" && !c.Left.Is(want) || want == "" && !c.Left.IsZero() || c.Open() != (want == "") || c.Changes() != (want == "") {
			t.Errorf("%s: left because %q, open %v, changes %v", c.Title, c.Left, c.Open(), c.Changes())
		}
	}
	if slices.Contains(d.plex.reads, "10") || slices.Contains(d.plex.reads, "11") {
		t.Errorf("read %q", d.plex.reads)
	}
}

// A group is asked for only where a source names groups, a studio likewise; with neither nothing is.
func TestOnlyWhatASourceNamesIsAskedFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source []string
		want   []string
	}{
		"studios":   {[]string{"{studio}"}, []string{"studios"}},
		"networks":  {[]string{"Network: {network}"}, []string{"studios"}},
		"groups":    {[]string{"{group}"}, []string{"groups"}},
		"both":      {[]string{"{group}", "{parent_studio}"}, []string{"groups", "studios"}},
		"both in a": {[]string{"{group} of {studio}"}, nil},
		"neither":   {[]string{"{performer}", "Always"}, nil},
	} {
		d := newDesk(t)
		d.Settings.Sources = map[scene.Field][]string{scene.FieldCollections: c.source}
		d.studio(1, "Sea Films", "", nil)
		d.group(1, "Sea Films", nil)
		d.compare()
		slices.Sort(d.stash.asked)
		if !slices.Equal(d.stash.asked, c.want) || len(c.want) == 0 && len(d.plex.listed) > 0 {
			t.Errorf("%s: asked Stash for %q and Plex for %q", name, d.stash.asked, d.plex.listed)
		}
	}
}

// One studio in several places, as a parent and as itself, is one subject of each title.
func TestAStudioIsAboutEachOfItsTitles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Settings.Sources = map[scene.Field][]string{scene.FieldCollections: {"Site: {studio}", "Studio: {parent_studio}", "Network: {network}", "{studio}"}}
	d.studio(1, "Sea Films", "About the sea.", nil)
	for i, title := range []string{"Site: Sea Films", "Studio: Sea Films", "Network: Sea Films", "Sea Films"} {
		d.has(fmt.Sprint(10+i), "1", title)
	}
	list := d.compare()
	for _, c := range list {
		if !c.Changes() || c.Subject.ID != "1" {
			t.Errorf("%s: left %q", c.Title, c.Left)
		}
	}
	if len(list) != 4 {
		t.Errorf("%d collections", len(list))
	}
}

// A library that cannot be listed keeps no other one from being compared. What every further
// question would meet ends the comparison.
func TestALibraryThatCannotBeListed(t *testing.T) {
	t.Parallel()
	for class, c := range map[fault.Class]struct{ one, all bool }{ // whether it ends the comparison
		fault.Temporary: {false, true}, fault.Unreachable: {false, true}, fault.NotFound: {false, true}, fault.Rejected: {false, true}, fault.Busy: {false, true},
		fault.Canceled: {true, true}, fault.Local: {true, true}, fault.Unauthorized: {true, true}, fault.Config: {true, true},
	} {
		d := newDesk(t)
		d.studio(1, "Sea Films", "About the sea.", nil)
		d.has("10", "1", "Sea Films")
		d.has("20", "2", "Sea Films")
		d.plex.badList["1"] = trouble(class)
		list, err := d.deps().Compare(context.Background())
		if (err != nil) != c.one || !c.one && (len(list) != 1 || list[0].RatingKey != "20") {
			t.Errorf("%s of one library: %d collections, %v", class, len(list), err)
		}
		d.plex.badList["2"] = trouble(class)
		if _, err := d.deps().Compare(context.Background()); (err != nil) != c.all || !fault.Is(err, class) {
			t.Errorf("%s of all libraries: %v", class, err)
		}
	}
}

func TestAStashThatFailsEndsTheComparison(t *testing.T) {
	t.Parallel()
	for _, list := range []string{"studios", "groups"} {
		d := newDesk(t)
		d.studio(1, "Sea Films", "", nil)
		d.stash.bad[list] = testkit.Trouble(fault.Unreachable, fault.Stash)
		if got, err := d.deps().Compare(context.Background()); !fault.Is(err, fault.Unreachable) || got != nil || len(d.plex.listed) > 0 {
			t.Errorf("%s: %v, %v", list, got, err)
		}
	}
}

// One collection that cannot be read is its own fault and nobody else's.
func TestACollectionThatCannotBeReadStopsNoOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 9 {
		name := fmt.Sprint("Studio ", i)
		d.studio(i+1, name, "About it.", nil)
		d.has(fmt.Sprint(10+i), "1", name)
	}
	d.plex.Spoil(trouble(fault.Temporary), "items", "14")
	list := d.compare()
	for _, c := range list {
		if bad := c.RatingKey == "14"; (c.Fault != nil) != bad || c.Changes() == bad {
			t.Errorf("%s: fault %v, changes %v", c.RatingKey, c.Fault, c.Changes())
		}
	}
	if out := d.writes(); out != (collection.Outcome{Written: 8, Failed: 1}) {
		t.Errorf("%+v", out)
	}
	d.plex.Mend()
	if out := d.writes(); out != (collection.Outcome{Written: 1, InStep: 8}) {
		t.Errorf("mended: %+v", out)
	}
}

// What was written under a rating key counts only while the collection has the same title: after
// Plex's database was restored the key may be another one's. A film's memory is none of it.
func TestWhatIsRememberedGoesByTitle(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "About the sea.", nil)
	d.studio(2, "Coast", "About the coast.", nil)
	d.has("10", "1", "Sea Films")
	d.writes()
	if c := of(t, d.compare(), "10"); !c.State.Memory.Known(scene.FieldSummary) {
		t.Fatal("nothing is remembered")
	}
	it := d.plex.Has["10"]
	it.Title = "Coast" // the same key, another collection, and a summary of whoever
	d.plex.Has["10"] = it
	c := of(t, d.compare(), "10")
	if c.State.Memory.Known(scene.FieldSummary) || decision(t, c, scene.FieldSummary).Action != plan.Keep {
		t.Errorf("%+v", decision(t, c, scene.FieldSummary))
	}
	d.Update(t, func(tx store.Tx) error {
		return tx.PutItemState(testkit.Key("10"), store.ItemState{Scene: 7, Path: "collection:x", Memory: plan.Memory{Fields: map[scene.Field]plan.FieldMemory{scene.FieldSummary: {Sent: "x"}}}})
	})
	if c := of(t, d.compare(), "10"); c.State.Memory.Known(scene.FieldSummary) || c.State.Scene != 0 {
		t.Errorf("a film's memory: %+v", c.State)
	}
}

// Whose the shown picture is, Plex's list of pictures tells where nothing remembered does. Without
// the list the picture stays.
func TestAPictureOfWhomeverStays(t *testing.T) {
	t.Parallel()
	mine, theirs := testkit.Logo(1), testkit.Logo(200)
	for name, c := range map[string]struct {
		offers []scene.Picture // of a collection that shows one
		bad    error
		want   plan.Action
		fault  bool
		asked  int
	}{
		"somebody else's":       {[]scene.Picture{{Key: "upload://x", SHA1: testkit.SHA(theirs), Selected: true}}, nil, plan.Keep, false, 1},
		"one that is no upload": {[]scene.Picture{{Key: "metadata://x", Selected: true}}, nil, plan.Keep, false, 1},
		"ours already":          {[]scene.Picture{{Key: "upload://y", SHA1: testkit.SHA(mine), Selected: true}}, nil, plan.Adopt, false, 1},
		"nobody chose one":      {[]scene.Picture{{Key: "upload://x", SHA1: testkit.SHA(theirs)}}, nil, plan.Write, false, 1},
		"the list fails":        {nil, trouble(fault.Temporary), plan.Same, true, 1},
	} {
		d := newDesk(t)
		d.studio(1, "Sea Films", "About the sea.", mine)
		d.has("10", "1", "Sea Films")
		it := d.plex.Has["10"]
		it.Thumb = "/t/1"
		d.plex.Has["10"] = it
		d.plex.Offers[testkit.Slot("10", scene.FieldPoster)] = c.offers
		if c.bad != nil {
			d.plex.Spoil(c.bad, "pictures")
		}
		got := of(t, d.compare(), "10")
		if a := decision(t, got, scene.FieldPoster).Action; a != c.want || (got.Picture != nil) != c.fault || len(d.plex.Asked("pictures")) != c.asked {
			t.Errorf("%s: %q, want %q; fault %v; %d lists", name, a, c.want, got.Picture, len(d.plex.Asked("pictures")))
		}
		if a := decision(t, got, scene.FieldSummary).Action; a != plan.Write {
			t.Errorf("%s: the description %q", name, a)
		}
	}
}

// A stop, or a fault of our own, ends the comparison wherever it is met.
func TestAStopEndsTheComparison(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*desk, error){
		"while collections are read":  func(d *desk, err error) { d.plex.Spoil(err, "items") },
		"while pictures are listed":   func(d *desk, err error) { d.plex.Spoil(err, "pictures") },
		"while a picture is read":     func(d *desk, err error) { d.stash.bad["studio/1"] = err },
		"while libraries are listed":  func(d *desk, err error) { d.plex.badList["1"] = err },
		"while studios are asked for": func(d *desk, err error) { d.stash.bad["studios"] = err },
	} {
		for _, class := range []fault.Class{fault.Canceled, fault.Local} {
			d := newDesk(t)
			d.studio(1, "Sea Films", "", testkit.Logo(1))
			d.has("10", "1", "Sea Films")
			it := d.plex.Has["10"]
			it.Thumb = "/t/1"
			d.plex.Has["10"] = it
			spoil(d, trouble(class))
			if _, err := d.deps().Compare(context.Background()); !fault.Is(err, class) {
				t.Errorf("%s, %s: %v", name, class, err)
			}
		}
	}
}

func TestADiskThatFailsEndsTheComparison(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.studio(1, "Sea Films", "", testkit.Logo(1))
	d.has("10", "1", "Sea Films")
	for _, op := range []string{"Value", "PutValue", "ItemState"} {
		d.store = testkit.Troubled{Store: d.DB, Fails: op, Err: errDisk}
		if _, err := d.deps().Compare(context.Background()); !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", op, err)
		}
	}
}
