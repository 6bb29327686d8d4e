package plex

import (
	"strings"
	"testing"

	"lockstep/sync/plan"
)

func TestEncodeWritesTheExactQuery(t *testing.T) {
	t.Parallel()
	item := func(e plan.Edit) plan.Edit {
		e.RatingKey, e.Section = "55", "3"
		return e
	}
	tests := map[string]struct {
		edit plan.Edit
		want string
	}{
		"scalars in order, each with its lock": {
			item(plan.Edit{Scalars: map[string]string{"title": "New Title", "studio": "Rock & Sand", "summary": ""}, Locks: map[string]bool{"title": true, "studio": false}}),
			"type=1&id=55&studio.value=Rock%20%26%20Sand&studio.locked=0&summary.value=&summary.locked=1&title.value=New%20Title&title.locked=1",
		},
		"plus, equals, hash, percent, line break, other scripts": {
			item(plan.Edit{Scalars: map[string]string{"summary": "1+1=2 #\n50%?é海"}, Locks: map[string]bool{"summary": true}}),
			"type=1&id=55&summary.value=1%2B1%3D2%20%23%0A50%25%3F%C3%A9%E6%B5%B7&summary.locked=1",
		},
		"wanted names with brackets escaped": {
			item(plan.Edit{Lists: map[string]plan.ListEdit{"genre": {Want: []string{"Drama", "Sea, calm", "100%"}}}, Locks: map[string]bool{"genre": true}}),
			"type=1&id=55&genre%5B0%5D.tag.tag=Drama&genre%5B1%5D.tag.tag=Sea%2C%20calm&genre%5B2%5D.tag.tag=100%25&genre.locked=1",
		},
		"removals are encoded twice": {
			item(plan.Edit{Lists: map[string]plan.ListEdit{"genre": {Remove: []string{"Alpha, Beta", "Gamma", "100%"}}}, Locks: map[string]bool{"genre": true}}),
			"type=1&id=55&genre%5B%5D.tag.tag-=Alpha%252C%2520Beta%2CGamma%2C100%2525&genre.locked=1",
		},
		"removals that decoding does not change are encoded once": {
			item(plan.Edit{Lists: map[string]plan.ListEdit{"genre": {Remove: []string{"Night Trains", "Fog & Mist"}}}, Locks: map[string]bool{"genre": true}}),
			"type=1&id=55&genre%5B%5D.tag.tag-=Night%20Trains%2CFog%20%26%20Mist&genre.locked=1",
		},
		"additions and removals together": {
			item(plan.Edit{Lists: map[string]plan.ListEdit{"collection": {Want: []string{"Harbours"}, Remove: []string{"Trains"}}}}),
			"type=1&id=55&collection%5B0%5D.tag.tag=Harbours&collection%5B%5D.tag.tag-=Trains&collection.locked=1",
		},
		"performers are actors": {
			item(plan.Edit{Lists: map[string]plan.ListEdit{"actor": {Want: []string{"Ada Reed", "Bo Lindqvist"}}}, Locks: map[string]bool{"actor": true}}),
			"type=1&id=55&actor%5B0%5D.tag.tag=Ada%20Reed&actor%5B1%5D.tag.tag=Bo%20Lindqvist&actor.locked=1",
		},
		"locks without value, rating and images": {
			item(plan.Edit{Scalars: map[string]string{"userRating": "8"}, Locks: map[string]bool{"userRating": true, "thumb": true, "art": false}}),
			"type=1&id=55&userRating.value=8&userRating.locked=1&art.locked=0&thumb.locked=1",
		},
		"an empty list is a lock only": {
			item(plan.Edit{Lists: map[string]plan.ListEdit{"genre": {}}, Locks: map[string]bool{"genre": true}}),
			"type=1&id=55&genre.locked=1",
		},
		"a wanted name is never removed, whatever its case": {
			item(plan.Edit{Lists: map[string]plan.ListEdit{"genre": {Want: []string{"Sea", ""}, Remove: []string{"SEA", "", "Lake"}}}, Locks: map[string]bool{"genre": true}}),
			"type=1&id=55&genre%5B0%5D.tag.tag=Sea&genre%5B%5D.tag.tag-=Lake&genre.locked=1",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := encode(tc.edit); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestSplitKeepsToTheLimitAndTheOrder(t *testing.T) {
	t.Parallel()
	long := func(prefix string, n int) []string {
		var out []string
		for i := range n {
			out = append(out, prefix+strings.Repeat("x", 60)+string(rune('a'+i%26))+string(rune('a'+i/26)))
		}
		return out
	}
	e := plan.Edit{
		RatingKey: "55", Section: "3",
		Scalars: map[string]string{"title": "Fog", "summary": strings.Repeat("mist ", 100)},
		Lists: map[string]plan.ListEdit{
			"genre": {Want: long("g", 90), Remove: []string{"Old"}},
			"actor": {Want: []string{"Ada Reed"}},
		},
		Locks: map[string]bool{"title": true, "summary": true, "genre": true, "actor": true, "thumb": true},
	}
	parts := split(e, 4000)
	if len(parts) < 3 {
		t.Fatalf("got %d parts, want at least 3", len(parts))
	}
	for i, p := range parts {
		if n := len(encode(p)); n > 4000 {
			t.Errorf("part %d has %d bytes", i, n)
		}
		if p.RatingKey != "55" || p.Section != "3" {
			t.Errorf("part %d is for item %q in %q", i, p.RatingKey, p.Section)
		}
		if i < len(parts)-1 && len(p.Lists["genre"].Remove) > 0 {
			t.Errorf("part %d already removes", i)
		}
		if i > 0 && len(p.Scalars) > 0 {
			t.Errorf("part %d has scalars", i)
		}
	}
	if f := parts[0]; len(f.Scalars) != 2 || len(f.Lists["actor"].Want) != 1 || !f.Locks["thumb"] {
		t.Errorf("the first part lacks scalars, locks or short lists: %s", encode(f))
	}
}

func TestSplitSendsAnEndlessScalarLastAndWhole(t *testing.T) {
	t.Parallel()
	e := plan.Edit{
		RatingKey: "55", Section: "3", Scalars: map[string]string{"title": "Fog", "summary": strings.Repeat("霧", 5000)},
		Lists: map[string]plan.ListEdit{"genre": {Want: []string{"Sea"}}},
	}
	parts := split(e, 7000)
	if len(parts) != 2 || parts[0].Scalars["title"] != "Fog" || len(parts[0].Lists) != 1 || len(parts[1].Scalars) != 1 {
		t.Fatalf("got %d parts, want the rest first and the summary last", len(parts))
	}
}

func TestSplitRepeatsUnlockedScalarsAfterTheLists(t *testing.T) {
	t.Parallel()
	e := plan.Edit{
		RatingKey: "55", Section: "3", Scalars: map[string]string{"title": "Fog", "studio": "Shoreline"},
		Lists: map[string]plan.ListEdit{"genre": {Want: []string{strings.Repeat("a", 90), strings.Repeat("b", 90), strings.Repeat("c", 90)}}},
		Locks: map[string]bool{"title": true, "studio": false},
	}
	parts := split(e, 250)
	last := parts[len(parts)-1]
	if len(last.Lists) != 0 || last.Scalars["studio"] != "Shoreline" || last.Locks["studio"] || len(last.Scalars) != 1 {
		t.Errorf("the last part is %s, want the unlocked studio alone", encode(last))
	}
}
