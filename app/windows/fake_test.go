package windows

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/breaker"
	"lockstep/sync/config"
	"lockstep/sync/event"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

var (
	testZone = time.FixedZone("test", 3600)
	testNow  = time.Date(2026, 11, 23, 13, 12, 0, 0, time.UTC)
)

func ago(d time.Duration) time.Time { return testNow.Add(-d) }

// fake is an engine made of lists, with the API's own rules for filters and pages.
type fake struct {
	snapshots event.Value[api.Snapshot]

	mu       sync.Mutex
	jobs     []queue.Job
	reports  []store.Report
	rows     map[uint64][]store.ReportRow
	outages  api.OutagePage
	history  []store.Activity
	runs     []store.Run
	days     []statistics.Day
	settings api.Settings
	test     api.TestResult
	mapping  api.Mapping
	examples api.Examples
	examined []config.Settings // what examples were asked for
	explain  api.Explanation
	movein   api.Import
	activity api.ActivityPage
	err      error // what every command answers
	calls    []string
	polls    int
	// picture answers for pictures, nil: there are none; pictured are those asked for.
	picture  func(api.PictureQuery) (api.Picture, error)
	pictured []api.PictureQuery
}

func (f *fake) note(format string, args ...any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
	return f.err
}

// called returns the commands since the last time it was asked.
func (f *fake) called() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := strings.Join(f.calls, "|")
	f.calls = nil
	return out
}

func (f *fake) Snapshot(context.Context) (api.Snapshot, error) { return f.snapshots.Load(), nil }

func (f *fake) Watch(ctx context.Context, fn func(api.Snapshot)) error {
	changed, stop := f.snapshots.Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
			fn(f.snapshots.Load())
		}
	}
}

func (f *fake) Pause(_ context.Context, until time.Time) error {
	if until.IsZero() {
		return f.note("pause")
	}
	return f.note("pause %v", until.Sub(testNow))
}
func (f *fake) Resume(context.Context) error { return f.note("resume") }
func (f *fake) SyncNow(_ context.Context, q api.SyncRequest) (api.SyncResult, error) {
	return api.SyncResult{}, f.note("sync %v", q.Scenes)
}
func (f *fake) Retry(_ context.Context, q api.Selection) (int, error) {
	if q.Parked || q.Reason != "" {
		return 1, f.note("retry parked %v reason %s", q.Parked, q.Reason)
	}
	return 1, f.note("retry %v %v", q.Scenes, q.AllDead)
}
func (f *fake) Discard(_ context.Context, q api.Selection) (int, error) {
	return 1, f.note("discard %v", q.Scenes)
}
func (f *fake) ProbeNow(context.Context) error { return f.note("probe") }

func slicePage[T any](all []T, offset, limit int, match func(T) bool) ([]T, int) {
	var out []T
	total := 0
	for _, x := range all {
		if !match(x) {
			continue
		}
		if total >= offset && len(out) < limit {
			out = append(out, x)
		}
		total++
	}
	return out, total
}

// inOrder is all of a list as the engine sorts it: by names, or by a number.
func inOrder[T any](all []T, s store.Sort, key func(T, store.Order) (int, string)) []T {
	if s.By == "" {
		return all
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b T) int {
		if s.Down {
			a, b = b, a
		}
		n, x := key(a, s.By)
		m, y := key(b, s.By)
		return cmp.Or(cmp.Compare(n, m), strings.Compare(strings.ToLower(x), strings.ToLower(y)))
	})
	return all
}

