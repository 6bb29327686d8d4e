package store

import (
	"slices"
	"time"

	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// ItemState is what Lockstep wrote to one Plex item.
type ItemState struct {
	Scene  scene.ID    `json:"scene"`
	Path   string      `json:"path"`            // the Plex path by which it was matched
	Files  []string    `json:"files,omitempty"` // all its files when there are several
	Memory plan.Memory `json:"memory"`
	// UpdatedAt is Plex's stamp at the last read-back.
	UpdatedAt int64     `json:"updatedAt"`
	Written   time.Time `json:"written,omitzero"`
}

// Holding is the state with what the item holds now. Of a single file the path is enough.
func (s ItemState) Holding(id scene.ID, path string, files []string) ItemState {
	s.Scene, s.Path, s.Files = id, path, nil
	if len(files) > 1 {
		s.Files = slices.Clone(files)
	}
	return s
}

// Remembered is what is known of an item that now holds that file of that scene. A file of an
// item with several may go to another scene: the item stays the same. What was written under
// the same rating key for another scene's other file, as after Plex's database was restored,
// is not known of it. It is kept while Plex does not show the item: an item that
// is gone for a moment and forgotten would come back with Lockstep's own locks as a person's.
func Remembered(tx Items, key scene.ItemKey, id scene.ID, path string) (ItemState, bool, error) {
	s, known, err := tx.ItemState(key)
	if err != nil || !known || s.Scene != id && !match.Same(s.Path, path) && !slices.ContainsFunc(s.Files, func(f string) bool { return match.Same(f, path) }) {
		return ItemState{}, false, err
	}
	return s, true, nil
}

// Items is what was written where.
type Items interface {
	ItemState(key scene.ItemKey) (ItemState, bool, error)
	PutItemState(key scene.ItemKey, s ItemState) error
}

// JournalEntry holds what an item was before a run touched it, so that it can be
// undone.
type JournalEntry struct {
	Seq    uint64        `json:"seq"` // given by the store
	Run    uint64        `json:"run"`
	Item   scene.ItemKey `json:"item"`
	Scene  scene.ID      `json:"scene"`
	Name   string        `json:"name"`
	At     time.Time     `json:"at"`
	Former plan.Former   `json:"former"`
	// Sent is set for an entry about Stash; then Former is empty.
	Sent *Sent `json:"sent,omitempty"`
	// Undone is set when the entry was restored, or never can be.
	Undone bool `json:"undone,omitempty"`
	// Void is set when nothing of it reached Plex: it was refused, or never sent.
	Void bool `json:"void,omitempty"`
	// Lost is set when what the entry held was damaged on disk: of the rest only run and
	// scene are known.
	Lost bool `json:"lost,omitempty"`
}

// Undoable reports whether there is something to restore: an entry is an intent first,
// and counts as a write unless it is known to be none.
func (e JournalEntry) Undoable() bool { return !e.Undone && !e.Void }

// Run is one stretch of work from an idle queue to the next.
type Run struct {
	ID      uint64      `json:"id"`
	Started time.Time   `json:"started"`
	Ended   time.Time   `json:"ended,omitzero"`
	Cause   queue.Cause `json:"cause,omitempty"`
	Written int         `json:"written"`          // scenes of which anything was written
	InStep  int         `json:"inStep,omitempty"` // scenes Plex had right already
	Parked  int         `json:"parked,omitempty"` // scenes not in Plex yet
	Skipped int         `json:"skipped"`
	Dead    int         `json:"dead"`
	Undone  bool        `json:"undone,omitempty"`
}

// Change is one field of one item as it was written.
type Change struct {
	Field scene.Field `json:"field"`
	Old   string      `json:"old"`
	New   string      `json:"new"`
	// Shown is the path of the picture that Plex showed before; only of pictures, whose Old and
	// New are hashes.
	Shown string `json:"shown,omitempty"`
	// Why is the reason in words, if there is one to tell.
	Why message.Message `json:"why,omitzero"`
}

// Activity is one line of history: what happened to a scene.
type Activity struct {
	Seq     uint64          `json:"seq"` // given by the store
	At      time.Time       `json:"at"`
	Run     uint64          `json:"run,omitempty"`
	Scene   scene.ID        `json:"scene"`
	Name    string          `json:"name"`
	Item    string          `json:"item,omitempty"` // machine/ratingKey
	State   queue.State     `json:"state"`
	Message message.Message `json:"words,omitzero"`
	Changes []Change        `json:"changes,omitempty"`
}

// Journal is what undo and history need.
type Journal interface {
	AddJournal(e JournalEntry) error
	// JournalOf lists the entries of a run (zero: any) and scene (zero: any), the
	// newest first.
	JournalOf(run uint64, id scene.ID) ([]JournalEntry, error)
	// EachJournal is JournalOf for a run of any size: fn gets one entry after the
	// other until it returns false. It must not change the journal.
	EachJournal(run uint64, id scene.ID, fn func(JournalEntry) bool) error
	MarkUndone(seq uint64) error
	// MarkVoid says whether nothing of an entry reached Plex.
	MarkVoid(seq uint64, void bool) error
	PutRun(r Run) error
	// DeleteRun forgets that there was a run; its journal stays.
	DeleteRun(id uint64) error
	// Runs lists the newest runs first, at most limit.
	Runs(limit int) ([]Run, error)
	AddActivity(a Activity) error
	// History lists activity, the newest first.
	History(q HistoryQuery) ([]Activity, error)
	// Prune deletes journal, runs and activity older than the stamp, at most limit
	// records; it returns how many.
	Prune(before time.Time, limit int) (int, error)
}

// HistoryQuery selects activity for display.
type HistoryQuery struct {
	Search string `json:"search,omitempty"` // part of the name or of what is said
	// Language is that of the catalogue in which what is said is searched; "": English.
	Language string   `json:"language,omitempty"`
	Scene    scene.ID `json:"scene,omitempty"`
	Before   uint64   `json:"before,omitempty"` // seq to go on below; zero: from the newest
	Limit    int      `json:"limit,omitempty"`  // zero: 100; at most 10 000
	// Sort is how it is sorted, and Offset how many lines of that are left out; Before counts
	// only without it.
	Sort   Sort `json:"sort,omitzero"`
	Offset int  `json:"offset,omitempty"`
}

// Report is the summary of one reconciliation.
type Report struct {
	ID         uint64              `json:"id"` // given by NewReport
	Scope      string              `json:"scope"`
	Started    time.Time           `json:"started"`
	Ended      time.Time           `json:"ended,omitzero"`
	Preview    bool                `json:"preview,omitempty"`
	Deep       bool                `json:"deep,omitempty"`
	Scheduled  bool                `json:"scheduled,omitempty"`
	Incomplete message.Message     `json:"incomplete,omitzero"` // why, in words; empty = complete
	Total      int                 `json:"total"`               // scenes in scope, as far as known
	Checked    int                 `json:"checked"`
	InStep     int                 `json:"inStep"`
	Gaps       int                 `json:"gaps"`
	GapsByKind map[queue.Cause]int `json:"gapsByKind"`
	Enqueued   int                 `json:"enqueued"`
	Skipped    map[skip.Code]int   `json:"skipped"`
}

// ReportRow is one scene that is not in step.
type ReportRow struct {
	Scene   scene.ID        `json:"scene"`
	Title   string          `json:"title"`
	Path    string          `json:"path"`
	Kind    queue.Cause     `json:"kind,omitempty"` // gap kind; empty for a skip that is no gap
	Outcome string          `json:"outcome"`        // enqueued or skipped
	Reason  skip.Code       `json:"reason,omitempty"`
	Message message.Message `json:"words,omitzero"` // details beyond the reason's own words
	Item    string          `json:"item,omitempty"` // rating key in Plex, if known
	// Changes are the planned changes, Kept the fields that differ and stay as they are,
	// with the reason.
	Changes []Change `json:"changes,omitempty"`
	Kept    []Change `json:"kept,omitempty"`
}

// RowQuery selects rows of a report for display.
type RowQuery struct {
	Report  uint64      `json:"report"`
	Outcome string      `json:"outcome,omitempty"`
	Reason  skip.Code   `json:"reason,omitempty"`
	Kind    queue.Cause `json:"kind,omitempty"`
	Search  string      `json:"search,omitempty"`
	// Language is that of the catalogue in which what is said is searched; "": English.
	Language string `json:"language,omitempty"`
	Sort     Sort   `json:"sort,omitzero"`
	Offset   int    `json:"offset,omitempty"`
	Limit    int    `json:"limit,omitempty"` // zero: 100; at most 10 000
}

// RowPage is a part of a report with the number of all rows that match.
type RowPage struct {
	Rows  []ReportRow `json:"rows"`
	Total int         `json:"total"`
}

// Reports holds reconciliation reports, the last 20.
type Reports interface {
	// NewReport stores a report under the next id and returns it; older ones beyond
	// the last 20 are dropped with their rows.
	NewReport(r Report) (uint64, error)
	PutReport(r Report) error
	// Report returns a report; id zero means the newest.
	Report(id uint64) (Report, bool, error)
	// Reports lists the newest first, at most limit (0: all).
	Reports(limit int) ([]Report, error)
	AddRows(report uint64, rows []ReportRow) error
	Rows(q RowQuery) (RowPage, error)
}
