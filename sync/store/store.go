// Package store declares what everything durable goes through: transactions over
// jobs, scenes, the index of Plex items, what was written to them, health, journal,
// history and reports. It holds no code that stores; package storage does.
package store

import (
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/health"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
)

// Store is the durable state. All methods may be called from any goroutine.
type Store interface {
	// View runs fn on a consistent picture. fn must be quick: it must not wait for a
	// network, a channel or another transaction.
	View(fn func(Tx) error) error
	// Update runs fn in a transaction that is on disk exactly when Update returns nil.
	// One runs at a time; fn must not wait for another transaction.
	Update(fn func(Tx) error) error
	// Counts is the number of jobs per state after the last commit; it costs nothing.
	Counts() queue.Counts
}

// Tx is one transaction. What a read returns is a copy; slices may be kept.
type Tx interface {
	Jobs
	Scenes
	Index
	Items
	Health
	Journal
	Reports
	Playbacks
	Values
}

// Jobs is the queue: one job per scene.
type Jobs interface {
	// Job returns the scene's job; false when it has none.
	Job(id scene.ID) (queue.Job, bool, error)
	// PutJob stores a job; record, order and counts move together.
	PutJob(j queue.Job) error
	DeleteJob(id scene.ID) error
	// DueJobs lists up to n waiting or retrying jobs due at now, the earliest due first.
	DueJobs(now time.Time, n int) ([]queue.Job, error)
	// NextDue is when the next waiting or retrying job is due; false when there is none.
	NextDue() (time.Time, bool, error)
	// JobsIn calls fn for jobs of a state in order of Due until fn returns false.
	JobsIn(s queue.State, fn func(queue.Job) bool) error
	// ListJobs is a page for display.
	ListJobs(q JobQuery) (JobPage, error)
	JobCounts() (queue.Counts, error)
}

// JobQuery selects jobs for display. The zero value is the first page of all.
type JobQuery struct {
	States []queue.State `json:"states,omitempty"` // empty: all, in queue.States order
	Search string        `json:"search,omitempty"` // part of the name or the id, any case
	Reason skip.Code     `json:"reason,omitempty"` // only what ended for it; empty: whatever
	// Language is that of the catalogue by which reasons are sorted; "": English.
	Language string `json:"language,omitempty"`
	Sort     Sort   `json:"sort,omitzero"`
	Offset   int    `json:"offset,omitempty"`
	Limit    int    `json:"limit,omitempty"` // zero: 100; at most 10 000
}

// JobPage is a part of the queue with the number of all that match.
type JobPage struct {
	Jobs  []queue.Job `json:"jobs"`
	Total int         `json:"total"`
}

// Seen is what Lockstep knows of a scene from its last scan.
type Seen struct {
	// UpdatedAt is Stash's own text, for equality only.
	UpdatedAt string `json:"u"`
	// Content is the hash of what was last brought in step, empty if never.
	Content scene.Hash `json:"c,omitempty"`
	// Paths is the hash of the file paths at the last scan.
	Paths scene.Hash `json:"p,omitempty"`
	// Synced is when the scene was last seen in step; zero if never.
	Synced time.Time `json:"s,omitzero"`
	Name   string    `json:"n,omitempty"`
	// Cover is the ETag of the cover last looked at, CoverAt the UpdatedAt it belongs to.
	Cover   string `json:"e,omitempty"`
	CoverAt string `json:"ea,omitempty"`
	SHA1    string `json:"h,omitempty"` // of the cover's bytes, empty: none
	// Gallery is the version of the gallery picture last looked at, GallerySHA1 that of its
	// bytes as they are sent to Plex.
	Gallery     string `json:"g,omitempty"`
	GallerySHA1 string `json:"gh,omitempty"`
}

// NameKind says what a Stash name belongs to.
type NameKind string

// The kinds of name whose renaming bumps no scene.
const (
	TagName       NameKind = "tag"
	PerformerName NameKind = "performer"
	StudioName    NameKind = "studio"
	GroupName     NameKind = "group"
	GalleryName   NameKind = "gallery"
)

