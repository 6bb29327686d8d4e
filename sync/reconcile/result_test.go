package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
	"lockstep/sync/testkit"
)

func TestARowNamesItsSceneFileAndItems(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sub  *subject
		want store.ReportRow
	}{
		"as last seen":          {&subject{id: 1, name: "Fog", files: aScene().Files}, store.ReportRow{Title: "Fog", Path: "/data/fog.mkv"}},
		"as read":               {&subject{id: 1, name: "Old", files: aScene().Files, Comparison: &compare.Comparison{Scene: &scene.Scene{ID: 1, Title: "New"}}}, store.ReportRow{Title: "New", Path: "/data/fog.mkv"}},
		"unread":                {&subject{id: 1, name: "Fog", Comparison: &compare.Comparison{}}, store.ReportRow{Title: "Fog"}},
		"never seen":            {&subject{id: 1, files: aScene().Files}, store.ReportRow{Title: scene.Scene{ID: 1, Files: aScene().Files}.Name(), Path: "/data/fog.mkv"}},
		"nothing is known":      {&subject{id: 1}, store.ReportRow{Title: scene.Scene{ID: 1}.Name()}},
		"with an item":          {&subject{id: 1, name: "Fog", targets: targets(nil)}, store.ReportRow{Title: "Fog", Item: "101"}},
		"with several":          {&subject{id: 1, name: "Fog", targets: append(targets(nil), targets(func(x *target) { x.Key.RatingKey = "7" })...)}, store.ReportRow{Title: "Fog", Item: "101,7"}},
		"its first file counts": {&subject{id: 1, name: "Fog", files: []scene.File{{Path: "/a"}, {Path: "/b"}}}, store.ReportRow{Title: "Fog", Path: "/a"}},
	} {
		got := tt.sub.row("some")
		if got.Scene != 1 || got.Kind != "some" || got.Title != tt.want.Title || got.Path != tt.want.Path || got.Item != tt.want.Item {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// A row lists what is changed and what differs and stays, the same thing of two items once,
// and names the fields in its words.
func TestARowSaysWhatIsChangedAndKept(t *testing.T) {
	t.Parallel()
	p := plan.Plan{Decisions: []plan.Decision{
		{Field: scene.FieldTitle, Action: plan.Write, Old: "a", New: "b"},
		{Field: scene.FieldStudio, Action: plan.Keep, Old: "s", New: "t", Code: skip.LockedInPlex, Why: message.Foreign("locked")},
		{Field: scene.FieldSummary, Action: plan.Same, Old: "x", New: "x"},
		{Field: scene.FieldDate, Action: plan.Skip, Code: skip.PolicyOff, Why: message.Foreign("off")},
		{Field: scene.FieldTags, Action: plan.Clear, OldList: []string{"x"}},
	}}
	other := plan.Plan{Decisions: []plan.Decision{
		{Field: scene.FieldTitle, Action: plan.Write, Old: "z", New: "b"},
		{Field: scene.FieldStudio, Action: plan.Keep, Old: "s", New: "t", Code: skip.LockedInPlex, Why: message.Foreign("locked")},
	}}
	var r store.ReportRow
	describe(&r, p)
	describe(&r, p)
	if len(r.Changes) != 2 || len(r.Kept) != 1 || r.Message.String() != "title, tags" || r.Kept[0].Field != scene.FieldStudio || r.Kept[0].Why.String() != "locked" {
		t.Errorf("%+v", r)
	}
	describe(&r, other)
	if len(r.Changes) != 3 || len(r.Kept) != 1 || r.Message.String() != "title, tags" {
		t.Errorf("%+v", r)
	}
	var same store.ReportRow
	describe(&same, plan.Plan{Decisions: []plan.Decision{{Field: scene.FieldTitle, Action: plan.Write, Old: "a", New: "b"}}})
	describe(&same, other)
	if len(same.Changes) != 2 || same.Message.String() != "title" {
		t.Errorf("two items whose titles differ: %+v", same)
	}
}

// A picture nobody could look at is among what stays as it is, for each wish for one.
func TestAPictureNobodySawIsAmongWhatStays(t *testing.T) {
	t.Parallel()
	trouble := testkit.Trouble(fault.Temporary, fault.Stash)
	for name, tt := range map[string]struct {
		wished []scene.Field
		fault  *fault.Error
		want   int
	}{
		"poster": {[]scene.Field{scene.FieldPoster}, trouble, 1}, "both": {[]scene.Field{scene.FieldPoster, scene.FieldBackground}, trouble, 2},
		"none wished": {nil, trouble, 0}, "seen": {[]scene.Field{scene.FieldPoster}, nil, 0},
	} {
		sub := compared(item(changed))
		sub.Picture, sub.Want.Images = tt.fault, map[scene.Field]plan.Image{}
		for _, f := range tt.wished {
			sub.Want.Images[f] = plan.Image{Unknown: true}
		}
		s := sessionOf(true)
		s.enqueue(sub, queue.Drifted, sub.plans())
		if kept := s.rows[0].Kept; len(kept) != tt.want || tt.want > 0 && (kept[0].Why.String() != trouble.Message.String() || kept[0].Field != scene.FieldPoster) {
			t.Errorf("%s: %+v", name, kept)
		}
	}
	s := sessionOf(true) // nor does a scene nobody read need one
	s.enqueue(&subject{id: 1}, queue.Missing, nil)
	if len(s.rows[0].Kept) != 0 || s.tally.gaps[queue.Missing] != 1 {
		t.Errorf("%+v", s.rows[0])
	}
}

func TestASceneInTheQueueKeepsItsReason(t *testing.T) {
	t.Parallel()
	s := sessionOf(false)
	sub := &subject{id: 1, job: queue.Job{State: queue.Retrying, Message: message.Foreign("Plex was busy."), Cause: queue.Drifted}, seen: store.Seen{Content: "x"}, targets: targets(nil)}
	if !s.queued(sub, skip.AlreadyQueued) || s.rows[0].Message.String() != "Plex was busy." || s.rows[0].Reason != skip.AlreadyQueued || s.rows[0].Outcome != Enqueued || s.tally.enqueued != 1 || s.tally.gaps[queue.Drifted] != 1 {
		t.Errorf("%+v", s.rows)
	}
}

// However scenes end, the sums of a report add up, and one that got lost shows.
func TestTheSumsOfAReportAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newTally()
		var inStep, enqueued, skipped, skippedGaps int
		for range rapid.IntRange(0, 30).Draw(t, "scenes") {
			s.checked++
			kind := rapid.SampledFrom(queue.Gaps).Draw(t, "kind")
			switch rapid.IntRange(0, 4).Draw(t, "end") {
			case 0:
				s.step()
				inStep++
			case 1:
				s.enqueue(kind)
				enqueued++
			case 2:
				s.skip("", skip.FilteredTag)
				skipped++
			case 3:
				s.skip(kind, skip.NotInPlex)
				skipped++
				skippedGaps++
			case 4:
				s.enqueue(kind)
				s.hold()
				skipped++
				skippedGaps++
			}
		}
		r := store.Report{Gaps: 99}
		if err := s.into(&r); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, n := range r.Skipped {
			sum += n
		}
		if r.Checked != inStep+enqueued+skipped || r.InStep != inStep || r.Enqueued != enqueued || sum != skipped || r.Gaps != enqueued+skippedGaps {
			t.Fatalf("%+v", r)
		}
		lost := rapid.SampledFrom([]func(*tally){
			func(t *tally) { t.checked++ }, func(t *tally) { t.gapsSkipped++ }, func(t *tally) { t.gaps[queue.Missing]++ }, func(t *tally) { t.inStep++ },
		}).Draw(t, "lost")
		if lost(&s); s.into(&r) == nil {
			t.Fatal("a scene that got lost does not show")
		}
	})
}

