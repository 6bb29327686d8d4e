package app

import (
	"time"

	"lockstep/app/doctor"
	"lockstep/app/present"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// What commands print with --json is a promise of its own, apart from what is stored and
// from what goes over the socket: names in camelCase, times in RFC 3339 or null, spans as
// seconds, lists and maps never null. docs/json-schema.json is made from these types.

// jobJSON is one job of the queue.
type jobJSON struct {
	Scene       scene.ID     `json:"scene"`
	Name        string       `json:"name"`
	State       queue.State  `json:"state"`
	Cause       queue.Cause  `json:"cause"`
	Enqueued    *time.Time   `json:"enqueued"`
	Due         *time.Time   `json:"due"` // next try, or when a finished one finished
	Attempts    int          `json:"attempts"`
	Code        skip.Code    `json:"code"`
	Words       string       `json:"words"`
	Message     *messageJSON `json:"message"`
	Hint        string       `json:"hint"`
	HintMessage *messageJSON `json:"hintMessage"`
	Class       fault.Class  `json:"class"`
	Picture     bool         `json:"picture"` // failed, and only a picture is missing
	Outage      uint64       `json:"outage"`  // during which it failed, 0 without one
	Awaits      []string     `json:"awaits"`  // paths that are not in Plex yet
	Undo        uint64       `json:"undo"`    // the run it takes back, 0 for a sync
}

func jobOf(j queue.Job) jobJSON {
	return jobJSON{
		j.Scene, j.Name, j.State, j.Cause, stamp(j.Enqueued), stamp(j.Due), j.Attempts, j.Code, j.Message.String(), messageOf(j.Message), j.Hint.String(), messageOf(j.Hint), j.Class,
		j.Picture, j.Outage, list(j.Awaits), j.Undo,
	}
}

// runJSON is one run: from an idle queue to the next.
type runJSON struct {
	ID      uint64      `json:"id"`
	Started *time.Time  `json:"started"`
	Ended   *time.Time  `json:"ended"` // null while it lasts
	Cause   queue.Cause `json:"cause"`
	Written int         `json:"written"`
	InStep  int         `json:"inStep"`
	Parked  int         `json:"parked"`
	Skipped int         `json:"skipped"`
	Dead    int         `json:"dead"`
	Undone  bool        `json:"undone"`
}

func runOf(r store.Run) runJSON {
	return runJSON{r.ID, stamp(r.Started), stamp(r.Ended), r.Cause, r.Written, r.InStep, r.Parked, r.Skipped, r.Dead, r.Undone}
}

// changeJSON is one value that was written or would be.
type changeJSON struct {
	Field      scene.Field  `json:"field"`
	Old        string       `json:"old"`
	New        string       `json:"new"`
	Why        string       `json:"why"`
	WhyMessage *messageJSON `json:"whyMessage"`
}

func changeOf(c store.Change) changeJSON {
	return changeJSON{c.Field, c.Old, c.New, c.Why.String(), messageOf(c.Why)}
}

// activityJSON is one line of the history.
type activityJSON struct {
	Seq     uint64       `json:"seq"`
	At      *time.Time   `json:"at"`
	Run     uint64       `json:"run"`
	Scene   scene.ID     `json:"scene"`
	Name    string       `json:"name"`
	Item    string       `json:"item"` // machine/ratingKey in Plex
	State   queue.State  `json:"state"`
	Words   string       `json:"words"`
	Message *messageJSON `json:"message"`
	Changes []changeJSON `json:"changes"`
}

func activityOf(a store.Activity) activityJSON {
	return activityJSON{a.Seq, stamp(a.At), a.Run, a.Scene, a.Name, a.Item, a.State, a.Message.String(), messageOf(a.Message), each(a.Changes, changeOf)}
}

// reportJSON is a reconciliation without its rows.
type reportJSON struct {
	ID                uint64              `json:"id"`
	Scope             string              `json:"scope"`
	Started           *time.Time          `json:"started"`
	Ended             *time.Time          `json:"ended"` // null while it lasts
	Preview           bool                `json:"preview"`
	Deep              bool                `json:"deep"`
	Scheduled         bool                `json:"scheduled"`
	Incomplete        string              `json:"incomplete"` // why, empty when it is complete
	IncompleteMessage *messageJSON        `json:"incompleteMessage"`
	Total             int                 `json:"total"`
	Checked           int                 `json:"checked"`
	InStep            int                 `json:"inStep"`
	Gaps              int                 `json:"gaps"`
	GapsByKind        map[queue.Cause]int `json:"gapsByKind"`
	Enqueued          int                 `json:"enqueued"`
	Skipped           map[skip.Code]int   `json:"skipped"`
}

func reportOf(r store.Report) reportJSON {
	return reportJSON{
		r.ID, r.Scope, stamp(r.Started), stamp(r.Ended), r.Preview, r.Deep, r.Scheduled, r.Incomplete.String(), messageOf(r.Incomplete), r.Total, r.Checked,
		r.InStep, r.Gaps, dict(r.GapsByKind), r.Enqueued, dict(r.Skipped),
	}
}

// rowJSON is one row of a report.
type rowJSON struct {
	Scene         scene.ID     `json:"scene"`
	Title         string       `json:"title"`
	Path          string       `json:"path"`
	Kind          queue.Cause  `json:"kind"`
	Outcome       string       `json:"outcome"`
	Reason        skip.Code    `json:"reason"`
	Words         string       `json:"words"`
	Message       *messageJSON `json:"message"`
	Advice        string       `json:"advice"`
	AdviceMessage *messageJSON `json:"adviceMessage"`
	Changes       []changeJSON `json:"changes"`
}

func rowOf(r store.ReportRow) rowJSON {
	words, advice := present.RowReason(r)
	return rowJSON{
		r.Scene, r.Title, r.Path, r.Kind, r.Outcome, r.Reason, words.String(), messageOf(words), advice.String(), messageOf(advice), each(r.Changes, changeOf),
	}
}

// fullReportJSON is what `reconcile --json` and `reports ID --json` print.
type fullReportJSON struct {
	reportJSON
	Rows []rowJSON `json:"rows"`
}

// attentionJSON is something a person is asked for.
type attentionJSON struct {
	Kind        api.AttentionKind `json:"kind"`
	Words       string            `json:"words"`
	Message     *messageJSON      `json:"message"`
	Hint        string            `json:"hint"`
	HintMessage *messageJSON      `json:"hintMessage"`
	Since       *time.Time        `json:"since"`
	Report      uint64            `json:"report"` // the preview a question is about, 0 without one
}

func attentionOf(a api.Attention) attentionJSON {
	return attentionJSON{a.Kind, a.Message.String(), messageOf(a.Message), a.Hint.String(), messageOf(a.Hint), stamp(a.Since), a.Report}
}

// failingJSON is a kind of request that is made in vain at present.
type failingJSON struct {
	Server      fault.Server `json:"server"`
	Kind        string       `json:"kind"`
	Class       fault.Class  `json:"class"`
	Words       string       `json:"words"`
	Message     *messageJSON `json:"message"`
	Hint        string       `json:"hint"`
	HintMessage *messageJSON `json:"hintMessage"`
	Since       *time.Time   `json:"since"`
	Tries       int          `json:"tries"`
	Next        *time.Time   `json:"next"`
}

func failingOf(f api.Failing) failingJSON {
	return failingJSON{f.Server, f.Kind, f.Class, f.Message.String(), messageOf(f.Message), f.Hint.String(), messageOf(f.Hint), stamp(f.Since), f.Tries, stamp(f.Next)}
}

// retryingJSON is a scene that failed several times and is tried again.
type retryingJSON struct {
	Scene   scene.ID     `json:"scene"`
	Title   string       `json:"title"`
	Words   string       `json:"words"`
	Message *messageJSON `json:"message"`
	Tries   int          `json:"tries"`
	Next    *time.Time   `json:"next"`
}

// testedJSON is how a try to reach a server went.
type testedJSON struct {
	OK          bool          `json:"ok"`
	Words       string        `json:"words"`
	Message     *messageJSON  `json:"message"`
	Hint        string        `json:"hint"`
	HintMessage *messageJSON  `json:"hintMessage"`
	Libraries   []libraryJSON `json:"libraries"` // of Plex; empty for Stash
}

type libraryJSON struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Type      string   `json:"type"`
	Locations []string `json:"locations"`
}

