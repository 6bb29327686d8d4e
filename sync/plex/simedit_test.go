package plex_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/plan"
	"lockstep/sync/plex"
	"lockstep/sync/sim"
)

func TestSimEditsEndAsWanted(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*sim.Quirks){
		"lists are added to": func(*sim.Quirks) {},
		"lists are replaced": func(q *sim.Quirks) { q.ReplaceTags = true },
		"removals last":      func(q *sim.Quirks) { q.RemoveLast = true },
		"resets, locks":      func(q *sim.Quirks) { q.ResetUnlocked, q.ValueLocks = true, true },
		"plus is plus":       func(q *sim.Quirks) { q.PlusIsPlus = true },
		"decoded once":       func(q *sim.Quirks) { q.SingleDecode = true },
		"short lines":        func(q *sim.Quirks) { q.MaxRequestLine = 2100 },
		"short lines, reset": func(q *sim.Quirks) { q.MaxRequestLine, q.ResetUnlocked = 2100, true },
	}
	for name, quirks := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c := world(t, sim.Options{Seed: 9, Scenes: 5})
			w.Plex.SetQuirks(quirks)
			key := w.Plex.RatingKeys("1")[0]
			for i, e := range edits(key, name != "decoded once", strings.HasPrefix(name, "short lines")) {
				if err := c.Edit(context.Background(), e); err != nil {
					t.Fatalf("edit %d: %v", i, err)
				}
				if err := applied(mustItem(t, w, key), e); err != "" {
					t.Errorf("edit %d: %s", i, err)
				}
			}
			if strings.HasPrefix(name, "short lines") {
				onlyLongLines(t, w)
			}
		})
	}
}

// onlyLongLines forgives lines that are long for a server with an unusual limit, which a
// client cannot know before it is told.
func onlyLongLines(t *testing.T, w *sim.World) {
	t.Helper()
	for _, v := range w.Plex.Violations() {
		if !strings.Contains(v, "request line") {
			t.Errorf("the client misbehaved: %s", v)
		}
	}
	w.ResetCounts()
}

// edits are steps in the life of one item.
func edits(key string, commas, long bool) []plan.Edit {
	odd := "Fog & Mist = Rain #1?"
	if commas {
		odd = "Fog, Mist & 100%2C Rain+Hail"
	}
	locks := map[string]bool{"title": true, "summary": true, "studio": false, "originallyAvailableAt": true, "genre": true, "actor": true, "thumb": true}
	list := []plan.Edit{
		{
			Scalars: map[string]string{"title": "Tidal Pools at Dawn", "summary": "Low water + wind.\nÅland 海", "studio": "Shoreline", "originallyAvailableAt": "2019-05-02"},
			Lists:   map[string]plan.ListEdit{"genre": {Want: []string{"Sea", odd, "Night Trains", "Draft"}}, "actor": {Want: []string{"Ada Reed", "Bo Lindqvist"}}},
			Locks:   locks,
		},
		{
			Scalars: map[string]string{"title": "Tidal Pools", "studio": "Shoreline", "summary": "", "originallyAvailableAt": "", "userRating": "8"},
			Lists:   map[string]plan.ListEdit{"genre": {Want: []string{"Sea", "Coast"}, Remove: []string{odd, "Draft", "Night Trains"}}, "actor": {Remove: []string{"Ada Reed", "Bo Lindqvist"}}},
			Locks:   map[string]bool{"title": true, "summary": true, "studio": false, "originallyAvailableAt": true, "userRating": true, "genre": true, "actor": true, "thumb": false},
		},
	}
	if long {
		var many []string
		for i := range 90 {
			many = append(many, "Harbour "+strings.Repeat(string(rune('A'+i%26)), 20+i))
		}
		list = append(list, plan.Edit{
			Scalars: map[string]string{"title": "Tidal Pools", "studio": "Shoreline", "summary": strings.Repeat("Low water. ", 60)},
			Lists:   map[string]plan.ListEdit{"genre": {Want: many, Remove: []string{"Sea", "Coast"}}, "actor": {Want: []string{"Ada Reed"}}},
			Locks:   map[string]bool{"title": true, "studio": false, "summary": true, "genre": true, "actor": true},
		})
	}
	for i := range list {
		list[i].RatingKey, list[i].Section = key, "1"
	}
	return list
}

// applied tells what of an edit the server does not hold.
func applied(it sim.Item, e plan.Edit) string {
	for name, value := range e.Scalars {
		if it.Fields[name] != value {
			return name + " is " + it.Fields[name] + " instead of " + value
		}
	}
	for name, l := range e.Lists {
		got, want := slices.Sorted(slices.Values(it.Tags[name])), slices.Sorted(slices.Values(l.Want))
		if !slices.Equal(got, want) {
			return name + " is " + strings.Join(got, "|") + " instead of " + strings.Join(want, "|")
		}
	}
	for name, on := range e.Locks {
		if it.Locked[name] != on {
			return "the lock of " + name + " is wrong"
		}
	}
	return ""
}

func TestSimOneRequestPerEdit(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 9, Scenes: 5})
	key := w.Plex.RatingKeys("1")[0]
	w.ResetCounts()
	if err := c.Edit(context.Background(), edits(key, true, false)[0]); err != nil {
		t.Fatal(err)
	}
	if got := w.Plex.Counts(); got["edit"] != 1 || w.Plex.Total() != 1 {
		t.Errorf("got %v, want one edit", got)
	}
}