// Who claims a path: the store's word for scenes that are as last seen, the survey's for
// those that are not.
func TestWhoClaimsAPath(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 0)
	m := match.NewMapper([]config.Rule{{Stash: "/data", Plex: "/media"}})
	key := match.Key
	s.Update(t, func(tx store.Tx) error {
		return errors.Join(tx.ClaimPaths(1, []string{key("/media/a")}), tx.ClaimPaths(2, []string{key("/media/a"), key("/media/b")}))
	})
	file := func(paths ...string) (out []scene.File) {
		for _, p := range paths {
			out = append(out, scene.File{Path: p})
		}
		return out
	}
	for name, tt := range map[string]struct {
		set  func(*claims)
		a, b []scene.ID
	}{
		"as stored":                {func(*claims) {}, []scene.ID{1, 2}, []scene.ID{2}},
		"a new one":                {func(c *claims) { c.moved(9, file("/data/a")) }, []scene.ID{1, 2, 9}, []scene.ID{2}},
		"two new ones":             {func(c *claims) { c.moved(9, file("/data/a")); c.moved(8, file("/data/a", "/data/b")) }, []scene.ID{1, 2, 9, 8}, []scene.ID{2, 8}},
		"one that moved away":      {func(c *claims) { c.moved(2, file("/data/c")) }, []scene.ID{1}, nil},
		"one that moved within":    {func(c *claims) { c.moved(2, file("/data/b")) }, []scene.ID{1}, []scene.ID{2}},
		"one that vanished":        {func(c *claims) { c.stale[2] = true }, []scene.ID{1}, nil},
		"one with the file twice":  {func(c *claims) { c.moved(9, file("/data/b", "/data/b")) }, []scene.ID{1, 2}, []scene.ID{2, 9}},
		"one that no rule maps":    {func(c *claims) { c.moved(9, file("/elsewhere/a")) }, []scene.ID{1, 2}, []scene.ID{2}},
		"three that moved to one":  {func(c *claims) { c.moved(7, file("/data/b")); c.moved(8, file("/data/b")); c.moved(9, file("/data/b")) }, []scene.ID{1, 2}, []scene.ID{2, 7, 8, 9}},
		"one that lost its files":  {func(c *claims) { c.moved(1, nil) }, []scene.ID{2}, []scene.ID{2}},
		"letter case of the paths": {func(c *claims) { c.moved(9, file("/data/A")) }, []scene.ID{1, 2, 9}, []scene.ID{2}},
	} {
		c := newClaims(m)
		tt.set(c)
		for path, want := range map[string][]scene.ID{"/media/a": tt.a, "/media/b": tt.b} {
			s.View(t, func(tx store.Tx) error {
				got, err := c.owners(tx, path)
				slices.Sort(got)
				if want := slices.Sorted(slices.Values(want)); !slices.Equal(got, want) {
					t.Errorf("%s: %s is claimed by %v, want %v", name, path, got, want)
				}
				return err
			})
		}
	}
}