func testedOf(r *api.TestResult) *testedJSON {
	if r == nil {
		return nil
	}
	return &testedJSON{r.OK, r.Message.String(), messageOf(r.Message), r.Hint.String(), messageOf(r.Hint), each(r.Libraries, func(l api.Library) libraryJSON {
		return libraryJSON{l.ID, l.Title, l.Type, list(l.Locations)}
	})}
}

// checkJSON is one of the doctor's checks.
type checkJSON struct {
	Name        string       `json:"name"`
	NameMessage *messageJSON `json:"nameMessage"`
	State       doctor.State `json:"state"`
	Words       string       `json:"words"`
	Message     *messageJSON `json:"message"`
	Hint        string       `json:"hint"`
	HintMessage *messageJSON `json:"hintMessage"`
}

func checkOf(c doctor.Check) checkJSON {
	return checkJSON{c.Name.String(), messageOf(c.Name), c.State, c.Message.String(), messageOf(c.Message), c.Hint.String(), messageOf(c.Hint)}
}

// bundleJSON is what `doctor --bundle FILE --json` prints.
type bundleJSON struct {
	Bundle string `json:"bundle"`
}

// explanationJSON is what `explain --json` prints.
type explanationJSON struct {
	Scene          scene.ID     `json:"scene"` // 0 when several match
	Title          string       `json:"title"`
	Steps          []stepJSON   `json:"steps"`
	Outcome        string       `json:"outcome"`
	OutcomeMessage *messageJSON `json:"outcomeMessage"`
	CanUndo        bool         `json:"canUndo"`
	Matches        []matchJSON  `json:"matches"` // empty unless several match
}

type stepJSON struct {
	Topic        string         `json:"topic"`
	Words        string         `json:"words"`
	Message      *messageJSON   `json:"message"`
	Lines        []string       `json:"lines"`
	LineMessages []*messageJSON `json:"lineMessages"`
}

type matchJSON struct {
	Scene scene.ID `json:"scene"`
	Title string   `json:"title"`
	Path  string   `json:"path"`
}

func explanationOf(e api.Explanation) explanationJSON {
	return explanationJSON{
		e.Scene, e.Title, each(e.Steps, func(s api.ExplainStep) stepJSON {
			return stepJSON{s.Topic, s.Message.String(), messageOf(s.Message), each(s.Lines, message.Message.String), messagesOf(s.Lines)}
		}),
		e.Outcome.String(), messageOf(e.Outcome), e.CanUndo, each(e.Matches, func(m api.Match) matchJSON { return matchJSON{m.Scene, m.Title, m.Path} }),
	}
}

// each turns every item into its form for machines; none is an empty list.
func each[T, J any](items []T, form func(T) J) []J {
	out := make([]J, 0, len(items))
	for _, item := range items {
		out = append(out, form(item))
	}
	return out
}
