package reconcile

import (
	"slices"
	"testing"

	"lockstep/sync/brake"
	"lockstep/sync/compare"
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

// aScene is in Stash with a summary.
func aScene() *scene.Scene {
	return &scene.Scene{ID: 1, Title: "Fog", Details: "Ships.", Files: []scene.File{{Path: "/data/fog.mkv"}}}
}

// item is one of a scene, as it was left: known, of scene 1, holding what was written.
func item(change func(*compare.Item)) *compare.Item {
	held := scene.HashOf("Ships.")
	it := &compare.Item{
		Target: match.Target{Candidate: match.Candidate{Key: testkit.Key("101")}}, Known: true,
		InPlex: scene.Item{RatingKey: "101", Title: "Fog", Summary: "Ships.", Detailed: true},
		State: store.ItemState{Scene: 1, Memory: plan.Memory{Fields: map[scene.Field]plan.FieldMemory{
			scene.FieldSummary: {Sent: held, Back: held},
		}}},
	}
	if change != nil {
		change(it)
	}
	return it
}

func changed(it *compare.Item) {
	it.Plan = plan.Plan{Changed: true, Decisions: []plan.Decision{{Field: scene.FieldSummary, Action: plan.Write, Old: "x", New: "Ships."}}}
}

// compared is a subject that was read and is as it was last seen.
func compared(items ...*compare.Item) *subject {
	sc := aScene()
	return &subject{
		id: 1, files: sc.Files,
		Comparison: &compare.Comparison{Scene: sc, Items: items, Seen: store.Seen{Content: sc.ContentHash(), Paths: sc.PathHash()}},
	}
}

func sessionOf(preview bool) *session {
	s := newSession(Run{Mapper: match.NewMapper(nil)})
	s.report.Preview = preview
	return s
}

func TestTheKindOfAGap(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  func(*subject)
		want queue.Cause
	}{
		"written by somebody else":  {func(*subject) {}, queue.Drifted},
		"never brought in step":     {func(s *subject) { s.Seen.Content = "" }, queue.NeverSynced},
		"an item nobody wrote":      {func(s *subject) { s.Items[0].Known = false }, queue.NeverSynced},
		"a second one nobody wrote": {func(s *subject) { s.Items = append(s.Items, item(func(i *compare.Item) { i.Known = false })) }, queue.NeverSynced},
		"edited in Stash":           {func(s *subject) { s.Scene.Title = "Haze" }, queue.Changed},
		"moved in Stash":            {func(s *subject) { s.moved = true }, queue.Changed},
		"edited, and a second unwritten": {func(s *subject) {
			s.Scene.Title = "Haze"
			s.Items = append(s.Items, item(func(i *compare.Item) { i.Known = false }))
		}, queue.Changed},
		"emptied":             {func(s *subject) { s.Items[0].InPlex.Summary = "" }, queue.Emptied},
		"emptied, and edited": {func(s *subject) { s.Items[0].InPlex.Summary = ""; s.Scene.Title = "Haze" }, queue.Emptied},
		"the second one is emptied": {func(s *subject) {
			s.Items = append(s.Items, item(func(i *compare.Item) { changed(i); i.InPlex.Summary = "" }))
		}, queue.Emptied},
	} {
		sub := compared(item(changed))
		tt.set(sub)
		if got := sub.gap(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestAnItemIsEmptiedWhenNothingOfWhatItHeldIsLeft(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  func(*compare.Item)
		want bool
	}{
		"all gone":               {func(i *compare.Item) { i.InPlex.Summary = "" }, true},
		"nothing gone":           {func(*compare.Item) {}, false},
		"the studio is left":     {func(i *compare.Item) { i.InPlex.Summary, i.InPlex.Studio = "", "Theirs" }, false},
		"a date is left":         {func(i *compare.Item) { i.InPlex.Summary, i.InPlex.Date = "", "2020-01-01" }, false},
		"a tag is left":          {func(i *compare.Item) { i.InPlex.Summary, i.InPlex.Tags = "", []string{"a"} }, false},
		"a performer is left":    {func(i *compare.Item) { i.InPlex.Summary, i.InPlex.Performers = "", []string{"a"} }, false},
		"only a title is left":   {func(i *compare.Item) { i.InPlex.Summary, i.InPlex.Title = "", "fog" }, true},
		"it never held anything": {func(i *compare.Item) { i.InPlex.Summary = ""; i.State.Memory = plan.Memory{} }, false},
		"nothing is to be done":  {func(i *compare.Item) { i.InPlex.Summary = ""; i.Plan.Changed = false }, false},
	} {
		if got := emptied(item(func(i *compare.Item) { changed(i); tt.set(i) })); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Every compared scene ends in step, enqueued or skipped, and is counted as that.
func TestWhatBecomesOfAComparedScene(t *testing.T) {
	t.Parallel()
	trouble := testkit.Trouble(fault.Temporary, fault.Plex)
	for name, tt := range map[string]struct {
		sub     *subject
		set     func(*subject)
		outcome string
		kind    queue.Cause
		code    skip.Code
		words   string
	}{
		"in step":                      {compared(item(nil)), nil, "", "", "", ""},
		"to be written":                {compared(item(changed)), nil, Enqueued, queue.Drifted, "", "summary"},
		"to be adopted":                {compared(item(nil)), func(s *subject) { s.Seen.Content = "" }, Enqueued, queue.NeverSynced, "", ""},
		"an item to be adopted":        {compared(item(nil)), func(s *subject) { s.Items[0].Known = false }, Enqueued, queue.NeverSynced, "", ""},
		"another scene's item":         {compared(item(nil)), func(s *subject) { s.Items[0].State.Scene = 2 }, Enqueued, queue.Drifted, "", ""},
		"contested":                    {compared(item(changed)), func(s *subject) { s.Items[0].Contested = true }, Skipped, queue.Drifted, skip.Contested, ""},
		"a part unread":                {compared(item(nil)), func(s *subject) { s.Fault = trouble }, Skipped, "", skip.Unreadable, trouble.Message.String()},
		"a picture unread":             {compared(item(nil)), func(s *subject) { s.Picture = trouble }, Skipped, "", skip.Unreadable, trouble.Message.String()},
		"a part unread, to be written": {compared(item(changed)), func(s *subject) { s.Fault = trouble }, Enqueued, queue.Drifted, "", "summary"},
		"a part unread, to be adopted": {compared(item(nil)), func(s *subject) { s.Fault, s.Items[0].Known = trouble, false }, Skipped, "", skip.Unreadable, trouble.Message.String()},
		"nothing read":                 {compared(), func(s *subject) { s.Fault = trouble }, Skipped, "", skip.Unreadable, trouble.Message.String()},
		"deleted in Stash":             {compared(), func(s *subject) { s.Code, s.Scene = skip.DeletedInStash, nil }, Skipped, "", skip.DeletedInStash, ""},
		"left out by a tag":            {compared(), func(s *subject) { s.Code, s.Message = skip.FilteredTag, message.Foreign("Private") }, Skipped, "", skip.FilteredTag, "Private"},
		"without file":                 {compared(), func(s *subject) { s.Code, s.files = skip.NoFile, nil }, Skipped, "", skip.NoFile, ""},
		"without metadata":             {compared(), func(s *subject) { s.Code = skip.NoMetadata }, Skipped, queue.Missing, skip.NoMetadata, ""},
		"its item holds another file":  {compared(), func(s *subject) { s.Code, s.Gone = skip.NotInPlex, []scene.ItemKey{testkit.Key("101")} }, Enqueued, queue.Missing, "", ""},
		"in the trash": {compared(), func(s *subject) {
			s.Code, s.found = skip.Ambiguous, match.Result{Skip: skip.Ambiguous, Why: message.Foreign("Two."), Candidates: []match.Scored{{}}}
			s.seen.Content = "x"
		}, Skipped, queue.Changed, skip.Ambiguous, "Two."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.set != nil {
				tt.set(tt.sub)
			}
			s := sessionOf(false)
			s.weigh(tt.sub)
			s.tally.checked++
			if tt.outcome == "" {
				if len(s.rows) != 0 || s.tally.inStep != 1 {
					t.Fatalf("%+v, %+v", s.rows, s.tally)
				}
			} else if r := s.rows[0]; len(s.rows) != 1 || r.Outcome != tt.outcome || r.Kind != tt.kind || r.Reason != tt.code || r.Message.String() != tt.words || r.Scene != 1 || r.Title == "" {
				t.Errorf("%+v", s.rows)
			}
			var rep store.Report
			if err := s.tally.into(&rep); err != nil || rep.Checked != 1 || rep.Enqueued+rep.InStep+rep.Skipped[tt.code] != 1 {
				t.Errorf("%v, %+v", err, rep)
			}
		})
	}
}

// A preview counts what would be written, and to adopt an item that is right already that is nothing.
func TestAPreviewCountsNothingToWriteForAnItemThatIsRightAlready(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*subject){
		"never synced": func(s *subject) { s.Seen.Content = "" }, "an unknown item": func(s *subject) { s.Items[0].Known = false },
		"another scene's": func(s *subject) { s.Items[0].State.Scene = 2 },
	} {
		for _, sub := range []*subject{compared(item(nil)), compared(item(changed))} {
			set(sub)
			s := sessionOf(true)
			s.weigh(sub)
			if wrote := sub.Changed(); wrote != (s.tally.enqueued == 1) || wrote == (s.tally.inStep == 1) {
				t.Errorf("%s, to be written %v: %+v", name, wrote, s.tally)
			}
		}
	}
}

// What is in step counts for the brake too: its share is one of everything.
func TestTheBrakeCountsWhatIsInStepAsWell(t *testing.T) {
	t.Parallel()
	s := sessionOf(false)
	theirs := item(func(i *compare.Item) {
		i.State.Memory = plan.Memory{}
		i.Plan = plan.Plan{Decisions: []plan.Decision{{Field: scene.FieldSummary, Action: plan.Keep, Old: "theirs", New: "ours"}}}
	})
	s.weigh(compared(theirs))
	want := brake.NewTally()
	want.Plan(theirs.Plan)
	if got := s.brake; !equalTally(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	loses := item(func(i *compare.Item) {
		i.Plan = plan.Plan{Changed: true, Decisions: []plan.Decision{{Field: scene.FieldStudio, Action: plan.Write, Old: "theirs", New: "ours", Foreign: true}}}
	})
	s.weigh(compared(loses))
	if f := s.masks[1]; !f.Has(scene.FieldStudio) || f.Has(scene.FieldSummary) {
		t.Errorf("the scene would lose %v", f)
	}
	s = sessionOf(false)
	s.weigh(compared(item(changed)))
	if len(s.masks) != 0 {
		t.Errorf("a scene that loses nothing is marked: %v", s.masks)
	}
}

func equalTally(a, b *brake.Tally) bool {
	lim := brake.Limits{Minimum: 1, Percent: 0}
	return a.Fields() == b.Fields() && brake.State{}.Over(a, lim, now) == brake.State{}.Over(b, lim, now)
}

// target is one of the index, as it was when its scene was last in step.
func targets(change func(*target)) []*target {
	t := &target{Target: match.Target{Candidate: match.Candidate{Key: testkit.Key("101")}}, known: true, stamp: 5, state: store.ItemState{Scene: 1, UpdatedAt: 5}}
	if change != nil {
		change(t)
	}
	return []*target{t}
}

// Most scenes of a run need no request: what is stored and listed says what they are.
func TestWhatIsSettledWithoutARequest(t *testing.T) {
	t.Parallel()
	missing := match.Result{Skip: skip.NotInPlex, Why: message.Foreign("Nowhere."), Paths: []match.Mapped{{Plex: []string{"/media/films/fog.mkv"}}}}
	job := func(s queue.State, c skip.Code) func(*subject) {
		return func(sub *subject) {
			sub.job = queue.Job{State: s, Code: c, Message: message.Foreign("Told."), Cause: queue.Changed}
		}
	}
	gone := func(sub *subject) { sub.targets, sub.found = nil, missing }
	for name, tt := range map[string]struct {
		set     []func(*subject)
		preview bool
		deep    bool
		outcome string // "" not settled, "in step", or that of the row
		code    skip.Code
		kind    queue.Cause
	}{
		"in step":                  {nil, false, false, "in step", "", ""},
		"in step, looked at deep":  {nil, false, true, "", "", ""},
		"waits":                    {[]func(*subject){job(queue.Waiting, "")}, false, false, Enqueued, skip.AlreadyQueued, queue.Changed},
		"is tried again":           {[]func(*subject){job(queue.Retrying, "")}, false, false, Enqueued, skip.AlreadyQueued, queue.Changed},
		"is being written":         {[]func(*subject){job(queue.Running, "")}, false, false, Enqueued, skip.RunningNow, queue.Changed},
		"waits, in a preview":      {[]func(*subject){job(queue.Waiting, "")}, true, false, "", "", ""},
		"no file":                  {[]func(*subject){func(s *subject) { s.files = nil }}, false, false, Skipped, skip.NoFile, ""},
		"new":                      {[]func(*subject){func(s *subject) { s.fresh = true }}, false, false, "", "", ""},
		"new, and failed before":   {[]func(*subject){job(queue.Dead, ""), func(s *subject) { s.fresh = true }}, false, false, "", "", ""},
		"failed before":            {[]func(*subject){job(queue.Dead, "")}, false, false, Skipped, skip.FailedBefore, queue.Changed},
		"failed for its picture":   {[]func(*subject){job(queue.Dead, ""), func(s *subject) { s.job.Picture = true }}, false, false, "", "", ""},
		"never in step":            {[]func(*subject){func(s *subject) { s.seen.Content = "" }}, false, false, "", "", ""},
		"never in step, failed":    {[]func(*subject){job(queue.Dead, ""), func(s *subject) { s.seen.Content = ""; s.job.Cause = "new" }}, false, false, Skipped, skip.FailedBefore, queue.NeverSynced},
		"held by the brake":        {[]func(*subject){job(queue.Skipped, skip.Brake)}, false, false, "", "", ""},
		"contested":                {[]func(*subject){job(queue.Skipped, skip.Contested)}, false, false, Skipped, skip.Contested, queue.Changed},
		"not curated":              {[]func(*subject){job(queue.Skipped, skip.NoMetadata)}, false, false, Skipped, skip.NoMetadata, queue.Changed},
		"left out":                 {[]func(*subject){job(queue.Skipped, skip.FilteredTag)}, false, false, Skipped, skip.FilteredTag, ""},
		"was missing, is there":    {[]func(*subject){job(queue.Skipped, skip.NotInPlex)}, false, false, "in step", "", ""},
		"was ambiguous, is there":  {[]func(*subject){job(queue.Skipped, skip.Ambiguous)}, false, false, "in step", "", ""},
		"is missing":               {[]func(*subject){gone}, false, false, Enqueued, "", queue.Missing},
		"is missing, and parked":   {[]func(*subject){gone, job(queue.Parked, "")}, false, false, Skipped, skip.NotInPlex, queue.Missing},
		"parked, is there":         {[]func(*subject){job(queue.Parked, "")}, false, false, "", "", ""},
		"is missing, gave up":      {[]func(*subject){gone, job(queue.Skipped, skip.NotInPlex)}, false, false, Skipped, skip.NotInPlex, queue.Missing},
		"is missing, was unmapped": {[]func(*subject){gone, job(queue.Skipped, skip.PathNotMapped)}, false, false, Enqueued, "", queue.Missing},
		"is missing, was outside":  {[]func(*subject){gone, job(queue.Skipped, skip.OutsideLibrary)}, false, false, Enqueued, "", queue.Missing},
		"is missing, wrong case":   {[]func(*subject){gone, job(queue.Skipped, skip.PathCase)}, false, false, Enqueued, "", queue.Missing},
		"done":                     {[]func(*subject){job(queue.Done, "")}, false, false, "in step", "", ""},
		"an item changed":          {[]func(*subject){func(s *subject) { s.targets = targets(func(x *target) { x.stamp = 6 }) }}, false, false, "", "", ""},
		"an item nobody wrote":     {[]func(*subject){func(s *subject) { s.targets = targets(func(x *target) { x.known = false }) }}, false, false, "", "", ""},
		"another scene's item":     {[]func(*subject){func(s *subject) { s.targets = targets(func(x *target) { x.state.Scene = 2 }) }}, false, false, "", "", ""},
		"only its picture failed":  {[]func(*subject){job(queue.Done, ""), func(s *subject) { s.job.Picture = true }}, false, false, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sub := &subject{id: 1, files: aScene().Files, seen: store.Seen{Content: "x"}, targets: targets(nil)}
			for _, set := range tt.set {
				set(sub)
			}
			s := sessionOf(tt.preview)
			s.report.Deep = tt.deep
			s.Sections = []scene.Section{{ID: "1", Locations: []string{"/media/films"}}}
			done := s.settled(sub)
			switch {
			case done != (tt.outcome != ""):
				t.Errorf("settled %v: %+v", done, s.rows)
			case tt.outcome == "in step" && (s.tally.inStep != 1 || len(s.rows) != 0), tt.outcome == "" && len(s.rows) != 0:
				t.Errorf("%+v, %+v", s.tally, s.rows)
			case tt.outcome == Enqueued || tt.outcome == Skipped:
				if r := s.rows[0]; r.Outcome != tt.outcome || r.Reason != tt.code || r.Kind != tt.kind {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// Why a scene without item is left alone, and when it is asked for.
func TestWhyASceneHasNoItem(t *testing.T) {
	t.Parallel()
	at := func(path string) []match.Mapped { return []match.Mapped{{Plex: []string{path}}} }
	for name, tt := range map[string]struct {
		found    match.Result
		scanning bool
		set      func(*subject)
		outcome  string
		code     skip.Code
		kind     queue.Cause
	}{
		"nowhere":                   {match.Result{Skip: skip.NotInPlex, Paths: at("/media/films/a.mkv")}, false, nil, Enqueued, "", queue.Missing},
		"in no library":             {match.Result{Skip: skip.NotInPlex, Paths: at("/media/other/a.mkv")}, false, nil, Skipped, skip.OutsideLibrary, queue.Missing},
		"its library is scanned":    {match.Result{Skip: skip.NotInPlex, Paths: at("/media/films/a.mkv")}, true, nil, Skipped, skip.LibraryScanning, queue.Missing},
		"no rule":                   {match.Result{Skip: skip.PathNotMapped}, false, nil, Skipped, skip.PathNotMapped, queue.Missing},
		"several items":             {match.Result{Skip: skip.Ambiguous, Candidates: []match.Scored{{}}}, false, nil, Skipped, skip.Ambiguous, queue.Changed},
		"waits for it":              {match.Result{Skip: skip.NotInPlex, Paths: at("/media/films/a.mkv")}, false, func(s *subject) { s.job.State = queue.Parked }, Skipped, skip.NotInPlex, queue.Missing},
		"gave up":                   {match.Result{Skip: skip.NotInPlex, Paths: at("/media/films/a.mkv")}, false, func(s *subject) { s.job = queue.Job{State: queue.Skipped, Code: skip.NotInPlex} }, Skipped, skip.NotInPlex, queue.Missing},
		"gave up, and changed":      {match.Result{Skip: skip.NotInPlex, Paths: at("/media/films/a.mkv")}, false, func(s *subject) { s.job = queue.Job{State: queue.Skipped, Code: skip.NotInPlex}; s.fresh = true }, Enqueued, "", queue.Missing},
		"ended for something else":  {match.Result{Skip: skip.NotInPlex, Paths: at("/media/films/a.mkv")}, false, func(s *subject) { s.job = queue.Job{State: queue.Skipped, Code: skip.FilteredTag} }, Enqueued, "", queue.Missing},
		"its second file is in one": {match.Result{Skip: skip.NotInPlex, Paths: append(at("/x/a.mkv"), at("/media/films/b.mkv")...)}, false, nil, Enqueued, "", queue.Missing},
	} {
		sub := &subject{id: 1, files: aScene().Files, seen: store.Seen{Content: "x"}, found: tt.found}
		if tt.set != nil {
			tt.set(sub)
		}
		s := sessionOf(false)
		s.Sections = []scene.Section{{ID: "1", Locations: []string{"/media/films"}}}
		s.scanning["1"] = tt.scanning
		if !s.missing(sub) || len(s.rows) != 1 || s.rows[0].Outcome != tt.outcome || s.rows[0].Reason != tt.code || s.rows[0].Kind != tt.kind {
			t.Errorf("%s: %+v", name, s.rows)
		}
	}
}

// A preview counts what would be written, and of a file Plex lacks that is nothing.
func TestAPreviewCountsNothingToWriteForAFileThatPlexLacks(t *testing.T) {
	t.Parallel()
	sub := &subject{id: 1, files: aScene().Files, found: match.Result{Skip: skip.NotInPlex, Why: message.Foreign("Nowhere."), Paths: []match.Mapped{{Plex: []string{"/media/films/a.mkv"}}}}}
	s := sessionOf(true)
	s.Sections = []scene.Section{{ID: "1", Locations: []string{"/media/films"}}}
	if !s.missing(sub) || len(s.rows) != 1 || s.rows[0].Outcome != Skipped || s.rows[0].Reason != skip.NotInPlex || s.rows[0].Kind != queue.Missing || s.tally.enqueued != 0 {
		t.Errorf("%+v", s.rows)
	}
}

// The kind of a gap nobody looked into, by what is stored.
func TestTheKindOfAGapWithoutDetails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set  func(*subject)
		want queue.Cause
	}{
		"as it was":                {func(*subject) {}, queue.Changed},
		"no item":                  {func(s *subject) { s.targets = nil }, queue.Missing},
		"no item, but candidates":  {func(s *subject) { s.targets = nil; s.found.Candidates = []match.Scored{{}} }, queue.Changed},
		"never in step":            {func(s *subject) { s.seen.Content = "" }, queue.NeverSynced},
		"not as last seen":         {func(s *subject) { s.fresh = true; s.job.Cause = queue.Emptied }, queue.Changed},
		"as its job says":          {func(s *subject) { s.job.Cause = queue.Emptied }, queue.Emptied},
		"its job says no gap":      {func(s *subject) { s.job.Cause = queue.Edited }, queue.Changed},
		"its item is not as left":  {func(s *subject) { s.targets = targets(func(x *target) { x.stamp++ }) }, queue.Drifted},
		"never in step, no item":   {func(s *subject) { s.targets, s.seen.Content = nil, "" }, queue.Missing},
		"not as left, job says so": {func(s *subject) { s.targets = targets(func(x *target) { x.stamp++ }); s.job.Cause = queue.Confirmed }, queue.Drifted},
	} {
		sub := &subject{id: 1, files: aScene().Files, seen: store.Seen{Content: "x"}, targets: targets(nil)}
		tt.set(sub)
		if got := sub.kind(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if !slices.Contains(queue.Gaps, queue.Missing) || len(queue.Gaps) != 5 {
		t.Errorf("gaps %v", queue.Gaps)
	}
}