// noClaims is a transaction that cannot tell who claims a path.
type noClaims struct{ store.Tx }

var errRead = errors.New("unreadable")

func (noClaims) Claimants(string) ([]scene.ID, error) { return nil, errRead }

func TestClaimsThatCannotBeReadAreNotGuessed(t *testing.T) {
	t.Parallel()
	if _, err := newClaims(match.NewMapper(nil)).owners(noClaims{}, "/a"); !errors.Is(err, errRead) {
		t.Errorf("%v", err)
	}
}

// Scenes that vanished are believed unless most of what is known vanished at once.
func TestWhatVanishedIsBelievedWithinReason(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		known, listed int
		whole         bool
		doubt         bool
	}{
		"few of many":          {60, 50, true, false},
		"all of few":           {20, 0, true, false},
		"most of many":         {60, 10, true, true},
		"in a library, most":   {60, 10, false, true},
		"in a library, of few": {10, 4, false, false},
	} {
		s := testkit.NewShelf(t, tt.listed)
		s.Update(t, func(tx store.Tx) error {
			for id := 1; id <= tt.known; id++ {
				if err := tx.PutSeen(scene.ID(id), store.Seen{Name: fmt.Sprint("Film ", id)}); err != nil {
					return err
				}
			}
			return nil
		})
		ses := newSession(Run{Stash: s.Stash, Store: s.DB, Mapper: s.Mapper()})
		ses.scope = scope{whole: tt.whole}
		err := ses.survey(t.Context())
		if fault.Is(err, fault.Config) != tt.doubt || (err != nil) != tt.doubt {
			t.Errorf("%s: %v", name, err)
		}
		want := tt.listed
		if tt.whole && !tt.doubt {
			want = tt.known
		}
		if len(ses.gone) != tt.known-tt.listed || ses.report.Total != want || len(ses.gone) > 0 && (!ses.claims.stale[ses.gone[0].ID] || ses.gone[0].Name == "") {
			t.Errorf("%s: %d gone, %d in scope, want %d", name, len(ses.gone), ses.report.Total, want)
		}
	}
}