// Use is one tag, performer, studio, group or gallery that a scene uses.
type Use struct {
	Kind NameKind
	ID   string
}

// Scenes is what is known of Stash.
type Scenes interface {
	Seen(id scene.ID) (Seen, bool, error)
	PutSeen(id scene.ID, s Seen) error
	// DeleteSeen forgets a scene, its uses and its claim on paths.
	DeleteSeen(id scene.ID) error
	// EachSeen walks all known scenes by id, starting after the given one, until fn
	// returns false.
	EachSeen(after scene.ID, fn func(scene.ID, Seen) bool) error
	// SetUses replaces what the scene uses.
	SetUses(id scene.ID, uses []Use) error
	// Using lists the scenes that use something, at most limit (0: all).
	Using(u Use) ([]scene.ID, error)
	// Names returns the id → text list of a kind as last stored.
	Names(kind NameKind) (map[string]string, error)
	PutName(kind NameKind, id, text string) error
	DeleteName(kind NameKind, id string) error
	// ClaimPaths records which Plex paths (index keys) a scene's files map to, replacing
	// what it claimed before.
	ClaimPaths(id scene.ID, pathKeys []string) error
	// Claimants lists the scenes that claim a path key.
	Claimants(pathKey string) ([]scene.ID, error)
}

// Indexed is one Plex item as the path index knows it.
type Indexed struct {
	Key       scene.ItemKey `json:"-"`
	Section   string        `json:"s"`
	Title     string        `json:"t,omitempty"`
	Files     []string      `json:"f"`
	UpdatedAt int64         `json:"u"`
	Trashed   bool          `json:"x,omitempty"` // see scene.Item
}

// SectionMark is where the index of one section stands.
type SectionMark struct {
	Total  int       `json:"total"`  // totalSize at the last full listing, kept up since
	Newest int64     `json:"newest"` // newest updatedAt seen
	Listed time.Time `json:"listed"` // last full listing
	// Owed says that a full listing was wanted and failed.
	Owed bool `json:"owed,omitempty"`
}

// Index finds Plex items by path. pathKey is match.Key of a Plex path.
type Index interface {
	Indexed(key scene.ItemKey) (Indexed, bool, error)
	// PutIndexed stores an item and the path keys of its files, replacing older ones.
	PutIndexed(it Indexed, pathKeys []string) error
	DeleteIndexed(key scene.ItemKey) error
	// ItemsAt lists the items one of whose files has the path key.
	ItemsAt(pathKey string) ([]Indexed, error)
	// EachIndexed walks the items of a server until fn returns false.
	EachIndexed(machine string, fn func(Indexed) bool) error
	SectionMark(machine, section string) (SectionMark, bool, error)
	PutSectionMark(machine, section string, m SectionMark) error
	// DropSection removes all items of a section and its mark.
	DropSection(machine, section string) error
}

// Health is breaker, outages and what was announced.
type Health interface {
	// Breaker returns false when none was stored or the stored one cannot be read.
	Breaker() (breaker.Breaker, bool, error)
	PutBreaker(b breaker.Breaker) error
	// Outages lists records by id, the newest first, at most limit (0: all). Records
	// that cannot be read are returned with the zero Started, for repair.
	Outages(limit int) ([]outage.Record, error)
	PutOutage(r outage.Record) error
	DeleteOutage(id uint64) error
	// OffGaps are the spans in which Plex was not watched, the oldest first.
	OffGaps() ([]outage.Gap, error)
	PutOffGap(g outage.Gap) error
	DeleteOffGap(g outage.Gap) error
	Said() (health.Said, bool, error)
	PutSaid(s health.Said) error
}

// Values are small single records by name: pause, schedule, last contact, settings.
type Values interface {
	// Value decodes the named value into v; false when there is none.
	Value(name string, v any) (bool, error)
	PutValue(name string, v any) error
	DeleteValue(name string) error
}
