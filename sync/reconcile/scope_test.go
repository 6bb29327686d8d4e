package reconcile

import (
	"slices"
	"testing"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

var now = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func TestAScopeIsWhatItsTextSays(t *testing.T) {
	t.Parallel()
	sections := []scene.Section{
		{ID: "1", Title: "films ", Locations: []string{"/blank"}}, {ID: "2", Title: "Films", Locations: []string{"/films"}},
		{ID: "3", Title: "Clips", Locations: []string{"/clips", "/more"}}, {ID: "7", Title: "4", Locations: []string{"/four"}}, {ID: "4", Title: "Other", Locations: []string{"/other"}},
	}
	for text, want := range map[config.Scope]scope{
		"":                {whole: true},
		"all":             {whole: true},
		"24h":             {whole: true, since: now.Add(-25 * time.Hour)},
		"7days":           {whole: true, since: now.Add(-7*24*time.Hour - time.Hour)},
		"library:Films":   {folders: []string{"/films"}}, // the exact title, not the first that is like it
		"library:FILMS":   {folders: []string{"/blank"}},
		"library:Clips ":  {folders: []string{"/clips", "/more"}},
		"library:3":       {folders: []string{"/clips", "/more"}},
		"library:4":       {folders: []string{"/four"}}, // a title counts more than an id
		"library:7":       {folders: []string{"/four"}},
		"library: films ": {folders: []string{"/blank"}},
		"scene:12":        {only: 12},
	} {
		got, err := scopeOf(text, sections, now)
		if err != nil || !got.since.Equal(want.since) || got.whole != want.whole || got.only != want.only || !slices.Equal(got.folders, want.folders) {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
		given, err := ParseScope(text, sections, now)
		if wanted := map[bool]string{true: "all", false: string(text)}[text == ""]; err != nil || given != wanted {
			t.Errorf("%q: stored as %q, %v", text, given, err)
		}
	}
	for text, class := range map[config.Scope]fault.Class{
		"library:Nothing": fault.Config, "library:": fault.Config, "scene:x": fault.Rejected, "scene:": fault.Rejected, "scene:0": fault.Rejected, "yesterday": fault.Rejected,
	} {
		if _, err := ParseScope(text, sections, now); !fault.Is(err, class) || fault.Of(err).Hint.IsZero() {
			t.Errorf("%q: %v, want it refused as %s, with advice", text, err, class)
		}
	}
}

// The stamps of Stash only add to what our own record says: a scene is recent when one of
// them is, or cannot be read.
func TestWhatIsRecent(t *testing.T) {
	t.Parallel()
	day, err := scopeOf("24h", nil, now)
	if err != nil {
		t.Fatal(err)
	}
	old, fresh := "2026-03-01T00:00:00Z", "2026-03-08T11:00:00Z"
	long := now.Add(-30 * time.Hour)
	for name, tt := range map[string]struct {
		stamp, file string
		synced      time.Time
		differs     bool
		in          bool
	}{
		"nothing new":               {old, old, long, false, false},
		"not as last seen":          {old, old, long, true, true},
		"edited":                    {fresh, old, long, false, true},
		"a file changed":            {old, fresh, long, false, true},
		"brought in step":           {old, old, now.Add(-time.Hour), false, true},
		"just within, with slack":   {old, old, now.Add(-25 * time.Hour), false, true},
		"just outside":              {old, old, now.Add(-25*time.Hour - time.Second), false, false},
		"a stamp nobody can read":   {"yesterday", old, long, false, true},
		"a file's, nobody can read": {old, "", long, false, true},
		"edited, just within":       {"2026-03-07T11:00:00Z", old, long, false, true},
		"edited, just outside":      {"2026-03-07T10:59:59Z", old, long, false, false},
		"edited, in another zone":   {"2026-03-08T05:00:00+14:00", old, long, false, true},
	} {
		fs := scene.FileStamp{UpdatedAt: tt.stamp, Files: []scene.File{{Path: "/a", UpdatedAt: old}, {Path: "/b", UpdatedAt: tt.file}}}
		if got := day.holds(fs, store.Seen{Synced: tt.synced}, tt.differs, match.Mapper{}); got != tt.in {
			t.Errorf("%s: in scope %v, want %v", name, got, tt.in)
		}
		if all := (scope{whole: true}); !all.holds(fs, store.Seen{Synced: tt.synced}, tt.differs, match.Mapper{}) {
			t.Errorf("%s: not in the scope of everything", name)
		}
	}
}

func TestALibraryIsItsFolders(t *testing.T) {
	t.Parallel()
	c := scope{folders: []string{"/films", "/more"}}
	m := match.NewMapper([]config.Rule{{Stash: "/data", Plex: "/films"}, {Stash: "/data2", Plex: "/more"}, {Stash: "/data3", Plex: "/elsewhere"}})
	for name, tt := range map[string]struct {
		paths []string
		in    bool
	}{
		"in the first":            {[]string{"/data/a.mkv"}, true},
		"in the second":           {[]string{"/data2/sub/a.mkv"}, true},
		"elsewhere":               {[]string{"/data3/a.mkv"}, false},
		"the second file is":      {[]string{"/data3/a.mkv", "/data/a.mkv"}, true},
		"no rule":                 {[]string{"/films2/a.mkv"}, false},
		"no file":                 {nil, false},
		"recent, but not in them": {[]string{"/data3/a.mkv"}, false},
	} {
		var files []scene.File
		for _, p := range tt.paths {
			files = append(files, scene.File{Path: p})
		}
		if got := c.holds(scene.FileStamp{Files: files, UpdatedAt: "new"}, store.Seen{Synced: now}, true, m); got != tt.in {
			t.Errorf("%s: %v", name, got)
		}
	}
}
