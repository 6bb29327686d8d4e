package present_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/app/present"
	"lockstep/assets"
	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

func TestNumbersAndLengths(t *testing.T) {
	t.Parallel()
	numbers := map[int]string{0: "0", 999: "999", 1204: "1" + nn + "204", -1204567: "-1" + nn + "204" + nn + "567"}
	for n, want := range numbers {
		if got := present.Number(n); got != want {
			t.Errorf("number %d: %q, want %q", n, got, want)
		}
	}
	lengths := map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 300 * time.Millisecond: "under 1 s", 59900 * time.Millisecond: "59 s",
		time.Minute: "1 min", 260 * time.Second: "4 min 20 s", 23*time.Minute + 14*time.Second: "23 min",
		125 * time.Minute: "2 h 5 min", 2 * time.Hour: "2 h", 76*time.Hour + 59*time.Minute: "3 d 4 h", 48 * time.Hour: "2 d",
	}
	for d, want := range lengths {
		if got := present.Duration(d); got != want {
			t.Errorf("length %v: %q, want %q", d, got, want)
		}
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ got, want string }{
		"today":      {at.Clock(ago(time.Hour)), "13:12"},
		"yesterday":  {at.Clock(ago(14*time.Hour + 30*time.Minute)), "22 Nov 23:42"},
		"last year":  {at.Clock(ago(400 * 24 * time.Hour)), "19 Oct 2025 14:12"},
		"never":      {at.Clock(time.Time{}) + at.Stamp(time.Time{}), ""},
		"span":       {at.Span(ago(time.Hour), now), "23 Nov 13:12 – 14:12"},
		"long span":  {at.Span(ago(24*time.Hour), now), "22 Nov 14:12 – 23 Nov 14:12"},
		"in":         {at.In(now.Add(90 * time.Second)), "in 1 min 30 s"},
		"in no time": {at.In(now), "now"},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestJobRows(t *testing.T) {
	t.Parallel()
	s := with(writing)
	cases := map[string]struct {
		j    queue.Job
		want present.JobRow
	}{
		"running":       {queue.Job{Scene: 7, Name: "Tidal Pools at Dawn", State: queue.Running, Cause: "edited"}, present.JobRow{Mark: "►", Name: "Tidal Pools at Dawn", State: "writing", Detail: "edited in Stash", Tone: present.Busy}},
		"with fields":   {queue.Job{Scene: 7, Name: "Tidal Pools at Dawn", State: queue.Running, Cause: "edited"}, present.JobRow{Mark: "►", Name: "Tidal Pools at Dawn", State: "writing", Detail: "title, tags, poster", Tone: present.Busy}},
		"other running": {queue.Job{Scene: 8, State: queue.Running}, present.JobRow{Mark: "►", Name: "scene 8", State: "in progress", Tone: present.Busy}},
		"waiting":       {queue.Job{Name: "Night Trains", State: queue.Waiting, Cause: "some-thing"}, present.JobRow{Name: "Night Trains", State: "queued", Detail: "some thing", Discard: true}},
		"retrying":      {queue.Job{Name: "Harbour Lights", State: queue.Retrying, Due: now.Add(20 * time.Minute), Message: message.Foreign("Plex answered with an error (500)."), Hint: message.Foreign("See Plex's log for details."), Attempts: 2}, present.JobRow{Name: "Harbour Lights", State: "retrying 14:32", Detail: "Plex answered with an error (500). See Plex's log for details · tried twice", Tone: present.Warn, Retry: true, Discard: true}},
		"tried again":   {queue.Job{Scene: 8, Name: "X", State: queue.Running, Cause: "edited", Message: message.Foreign("Plex is busy."), Attempts: 2}, present.JobRow{Mark: "►", Name: "X", State: "in progress", Detail: "Plex is busy · tried twice", Tone: present.Busy}},
		"given back":    {queue.Job{Name: "X", State: queue.Waiting, Cause: "edited", Message: message.Foreign("Plex is busy."), Attempts: 1}, present.JobRow{Name: "X", State: "queued", Detail: "Plex is busy · tried once", Discard: true}},
		"parked":        {queue.Job{Name: "Old Reel 7", State: queue.Parked, Due: now.Add(7 * 24 * time.Hour), Message: message.Foreign("asked Plex to scan /films/old")}, present.JobRow{Name: "Old Reel 7", State: "not in Plex yet", Detail: "asked Plex to scan /films/old · waiting until 30 Nov 14:12", Retry: true, Discard: true}},
		"dead":          {queue.Job{Name: "Broken Title", State: queue.Dead, Message: message.Foreign("Plex refused this (400)."), Hint: message.Foreign("See Plex's log for details.")}, present.JobRow{Mark: "✕", Name: "Broken Title", State: "failed", Detail: "Plex refused this (400). See Plex's log for details.", Tone: present.Bad, Retry: true, Discard: true}},
		"dead, no hint": {queue.Job{Name: "X", State: queue.Dead, Message: message.Foreign("Plex did not accept: title.")}, present.JobRow{Mark: "✕", Name: "X", State: "failed", Detail: "Plex did not accept: title. Fix the cause, then press Retry.", Tone: present.Bad, Retry: true, Discard: true}},
		"dead, no word": {queue.Job{Name: "X", State: queue.Dead, Code: skip.FailedBefore}, present.JobRow{Mark: "✕", Name: "X", State: "failed", Detail: "Failed — see the reason in the queue, then press Retry", Tone: present.Bad, Retry: true, Discard: true}},
		"skipped":       {queue.Job{Name: "X", State: queue.Skipped, Code: skip.FilteredTag, Message: message.Foreign("tag Draft")}, present.JobRow{Name: "X", State: "skipped", Detail: "Skipped by your filter for tags: tag Draft — change the filter in the settings to include it", Retry: true}},
		"done":          {queue.Job{Name: "X", State: queue.Done, Due: ago(time.Hour)}, present.JobRow{Mark: "✓", Name: "X", State: "in step at 13:12", Tone: present.Good}},
		"undo":          {queue.Job{Name: "X", State: queue.Waiting, Undo: 4}, present.JobRow{Name: "X", State: "queued", Detail: "being undone", Discard: true}},
		"third attempt": {queue.Job{Name: "X", State: queue.Retrying, Due: now, Attempts: 3}, present.JobRow{Name: "X", State: "retrying 14:12", Detail: "tried 3 of 8 times", Tone: present.Warn, Retry: true, Discard: true}},
		"first attempt": {queue.Job{Name: "X", State: queue.Retrying, Due: now, Attempts: 1}, present.JobRow{Name: "X", State: "retrying 14:12", Detail: "tried once", Tone: present.Warn, Retry: true, Discard: true}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s
			if name == "with fields" {
				s.InHand = []api.InHand{{Scene: 7, Step: "writing", Fields: []scene.Field{scene.FieldTitle, scene.FieldTags, scene.FieldPoster}}}
			}
			if got := present.Job(c.j, s, at); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestFiltersCountEveryJobOnce(t *testing.T) {
	t.Parallel()
	f := present.Filters(queue.Counts{Running: 1, Waiting: 1800, Parked: 2, Done: 9})
	if len(f) != 1+len(queue.States()) || f[0].Count != 1812 || f[0].Label != "All" {
		t.Fatalf("filters %+v", f)
	}
	labels := make([]string, len(f))
	for i := range f {
		labels[i] = f[i].Label
	}
	if got, want := strings.Join(labels, "|"), "All|In progress 1|Queued 1"+nn+"800|Retrying|Not in Plex yet 2|Failed|Skipped|In step 9"; got != want {
		t.Errorf("labels %q, want %q", got, want)
	}
	for _, empty := range []string{present.EmptyQueue(up(), "reef", nil), present.EmptyQueue(up(), "", []queue.State{queue.Dead}), present.EmptyQueue(up(), "", nil), present.EmptyQueue(api.Snapshot{}, "", nil)} {
		if !strings.HasSuffix(empty, ".") {
			t.Errorf("an empty list says %q", empty)
		}
	}
	if got, want := present.Today(api.Today{Written: 214, Skipped: 3}), "today 214 written · 3 skipped · 0 failed"; got != want {
		t.Errorf("today %q, want %q", got, want)
	}
}

var seed = store.Report{Scope: "all", Started: now, Total: 8, Checked: 8, Gaps: 8, GapsByKind: map[queue.Cause]int{"missing": 8}, Skipped: map[skip.Code]int{skip.NoMetadata: 8}}

var large = store.Report{Scope: "24h", Started: now, Total: 1204, Checked: 1204, InStep: 1180, Gaps: 24, Enqueued: 16,
	GapsByKind: map[queue.Cause]int{"drifted": 4, "never-synced": 9, "changed": 11, "emptied": 0}, Skipped: map[skip.Code]int{skip.NoMetadata: 6, skip.Ambiguous: 2}}

// The third incident, verbatim: eight gaps and nothing enqueued must come with the reason.
func TestEightGapsNothingEnqueuedIsExplained(t *testing.T) {
	t.Parallel()
	if got, want := present.Sum(seed), "8 gaps = 0 queued + 8 skipped"; got != want {
		t.Errorf("sum %q, want %q", got, want)
	}
	row := present.ReportRow(store.ReportRow{Scene: 812, Title: "DSC_0042", Kind: "never-synced", Outcome: "skipped", Reason: skip.NoMetadata}, false)
	want := present.Row{Title: "DSC_0042", Kind: "never synced", Outcome: "skipped", Act: true,
		Brief: "No metadata yet", Why: "No metadata yet — add a studio, performer, tag, date or details in Stash to allow sync"}
	if row != want {
		t.Errorf("row %+v, want %+v", row, want)
	}
}

func TestReportSentences(t *testing.T) {
	t.Parallel()
	preview, stopped, besides := large, large, large
	preview.Preview = true
	stopped.Incomplete, stopped.Checked = message.New(message.StoppedAnswering, message.Word("Plex")), 700
	besides.Skipped = map[skip.Code]int{skip.NoMetadata: 11}
	cases := map[string]struct{ got, want string }{
		"title":      {present.ReportTitle(seed, at), "Reconciliation 23 Nov 14:12 — everything"},
		"preview":    {present.ReportTitle(preview, at), "Preview 23 Nov 14:12 — last 24 hours"},
		"summary":    {present.Summary(large), "Checked 1" + nn + "204 scenes: 1" + nn + "180 in step · 16 queued · 8 skipped"},
		"nothing":    {present.Summary(store.Report{}), "No scene was checked."},
		"sum":        {present.Sum(large), "24 gaps = 16 queued + 8 skipped"},
		"would":      {present.Sum(preview), "24 gaps = 16 to write + 8 skipped"},
		"no gap":     {present.Sum(besides), "24 gaps = 16 queued + 8 skipped · 3 more skipped; nothing to sync"},
		"kinds":      {present.ByKind(large), "never synced 9 · changed in Stash 11 · changed in Plex 4"},
		"incomplete": {present.Incomplete(stopped), "Plex stopped answering after 700 of 1" + nn + "204 scenes. The rest was not checked."},
		"told":       {present.Incomplete(store.Report{Incomplete: message.Foreign("It was stopped."), Checked: 3, Total: 5}), "It was stopped. 3 of 5 scenes were checked; the rest was not."},
		"at once":    {present.Incomplete(store.Report{Incomplete: message.Foreign("Stash wants an API key")}), "Stash wants an API key. The rest was not checked."},
		"complete":   {present.Incomplete(large), ""},
		"library":    {present.Scope("library:Films"), "library Films"},
		"scene":      {present.Scope("scene:12"), "scene 12"},
		"week":       {present.Scope("7days"), "last 7 days"},
		"later":      {present.Scope("moon"), "moon"},
		"later kind": {present.Cause("new-kind"), "new kind"},
		"brake":      {present.Brake(message.New(message.BrakeOverwrite, message.Count(412), message.Count(1204), message.Of(message.New(message.SeveralSummary)))), "This would overwrite 412 of 1" + nn + "204 summaries that Lockstep did not write. Continue?"},
		"brake asks": {present.Brake(message.Foreign("Really?")), "Really?"},
		"foot":       {present.PreviewFoot(16, 41, false), "16 scenes, 41 fields. Nothing has been written."},
		"foot, over": {present.PreviewFoot(1, 1, true), "1 scene, 1 field. Something has been written since. Make a new preview to see what is left."},
		"field":      {present.Change(store.Change{Field: "tags", Old: "Draft", New: "Draft,\n Sea"}), "Tags: Draft → Draft, Sea"},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestReportRowsAndFilters(t *testing.T) {
	t.Parallel()
	queued := store.ReportRow{Scene: 5, Outcome: present.Enqueued, Message: message.Foreign("date and tags differ")}
	if got, want := present.ReportRow(queued, true), (present.Row{Title: "scene 5", Kind: "no gap", Outcome: "to write", Brief: "date and tags differ", Why: "date and tags differ"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	var labels []string
	for _, f := range present.RowFilters(large) {
		labels = append(labels, f.Name+" "+strconv.Itoa(f.Rows))
	}
	if got, want := strings.Join(labels, "|"), "All 24|Queued 16|No metadata yet 6|More than one match 2"; got != want {
		t.Errorf("labels %q, want %q", got, want)
	}
}

func TestNotesSayWhatUIPromises(t *testing.T) {
	t.Parallel()
	down, some := with(down), with(func(s *api.Snapshot) { s.Queue.Waiting = 14 })
	idle := with(func(s *api.Snapshot) {
		s.Verdict = health.Down
		s.Outage = &outage.Record{ID: 1, Started: ago(time.Minute), Cause: message.Foreign("timeout.")}
	})
	ended := outage.Record{ID: 3, Started: ago(23 * time.Minute), Ended: now}
	stopped := large
	stopped.Incomplete = message.New(message.StoppedAnswering, message.Word("Plex"))
	preview := large
	preview.Preview, preview.Skipped, preview.Enqueued = true, nil, 24
	cases := map[string]struct{ got, want present.Note }{
		"down":     {present.NoteDown(down, at), present.Note{Title: "Plex is not reachable", Body: "Since 14:02: connection refused. 14 changes are queued; Lockstep keeps trying.", Window: present.Outages}},
		"idle":     {present.NoteDown(idle, at), present.Note{Title: "Plex is not reachable", Body: "Since 14:11: timeout. Lockstep keeps trying.", Window: present.Outages}},
		"back":     {present.NoteBack(some, ended, at), present.Note{Title: "Plex is back", Body: "After 23 min. 14 changes are being written.", Window: present.Queue}},
		"back 0":   {present.NoteBack(up(), ended, at), present.Note{Title: "Plex is back", Body: "After 23 min. Nothing was queued.", Window: present.Queue}},
		"flapping": {present.NoteFlapping(4, ago(10*time.Minute), at), present.Note{Title: "Plex comes and goes", Body: "4 interruptions since 14:02. Lockstep stays quiet until it is stable.", Window: present.Outages}},
		"network":  {present.NoteNetwork(ago(10*time.Minute), at), present.Note{Title: "No network?", Body: "Neither Stash nor Plex has answered since 14:02.", Window: present.Queue}},
		"token":    {present.NoteAttention(api.Attention{Kind: api.SignInPlex}, some), present.Note{Title: "Plex asks you to sign in again", Body: "Nothing is lost: 14 changes are queued.", Window: present.Settings}},
		"key":      {present.NoteAttention(api.Attention{Kind: api.SignInStash}, up()), present.Note{Title: "Stash asks for its API key", Body: "Nothing is lost.", Window: present.Settings}},
		"brake":    {present.NoteAttention(api.Attention{Kind: api.BrakeAsks, Message: message.Foreign("412 summaries would be overwritten")}, up()), present.Note{Title: "Lockstep needs your decision", Body: "412 summaries would be overwritten.", Window: present.Preview}},
		"disk":     {present.NoteAttention(api.Attention{Kind: api.DiskProblem, Message: message.New(message.DiskFull, message.Path("/data")), Hint: message.New(message.AdviceFirstRunUnfinished)}, up()), present.Note{Title: "There is no space left on the disk for /data", Body: "Finish the set-up to begin.", Window: present.Doctor}},
		"done":     {present.NoteReconciled(large), present.Note{Title: "Reconciliation done", Body: "1" + nn + "204 checked: 1" + nn + "180 in step, 16 queued, 8 skipped — see reasons.", Window: present.Reports}},
		"preview":  {present.NoteReconciled(preview), present.Note{Title: "Reconciliation done", Body: "1" + nn + "204 checked: 1" + nn + "180 in step, 24 to write, 0 skipped.", Window: present.Preview}},
		"stopped":  {present.NoteReconciled(stopped), present.Note{Title: "Reconciliation stopped early", Body: "Plex stopped answering after 1" + nn + "204 of 1" + nn + "204 scenes. The rest was not checked.", Window: present.Reports}},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
}

func TestSettingsWords(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ got, want string }{
		"coverage":  {present.Coverage(api.Mapping{Covered: 1173, Total: 1204}), "1" + nn + "173 of 1" + nn + "204 files found in Plex — 97.4" + nn + "%"},
		"none":      {present.Coverage(api.Mapping{}), "No files to look for yet."},
		"tested":    {present.Tested(api.TestResult{OK: true, Message: message.New(message.StashVersionConnected, message.Word("0.30"), message.Count(1204))}).Words, "Connected to Stash 0.30 with 1" + nn + "204 scenes."},
		"hint":      {present.Tested(api.TestResult{Message: message.Foreign("This is a web page"), Hint: message.New(message.AdviceFirstRunUnfinished)}).Words, "This is a web page. Finish the set-up to begin."},
		"stored":    {present.SecretHint(true), "stored — type to replace it"},
		"unset":     {present.SecretHint(false), "not set"},
		"policy":    {present.Choice("fill"), "Fill only what is empty (fill)"},
		"interval":  {present.Choice("daily"), "daily"},
		"elsewhere": {present.SecretPlace("moon"), ""},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	for _, in := range []api.SecretPlace{api.InKeyring, api.InFile, api.InEnvironment, api.InMemory} {
		if present.SecretPlace(in) == "" {
			t.Errorf("nothing is said about secrets in %q", in)
		}
	}
	o, _ := config.Lookup("max-tags")
	if got := present.SettingHint(o, "LOCKSTEP_MAX_TAGS"); !strings.Contains(got, "(1 to 500)") || !strings.Contains(got, "Set by LOCKSTEP_MAX_TAGS") {
		t.Errorf("hint %q", got)
	}
}

func TestSignInWords(t *testing.T) {
	t.Parallel()
	attic := api.PlexServer{Name: "Attic", URL: "http://10.0.0.7:32400"}
	relay := attic
	relay.Relay = true
	cases := map[string]struct{ got, want string }{
		"waiting": {present.SignInWords(api.SignInState{State: api.SignInWaiting}).Words, "Confirm the sign-in in your browser."},
		"done":    {present.SignInWords(api.SignInState{State: api.SignInDone, Servers: []api.PlexServer{attic}}).Words, "Signed in. Choose the server to keep in step:"},
		"none":    {present.SignInWords(api.SignInState{State: api.SignInDone}).Words, "Signed in, but this account owns no Plex server."},
		"expired": {present.SignInWords(api.SignInState{State: api.SignInExpired}).Words, "The sign-in has expired. Start again."},
		"direct":  {present.Server(attic), "Attic · http://10.0.0.7:32400"},
		"relay":   {present.Server(relay), "Attic · only through Plex's slow relay"},
		"dumb":    {present.Server(api.PlexServer{Name: "Attic"}), "Attic · does not answer"},
		"found":   {present.Discovered(2).Words, "2 servers were found on this network:"},
		"nobody":  {present.Discovered(0).Words, "No Plex server answered on this network. Many networks block this; enter the address instead."},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestChartAxis(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		window time.Duration
		first  string
		n      int
	}{
		"hour":  {time.Hour, "13:20", 6},
		"day":   {24 * time.Hour, "15:00", 8},
		"week":  {7 * 24 * time.Hour, "Tue 17", 7},
		"month": {30 * 24 * time.Hour, "29 Oct", 6},
		"year":  {365 * 24 * time.Hour, "Dec", 12},
	}
	for name, c := range cases {
		ticks := present.Ticks(ago(c.window), now, at)
		if len(ticks) != c.n || ticks[0].Words != c.first {
			t.Errorf("%s: %d ticks from %q", name, len(ticks), ticks[0].Words)
		}
	}
	if present.Ticks(now, now, at) != nil {
		t.Error("ticks of no time")
	}
}

func TestSmallWords(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ got, want string }{
		"undone":   {present.Undoing(api.UndoResult{}), "There is nothing left to undo."},
		"undo":     {present.Undoing(api.UndoResult{Enqueued: 1}), "1 scene is queued to be restored."},
		"not all":  {present.Undoing(api.UndoResult{Enqueued: 1, Lost: 2}), "1 scene is queued to be restored. Scenes that cannot be restored completely because their record was damaged on disk: 2."},
		"undo all": {present.Undoing(api.UndoResult{Enqueued: 1180}), "1" + nn + "180 scenes are queued to be restored."},
		"well":     {present.DoctorHead(0), "Everything is fine"},
		"one":      {present.DoctorHead(1), "1 check needs attention"},
		"more":     {present.DoctorHead(3), "3 checks need attention"},
		"none":     {present.WriteSelected(0), "Write selected"},
		"picked":   {present.WriteSelected(1200), "Write 1" + nn + "200 selected"},
		"bad fit":  {present.CoverageLine(api.Mapping{Covered: 1, Total: 2}).Words, "1 of 2 files found in Plex — 50.0" + nn + "%"},
		"row":      {present.OutageWords(present.OutageRow{When: "now", Length: "1 h", Cause: "x"}), "now (1 h) · x"},
		"checking": {present.OutageWords(present.Outage(outage.Record{ID: 1, Started: ago(time.Hour)}, health.Up, at)), "23 Nov 13:12 – ? (being checked) · unknown cause"},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	fit := []present.Tone{present.CoverageLine(api.Mapping{}).Tone, present.CoverageLine(api.Mapping{Covered: 9, Total: 10}).Tone, present.CoverageLine(api.Mapping{Covered: 8, Total: 10}).Tone}
	if fit[0] != present.Muted || fit[1] != present.Good || fit[2] != present.Warn {
		t.Errorf("tones %v", fit)
	}
}

func TestEveryReasonReadsAsASentence(t *testing.T) {
	t.Parallel()
	for _, r := range skip.All() {
		if got := present.Reason(r.Code); !strings.HasPrefix(got, r.Message.String()) || !strings.HasSuffix(got, r.Advice.String()) {
			t.Errorf("%s reads %q", r.Code, got)
		}
	}
	if present.Reason("") != "" {
		t.Error("no reason has words")
	}
}

func TestEveryAttentionHasAWindow(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, w := range present.Windows() {
		known[w] = true
	}
	for _, k := range []api.AttentionKind{api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash, api.BrakeAsks, api.DiskProblem, api.FirstRun, api.RestoredData, "later"} {
		if !known[present.WindowFor(k)] {
			t.Errorf("%s opens %q", k, present.WindowFor(k))
		}
	}
}

// Whatever the engine says, there is a state, an icon that exists and words; and the
// broken icon appears exactly when the verdict of a running engine is Down.
func TestEverySnapshotHasAnIconAndWords(t *testing.T) {
	t.Parallel()
	shapes := map[string]bool{}
	for _, n := range assets.Shapes() {
		shapes[n] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		b := func(n string) bool { return rapid.Bool().Draw(t, n) }
		s := api.Snapshot{Live: b("live"), Configured: b("configured"), Paused: b("paused"),
			Verdict: rapid.SampledFrom([]health.Verdict{health.Unknown, health.Up, health.Down, health.Disputed, "garbage"}).Draw(t, "verdict"),
			Queue:   queue.Counts{Waiting: rapid.IntRange(0, 3).Draw(t, "waiting"), Retrying: rapid.IntRange(0, 2).Draw(t, "retrying")},
			Stash:   api.Connection{Checked: b("checked"), Class: "unreachable"}}
		if b("reconcile") {
			s.Reconcile = &api.ReconcileState{}
		}
		if b("hand") {
			s.InHand = []api.InHand{{}}
		}
		icon := present.Icon(s)
		if !shapes[icon] || present.Status(s, at) == "" {
			t.Fatalf("icon %q, status %q", icon, present.Status(s, at))
		}
		if (icon == assets.Down) != (s.Live && s.Verdict == health.Down) {
			t.Fatalf("icon %q for verdict %q", icon, s.Verdict)
		}
	})
}

func TestAHoldIsSaidUntilTheSetUpEnds(t *testing.T) {
	t.Parallel()
	s := with(func(s *api.Snapshot) { s.Hold = true })
	if got, want := present.Status(s, at), "Nothing is written to Plex yet · "; !strings.HasPrefix(got+" · ", want) {
		t.Errorf("status %q", got)
	}
	a, ok := present.Urgent(s)
	if !ok || present.WindowFor(a.Kind) != present.SetUp || present.Asked(a) != "Nothing is written to Plex yet. Finish the set-up to begin." {
		t.Errorf("asked %v %+v", ok, a)
	}
	down(&s)
	if got := present.StateOf(s); got != present.PlexDown {
		t.Errorf("state while down %v", got)
	}
}