func has(text, part string) bool {
	return part == "" || strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

func jobKey(j queue.Job, by store.Order) (int, string) {
	if by == store.ByState {
		return slices.Index(queue.States(), j.State), ""
	}
	return 0, j.Name
}

func rowKey(r store.ReportRow, by store.Order) (int, string) {
	if by == store.ByFields {
		return len(r.Changes), ""
	}
	return 0, r.Title
}

func lineKey(a store.Activity, by store.Order) (int, string) {
	if by == store.ByTime {
		return int(a.Seq), ""
	}
	return 0, a.Name
}

func (f *fake) Jobs(_ context.Context, q store.JobQuery) (store.JobPage, error) {
	jobs, total := slicePage(inOrder(f.jobs, q.Sort, jobKey), q.Offset, q.Limit, func(j queue.Job) bool {
		return (len(q.States) == 0 || slices.Contains(q.States, j.State)) && has(j.Name, q.Search) && (q.Reason == "" || j.Code == q.Reason)
	})
	return store.JobPage{Jobs: jobs, Total: total}, nil
}

func (f *fake) Outages(_ context.Context, q api.OutageQuery) (api.OutagePage, error) {
	p := f.outages
	p.From, p.To = testNow.Add(-q.Window), testNow
	p.Records = slices.DeleteFunc(slices.Clone(p.Records), func(r outage.Record) bool { return !r.Ongoing() && r.Ended.Before(p.From) })
	p.Timeline = outage.Timeline(p.Records, p.Gaps, p.From, p.To)
	p.Metrics = outage.Summarise(p.Timeline)
	return p, nil
}

func (f *fake) Activity(context.Context, api.ActivityQuery) (api.ActivityPage, error) {
	return f.activity, nil
}

func (f *fake) CheckActivity(_ context.Context, q api.ActivityCheck) error {
	return f.note("CheckActivity %v", q.Preview)
}

func (f *fake) AnswerActivity(_ context.Context, q api.ActivityAnswer) (int, error) {
	return f.activity.Asking, f.note("AnswerActivity %v", q.Write)
}

func (f *fake) History(_ context.Context, q store.HistoryQuery) ([]store.Activity, error) {
	offset := 0
	if q.Sort.By != "" {
		offset = q.Offset
	}
	out, _ := slicePage(inOrder(f.history, q.Sort, lineKey), offset, q.Limit, func(a store.Activity) bool {
		return (q.Before == 0 || q.Sort.By != "" || a.Seq < q.Before) && has(a.Name, q.Search)
	})
	return out, nil
}
func (f *fake) Statistics(context.Context, string) ([]statistics.Day, error) { return f.days, nil }

func (f *fake) Runs(_ context.Context, limit int) ([]store.Run, error) {
	if limit > 0 && limit < len(f.runs) {
		return f.runs[:limit], nil
	}
	return f.runs, nil
}
func (f *fake) Undo(_ context.Context, q api.UndoRequest) (api.UndoResult, error) {
	return api.UndoResult{Enqueued: 1}, f.note("undo run %d scene %d", q.Run, q.Scene)
}
func (f *fake) Collections(_ context.Context, q api.CollectionsRequest) (api.Collections, error) {
	return api.Collections{}, f.note("collections write %v yes %v", q.Write, q.Yes)
}
func (f *fake) Reconcile(_ context.Context, q api.ReconcileRequest) (uint64, error) {
	return 1, f.note("reconcile %s preview %v", q.Scope, q.Preview)
}
func (f *fake) StopReconcile(context.Context) error { return f.note("stop") }
func (f *fake) Reports(context.Context, int) ([]store.Report, error) {
	return f.reports, nil
}
func (f *fake) Report(_ context.Context, id uint64) (store.Report, error) {
	for _, r := range f.reports {
		if r.ID == id || id == 0 {
			return r, nil
		}
	}
	return store.Report{}, nil
}
func (f *fake) Rows(_ context.Context, q store.RowQuery) (store.RowPage, error) {
	rows, total := slicePage(inOrder(f.rows[q.Report], q.Sort, rowKey), q.Offset, q.Limit, func(r store.ReportRow) bool {
		return (q.Outcome == "" || r.Outcome == q.Outcome) && (q.Reason == "" || r.Reason == q.Reason) && has(r.Title, q.Search)
	})
	return store.RowPage{Rows: rows, Total: total}, nil
}
func (f *fake) Apply(_ context.Context, report uint64, ids []scene.ID) (int, error) {
	slices.Sort(ids)
	return len(ids), f.note("apply %d %v", report, ids)
}
func (f *fake) Explain(_ context.Context, query string) (api.Explanation, error) {
	return f.explain, f.note("explain %s", query)
}

// Picture counts instead of noting: lists ask for pictures by themselves.
func (f *fake) Picture(_ context.Context, q api.PictureQuery) (api.Picture, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pictured = append(f.pictured, q)
	if f.picture == nil {
		return api.Picture{}, nil
	}
	return f.picture(q)
}

func (f *fake) Settings(context.Context) (api.Settings, error) { return f.settings, nil }
func (f *fake) SaveSettings(_ context.Context, c api.SettingsChange) error {
	secret := func(s *string) string {
		if s == nil {
			return "kept"
		}
		return *s
	}
	f.settings.Values = c.Values
	held := map[bool]string{true: " held"}[c.Values.Hold]
	return f.note("save %s key %s token %s%s", c.Values.StashURL, secret(c.APIKey), secret(c.Token), held)
}
func (f *fake) TestConnection(_ context.Context, q api.TestRequest) (api.TestResult, error) {
	return f.test, f.note("test %s %s", q.Server, q.URL)
}
func (f *fake) Examples(_ context.Context, s config.Settings) (api.Examples, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.examined = append(f.examined, s)
	return f.examples, f.err
}
func (f *fake) Mapping(_ context.Context, rules []config.Rule) (api.Mapping, error) {
	return f.mapping, f.note("mapping %v", rules)
}
func (f *fake) StartSignIn(context.Context) (api.SignIn, error) {
	return api.SignIn{ID: "pin", URL: "https://example.org/auth", Expires: testNow.Add(time.Minute)}, f.note("sign in")
}
func (f *fake) PollSignIn(_ context.Context, id string) (api.SignInState, error) {
	f.polls++
	if f.polls < 2 {
		return api.SignInState{State: api.SignInWaiting}, nil
	}
	return api.SignInState{State: api.SignInDone, Servers: []api.PlexServer{{Name: "Attic", Machine: "m1", URL: "http://10.0.0.7:32400"}, {Name: "Old box", Machine: "m2"}}}, nil
}
func (f *fake) ChooseServer(_ context.Context, id, machine string) (api.PlexServer, error) {
	f.settings.Values.PlexURL, f.settings.HasToken = "http://10.0.0.7:32400", true
	return api.PlexServer{}, f.note("choose %s %s", id, machine)
}
func (f *fake) Discover(context.Context) ([]api.PlexServer, error) {
	return []api.PlexServer{{Name: "Cellar", URL: "http://10.0.0.9:32400", Local: true}}, f.note("discover")
}
func (f *fake) Say(context.Context, health.Said) (bool, error) { return true, nil }
func (f *fake) Import(_ context.Context, q api.ImportRequest) (api.Import, error) {
	if q.Preview { // asked by itself
		return f.movein, nil
	}
	return f.movein, f.note("import %s", q.Folder)
}

func (f *fake) CheckData(context.Context) (api.DataCheck, error) { return api.DataCheck{}, nil }
func (f *fake) Quit(context.Context) error                       { return f.note("quit") }

var names = []string{
	"Tidal Pools at Dawn", "Night Trains of the Alps", "Harbour Lights", "Old Reel 7", "Broken Title",
	"The Lock Keepers of the Canal du Midi and Their Gardens", "Snow on the Pass", "Ferry to the Outer Islands", "DSC_0042", "Beekeeping for Beginners",
}

func sampleSnapshot() api.Snapshot {
	return api.Snapshot{
		At: testNow, Version: "0.1.0", Live: true, Configured: true, Verdict: health.Up, Since: ago(76 * time.Hour),
		Queue:  queue.Counts{Waiting: 18, Running: 1, Retrying: 1, Parked: 2, Dead: 1, Skipped: 8, Done: 1173},
		InHand: []api.InHand{{Scene: 1, Name: names[0], Step: "writing", Fields: []scene.Field{scene.FieldTitle, scene.FieldTags, scene.FieldPoster}}},
		Run:    api.Progress{Total: 42, Done: 22, Unchecked: 1, Current: names[0], Written: 23, ToWrite: 42, Rate: 0.9, Left: 20, Started: ago(time.Minute).Unix()},
		Today:  api.Today{Written: 214, Skipped: 3}, Scenes: 1204, Pictures: true, Standing: api.Standing{InStep: 1173, NeedYou: 9}, NeedAction: 8,
		Reasons: []api.Reason{{Code: skip.NoMetadata, Scenes: 3}, {Code: skip.Ambiguous, Scenes: 3}, {Code: skip.PathNotMapped, Scenes: 2}}, NotifyDelay: time.Minute,
		Stash: api.Connection{OK: true, Checked: true, Since: ago(2 * time.Hour)}, Plex: api.Connection{OK: true, Checked: true, Since: ago(2 * time.Hour)},
	}
}

func sampleJobs() []queue.Job {
	jobs := []queue.Job{
		{Scene: 1, Name: names[0], State: queue.Running, Cause: "edited"},
		{Scene: 2, Name: names[1], State: queue.Waiting, Cause: "new"},
		{Scene: 6, Name: names[5], State: queue.Waiting, Cause: "renamed"},
		{Scene: 7, Name: names[6], State: queue.Waiting, Cause: queue.Drifted},
		{Scene: 3, Name: names[2], State: queue.Retrying, Due: testNow.Add(20 * time.Minute), Message: message.Foreign("Plex answered 500"), Attempts: 2},
		{Scene: 4, Name: names[3], State: queue.Parked, Due: testNow.Add(7 * 24 * time.Hour), Message: message.Foreign("asked Plex to scan /films/old")},
		{Scene: 5, Name: names[4], State: queue.Dead, Message: message.Foreign("Plex refused the date “2021-13”")},
		{Scene: 9, Name: names[8], State: queue.Skipped, Code: skip.NoMetadata},
	}
	for i := range 12 {
		jobs = append(jobs, queue.Job{Scene: scene.ID(100 + i), Name: names[i%len(names)], State: queue.Done, Due: ago(time.Duration(i) * time.Minute)})
	}
	return jobs
}

func sampleRows(n int) []store.ReportRow {
	var rows []store.ReportRow
	kinds := []queue.Cause{queue.NeverSynced, queue.Changed, queue.Drifted, queue.Missing}
	for i := range n {
		r := store.ReportRow{Scene: scene.ID(800 + i), Title: names[i%len(names)], Path: "/data/films/" + names[i%len(names)] + ".mp4", Kind: kinds[i%4]}
		if i%3 == 2 {
			r.Outcome, r.Reason = "skipped", []skip.Code{skip.NoMetadata, skip.Ambiguous, skip.PathNotMapped}[i/3%3]
		} else {
			r.Outcome, r.Message, r.Item = "enqueued", message.New(message.ReconcileFields, message.List(message.Of(scene.FieldDate.Message()), message.Of(scene.FieldTags.Message()))), "abc123/5512"
			r.Changes = []store.Change{{Field: "date", Old: "", New: "2019-05-02"}, {Field: "tags", Old: "Draft, Harbour", New: "Harbour, Sea, Evening"}, {Field: "summary", Old: "Two old friends watch the boats come home.", New: "", Why: message.Foreign("empty in Stash; it was written by Lockstep")}}
			if i%2 == 0 {
				r.Changes = append(r.Changes, store.Change{Field: "poster", Shown: fmt.Sprintf("/library/metadata/%d/thumb/7", i), New: "9ae2f0"})
			}
			r.Kept = []store.Change{{Field: "title", Old: "Harbor Lights", New: "Harbor Lights", Why: message.Foreign("kept: locked in Plex, not by Lockstep")}}
		}
		rows = append(rows, r)
	}
	return rows
}

func newFake() *fake {
	f := &fake{jobs: sampleJobs(), rows: map[uint64][]store.ReportRow{7: sampleRows(24), 8: sampleRows(24)}}
	f.snapshots.Store(sampleSnapshot())
	skipped := map[skip.Code]int{skip.NoMetadata: 3, skip.Ambiguous: 3, skip.PathNotMapped: 2}
	kinds := map[queue.Cause]int{"never-synced": 6, "changed": 6, "drifted": 6, "missing": 6}
	f.reports = []store.Report{
		{ID: 8, Scope: "all", Started: ago(2 * time.Minute), Ended: ago(time.Minute), Preview: true, Total: 1204, Checked: 1204, InStep: 1180, Gaps: 24, Enqueued: 16, GapsByKind: kinds, Skipped: skipped},
		{ID: 7, Scope: "all", Started: ago(3 * time.Hour), Ended: ago(3 * time.Hour), Total: 1204, Checked: 1204, InStep: 1180, Gaps: 24, Enqueued: 16, GapsByKind: kinds, Skipped: skipped},
		{ID: 6, Scope: "24h", Started: ago(27 * time.Hour), Ended: ago(27 * time.Hour), Total: 1204, Checked: 700, InStep: 700, Incomplete: message.New(message.StoppedAnswering, message.Word("Plex"))},
	}
	f.outages = api.OutagePage{Verdict: health.Up, Records: []outage.Record{
		{ID: 4, Started: ago(10 * time.Minute), Ended: ago(2 * time.Minute), Cause: message.New(message.HTTPRefused, message.Word("Plex")), JobsHeld: 14, Requeued: 1},
		{ID: 3, Started: ago(3*24*time.Hour + 11*time.Hour), Ended: ago(3*24*time.Hour + 10*time.Hour), Cause: message.Foreign("no answer within 15 s"), JobsHeld: 3},
		{ID: 2, Started: ago(5 * 24 * time.Hour), Ended: ago(5*24*time.Hour - time.Minute), Cause: message.New(message.HTTPRefused, message.Word("Plex")), Repaired: true, Note: message.New(message.OutageNoEnd)},
		{ID: 1, Started: ago(40 * 24 * time.Hour), Ended: ago(40*24*time.Hour - 6*time.Hour), Cause: message.Foreign("Plex is starting (database migration)"), JobsHeld: 1240},
	}, Gaps: []outage.Gap{{From: ago(2 * 24 * time.Hour), To: ago(36 * time.Hour)}, {To: ago(60 * 24 * time.Hour)}}}
	f.history = sampleHistory(250)
	f.runs = []store.Run{{ID: 3, Started: ago(5 * time.Minute), Ended: ago(time.Minute), Written: 42, Skipped: 3}, {ID: 2, Started: ago(26 * time.Hour), Ended: ago(25 * time.Hour), Written: 1180, Dead: 1, Undone: true}}
	f.days = []statistics.Day{{Day: "2026-11-23", Written: 214, InStep: 7, Skipped: map[skip.Code]int{skip.NoMetadata: 3}}, {Day: "2026-11-22", Written: 1180, Failed: 1}}
	for i := range 10 {
		f.days = append(f.days, statistics.Day{Day: statistics.Name(testNow.AddDate(0, 0, -2-i)), Written: 300 * (i * 7 % 5), Failed: i % 4 / 3})
		f.runs = append(f.runs, store.Run{ID: uint64(100 + i), Started: ago(time.Duration(50+i*24) * time.Hour), Ended: ago(time.Duration(50+i*24) * time.Hour), Written: 300 * (i * 7 % 5), Dead: i % 4 / 3})
	}
	values := config.Defaults()
	values.StashURL, values.PlexURL = "http://localhost:9999", "http://localhost:32400"
	values.PathMap = []config.Rule{{Stash: "/data/films", Plex: `D:\Films`}}
	f.settings = api.Settings{Values: values, HasAPIKey: true, SecretsIn: "keyring", Overridden: map[string]string{"plex-url": "--plex-url"}}
	f.test = api.TestResult{OK: true, Message: message.Foreign("Connected to Plex 1.41 with 2 libraries"), Libraries: []api.Library{{ID: "1", Title: "Films", Type: "movie"}, {ID: "2", Title: "Home videos", Type: "movie"}}}
	f.mapping = api.Mapping{Covered: 1173, Total: 1204, Suggestions: []config.Rule{{Stash: "/data/old", Plex: `D:\Archive\Old`}}, Unmatched: []string{"/data/old/Old Reel 7.mp4", "/data/old/Old Reel 8.mp4"}}
	f.explain = api.Explanation{Scene: 812, Title: "DSC_0042", CanUndo: true, Outcome: message.Sentences(message.New(message.SkipAlreadyQueued)), Steps: []api.ExplainStep{
		{Topic: "Stash", Message: message.New(message.ExplainEdited, message.Number(812), message.Time(time.Date(2026, 11, 21, 9, 4, 0, 0, time.UTC))), Lines: said("file /data/films/DSC_0042.mp4", "Lockstep has never seen it in step")},
		{Topic: "Path", Message: message.Foreign(`rule /data/films → D:\Films gives D:\Films\DSC_0042.mp4`)},
		{Topic: "Plex", Message: message.Foreign("found: “DSC_0042” in Films (item 5512)"), Lines: said("“DSC_0042” in Films (item 5512): the same path, 100 %")},
		{Topic: "Fields", Message: message.Foreign("2 fields would be written"), Lines: said("date: empty → “2019-05-02”", "tags: + Sea, − Draft", "summary: Locked in Plex by somebody else; unlock the field in Plex, or set its policy to mirror")},
		{Topic: "Queue", Message: message.New(message.ExplainRetrying, message.Count(2), message.Time(time.Date(2026, 11, 23, 13, 32, 0, 0, time.UTC))), Lines: append(said("last: Plex answered with an error (500)."), message.New(message.ExplainCause, message.Of(queue.Cause("edited").Message())))},
	}}
	return f
}

// sampleHistory is so many lines, the newest first.
func sampleHistory(n int) []store.Activity {
	out := make([]store.Activity, n)
	for i := range out {
		out[i] = store.Activity{
			Seq: uint64(10*n - i), At: ago(time.Duration(i+1) * time.Minute), Scene: scene.ID(i + 1), Name: names[i%len(names)], State: queue.Done,
			Changes: []store.Change{{Field: scene.FieldDate, New: "2019-05-02"}, {Field: scene.FieldTags, Old: "Draft", New: "Sea, Evening"}},
		}
	}
	return out
}

var _ api.API = (*fake)(nil)

func outageDown(s *api.Snapshot) {
	s.Verdict, s.Since = health.Down, ago(10*time.Minute)
	s.Breaker = api.Breaker{State: breaker.Open, NextProbe: testNow.Add(40 * time.Second), Cause: message.New(message.HTTPRefused, message.Word("Plex"))}
	s.Outage = &outage.Record{ID: 5, Started: s.Since, Cause: message.New(message.HTTPRefused, message.Word("Plex"))}
	s.InHand, s.Run = nil, api.Progress{}
	s.Queue.Running = 0
}

// said are sentences as messages.
func said(words ...string) []message.Message {
	out := make([]message.Message, len(words))
	for i, w := range words {
		out[i] = message.Foreign(w)
	}
	return out
}