func TestSimADateThatCannotBeClearedIsRejectedAfterTheRest(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 9, Scenes: 5})
	key := w.Plex.RatingKeys("1")[0]
	list := edits(key, true, false)
	if err := c.Edit(context.Background(), list[0]); err != nil {
		t.Fatal(err)
	}
	w.Plex.SetQuirks(func(q *sim.Quirks) { q.RejectEmptyDate = true })
	err := c.Edit(context.Background(), list[1])
	wantClass(t, err, fault.Rejected)
	wantRefused(t, err, "originallyAvailableAt")
	if it := mustItem(t, w, key); it.Fields["title"] != "Tidal Pools" || it.Fields["originallyAvailableAt"] != "2019-05-02" {
		t.Errorf("got %v, want all but the date", it.Fields)
	}
}

func wantRefused(t *testing.T, err error, fields ...string) {
	t.Helper()
	var r *plan.Refused
	if !errors.As(err, &r) || !slices.Equal(r.Fields, fields) {
		t.Errorf("got %v, want %v refused", err, fields)
	}
}

// TestSimOnlyTheRefusedValuesAreLeftOut: everything else of the edit arrives, within some
// dozen requests, whichever values Plex does not take.
func TestSimOnlyTheRefusedValuesAreLeftOut(t *testing.T) {
	t.Parallel()
	genres := []string{"Sea", "Bad tag", "Fog", "Night", "Ships", "Harbour", "Rain"}
	full := func(key string) plan.Edit {
		return plan.Edit{
			RatingKey: key, Section: "1",
			Scalars: map[string]string{"title": "Tidal Pools", "studio": "North Quay", "summary": "Ships.", "originallyAvailableAt": "2019-05-02", "tagline": "a line"},
			Lists:   map[string]plan.ListEdit{"genre": {Want: genres}, "actor": {Want: []string{"Ada Keel", "Ben Mast"}}},
			Locks:   map[string]bool{"title": true, "studio": true, "summary": true, "originallyAvailableAt": false, "tagline": false, "genre": true, "actor": false, "thumb": true},
		}
	}
	for name, bad := range map[string]map[string]string{
		"a date":              {"originallyAvailableAt": "2019-05-02"},
		"a title":             {"title": "Tidal Pools"},
		"a text":              {"summary": "Ships."},
		"a tag":               {"genre": "Bad tag"},
		"an actor and a text": {"actor": "Ada Keel", "summary": "Ships."},
		"one of each kind":    {"studio": "North Quay", "genre": "Rain", "actor": "Ben Mast"},
	} {
		for _, resets := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, resets %v", name, resets), func(t *testing.T) {
				t.Parallel()
				w, _ := world(t, sim.Options{Seed: 9, Scenes: 5})
				held := budget.New(time.Now, func() float64 { return 0 })
				c := plex.New(plex.Options{URL: w.Plex.URL(), Token: func() string { return canary }, ClientID: "0b9c", Budget: held})
				t.Cleanup(c.Close)
				w.Plex.SetQuirks(func(q *sim.Quirks) {
					q.ResetUnlocked = resets
					q.Refuses = func(field, value string) bool { return value != "" && bad[field] == value }
				})
				key := w.Plex.RatingKeys("1")[0]
				w.ResetCounts()
				err := c.Edit(context.Background(), full(key))
				wantRefused(t, err, slices.Sorted(maps.Keys(bad))...)
				for _, v := range bad {
					if v != "" && !strings.Contains(fault.Of(err).Message.String(), v) {
						t.Errorf("%q does not name %q", fault.Of(err).Message, v)
					}
				}
				checkAllBut(t, mustItem(t, w, key), full(key), bad)
				if n := w.Plex.Counts()["edit"]; n > 40 {
					t.Errorf("%d requests", n)
				}
				if held.Fails(budget.Edit) {
					t.Error("the server is held to blame")
				}
			})
		}
	}
}

func checkAllBut(t *testing.T, it sim.Item, e plan.Edit, bad map[string]string) {
	t.Helper()
	for name, want := range e.Scalars {
		if bad[name] == "" && (it.Fields[name] != want || it.Locked[name] != e.Locks[name]) {
			t.Errorf("%s is %q, locked %v", name, it.Fields[name], it.Locked[name])
		}
	}
	for name, list := range e.Lists {
		want := slices.DeleteFunc(slices.Clone(list.Want), func(n string) bool { return n == bad[name] })
		if got := it.Tags[name]; !slices.Equal(got, want) || it.Locked[name] != e.Locks[name] {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !it.Locked["thumb"] {
		t.Error("the poster's lock is missing")
	}
}

func TestSimAnItemThatTakesNothingIsToldFromAValueInFewRequests(t *testing.T) {
	t.Parallel()
	w, c := world(t, sim.Options{Seed: 9, Scenes: 5})
	key := w.Plex.RatingKeys("1")[0]
	w.Plex.Inject(sim.Fault{Effect: sim.Status, Status: 500, Match: sim.Writes()})
	w.ResetCounts()
	err := c.Edit(context.Background(), edits(key, true, false)[0])
	wantClass(t, err, fault.Temporary)
	var r *plan.Refused
	if errors.As(err, &r) || w.Plex.Counts()["edit"] > 3 {
		t.Errorf("%v after %v", err, w.Plex.Counts())
	}
}