func TestASurveyEndsWithStash(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 3)
	s.Stash.Spoil(testkit.Trouble(fault.Unreachable, fault.Stash), "sweepFiles")
	ses := newSession(Run{Stash: s.Stash, Store: s.DB, Mapper: s.Mapper()})
	if err := ses.survey(t.Context()); !fault.Is(err, fault.Unreachable) || ses.gone != nil {
		t.Errorf("%v, %v", err, ses.gone)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s.Stash.Mend()
	if err := ses.survey(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// A scene counts in scope as it was listed: moved or new ones claim their files anew.
func TestTheSurveyTellsMovedFromSeen(t *testing.T) {
	t.Parallel()
	s := sessionOf(false)
	s.scope = scope{since: now}
	files := aScene().Files
	seen := store.Seen{UpdatedAt: "2026-01-01T00:00:00Z", Paths: pathHash(files)}
	fs := func(change func(*scene.FileStamp)) scene.FileStamp {
		f := scene.FileStamp{ID: 1, UpdatedAt: "2026-01-01T00:00:00Z", Files: []scene.File{{Path: files[0].Path, UpdatedAt: "2026-01-01T00:00:00Z"}}}
		if change != nil {
			change(&f)
		}
		return f
	}
	for name, tt := range map[string]struct {
		fs      scene.FileStamp
		known   bool
		renamed bool
		in      int
		moved   bool
	}{
		"as seen":  {fs(nil), true, false, 0, false},
		"unknown":  {fs(nil), false, false, 1, true},
		"moved":    {fs(func(f *scene.FileStamp) { f.Files[0].Path = "/data/haze.mkv" }), true, false, 1, true},
		"touched":  {fs(func(f *scene.FileStamp) { f.UpdatedAt = "2026-01-02T00:00:00Z" }), true, false, 1, false},
		"a rename": {fs(nil), true, true, 1, false},
	} {
		s.report.Total, s.claims = 0, newClaims(s.Mapper)
		s.renamed = map[scene.ID]bool{1: tt.renamed}
		s.surveyed(tt.fs, seen, tt.known)
		if s.report.Total != tt.in || s.claims.stale[1] != tt.moved {
			t.Errorf("%s: %d in scope, claims anew %v", name, s.report.Total, s.claims.stale)
		}
	}
}

// A rename or removal of a tag, performer or studio concerns the scenes that use it.
func TestANameThatChangedConcernsItsScenes(t *testing.T) {
	t.Parallel()
	s := testkit.NewShelf(t, 0)
	s.Update(t, func(tx store.Tx) error {
		return errors.Join(
			tx.PutName(store.TagName, "1", "Reef"), tx.PutName(store.TagName, "2", "Fjord"), tx.PutName(store.TagName, "3", "Gone"),
			tx.PutName(store.PerformerName, "1", "Ann"), tx.PutName(store.StudioName, "1", "West"),
			tx.SetUses(1, []store.Use{{Kind: store.TagName, ID: "1"}}), tx.SetUses(2, []store.Use{{Kind: store.TagName, ID: "2"}}), tx.SetUses(3, []store.Use{{Kind: store.TagName, ID: "3"}}),
			tx.SetUses(4, []store.Use{{Kind: store.PerformerName, ID: "1"}}), tx.SetUses(5, []store.Use{{Kind: store.StudioName, ID: "1"}, {Kind: store.TagName, ID: "1"}}),
		)
	})
	ses := sessionOf(false)
	names := scene.Names{
		Tags: []scene.Named{{ID: "1", Name: "Reef"}, {ID: "2", Name: "Fjords"}, {ID: "9", Name: "New"}}, Performers: []scene.Named{{ID: "1", Name: "Ann B."}},
		Studios: []scene.Named{{ID: "1", Name: "West"}},
	}
	s.View(t, func(tx store.Tx) error { return ses.learnNames(tx, names) })
	if got := slices.Sorted(maps.Keys(ses.renamed)); !slices.Equal(got, []scene.ID{2, 3, 4}) {
		t.Errorf("%v, want the users of a renamed tag, of one that is gone and of a renamed performer", got)
	}
}
