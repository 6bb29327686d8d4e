// Package api is all that tray, windows and command line may know of the engine: the
// API interface, the snapshot and the pages it hands out, and one way to follow the
// snapshots. The engine and the client of the local socket both implement it.
package api

import (
	"context"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// API is the engine as seen from outside. Commands return when the intent is stored;
// the effect arrives through the snapshot. Errors are fault.Error values or wrap them.
type API interface {
	// Snapshot returns the latest snapshot.
	Snapshot(ctx context.Context) (Snapshot, error)
	// Watch calls fn with the latest snapshot at once and after changes, skipping
	// intermediate ones, until ctx ends or the connection breaks.
	Watch(ctx context.Context, fn func(Snapshot)) error

	Pause(ctx context.Context, until time.Time) error // zero: until resumed
	Resume(ctx context.Context) error
	// SyncNow looks for edits at once; with ids it enqueues just these scenes, with all
	// every scene is compared again.
	SyncNow(ctx context.Context, q SyncRequest) (SyncResult, error)
	Retry(ctx context.Context, q Selection) (int, error)
	Discard(ctx context.Context, q Selection) (int, error)
	// ProbeNow tries an open breaker at once.
	ProbeNow(ctx context.Context) error

	Jobs(ctx context.Context, q store.JobQuery) (store.JobPage, error)
	Outages(ctx context.Context, q OutageQuery) (OutagePage, error)
	History(ctx context.Context, q store.HistoryQuery) ([]store.Activity, error)
	Runs(ctx context.Context, limit int) ([]store.Run, error)
	// Statistics is what was done on the days from one on (2026-03-01, "" for all that are
	// kept), the oldest first. Days on which nothing happened are left out.
	Statistics(ctx context.Context, since string) ([]statistics.Day, error)
	Undo(ctx context.Context, q UndoRequest) (UndoResult, error)
	// Collections compares what collections show with the studios and groups of Stash.
	Collections(ctx context.Context, q CollectionsRequest) (Collections, error)

	// Reconcile starts a reconciliation and returns its report id; the progress is in
	// the snapshot. Only one runs at a time.
	Reconcile(ctx context.Context, q ReconcileRequest) (uint64, error)
	// StopReconcile ends the running one; its report is marked incomplete.
	StopReconcile(ctx context.Context) error
	Reports(ctx context.Context, limit int) ([]store.Report, error)
	// Report returns one report; id zero means the newest.
	Report(ctx context.Context, id uint64) (store.Report, error)
	Rows(ctx context.Context, q store.RowQuery) (store.RowPage, error)
	// Apply enqueues scenes of a preview report, all when ids is empty. It also
	// confirms a brake.
	Apply(ctx context.Context, report uint64, ids []scene.ID) (int, error)
	// Explain tells about the scene with this id, else exactly this path, else this title.
	// Several that fit are listed, none is an error of class NotFound.
	Explain(ctx context.Context, query string) (Explanation, error)
	// Picture is a small copy of a cover or poster. It is for somebody who looks: an error is
	// worth another try a minute later, and never news.
	Picture(ctx context.Context, q PictureQuery) (Picture, error)

	Settings(ctx context.Context) (Settings, error)
	// SaveSettings validates and stores the settings; secrets left nil are kept.
	SaveSettings(ctx context.Context, s SettingsChange) error
	// TestConnection tries an address and secret without storing them.
	TestConnection(ctx context.Context, q TestRequest) (TestResult, error)
	// Mapping shows how well the path rules fit, with suggestions. It waits for both
	// servers to answer and lists Plex's libraries first when that was not done yet.
	Mapping(ctx context.Context, rules []config.Rule) (Mapping, error)

	// Examples shows three real scenes as these settings would have them, stored or not.
	Examples(ctx context.Context, s config.Settings) (Examples, error)

	// StartSignIn begins a sign-in with Plex that a person confirms on a page in the
	// browser. Only the newest one counts.
	StartSignIn(ctx context.Context) (SignIn, error)
	// PollSignIn asks how a sign-in stands; once a second is right. An error is worth
	// another try unless it is Unauthorized.
	PollSignIn(ctx context.Context, id string) (SignInState, error)
	// ChooseServer stores address and token of a server the sign-in brought, if the
	// server accepts them.
	ChooseServer(ctx context.Context, id, machine string) (PlexServer, error)
	// Discover looks for Plex servers on the local network for about two seconds. None
	// is an answer; networks often block it.
	Discover(ctx context.Context) ([]PlexServer, error)

	// Import takes over what Stash2Plex left behind, or says what that would be. It changes
	// nothing there; doing it again adds nothing. What ours have nothing like is listed too.
	Import(ctx context.Context, q ImportRequest) (Import, error)

	// Activity is what Stash learns from Plex, and what of it waits.
	Activity(ctx context.Context, q ActivityQuery) (ActivityPage, error)
	// CheckActivity asks Plex now what was watched and rated, and returns when that has ended.
	CheckActivity(ctx context.Context, q ActivityCheck) error
	// AnswerActivity decides about all that waits to be written to Stash, and returns how much
	// that is.
	AnswerActivity(ctx context.Context, q ActivityAnswer) (int, error)

	// Say stores that an outage is about to be announced if breaker and record agree on
	// disk and the verdict was proved lately, and reports whether the message may be sent.
	// With Delivered it stores that the message was shown.
	Say(ctx context.Context, s health.Said) (bool, error)
	// CheckData reads everything that is stored and mends what is damaged.
	CheckData(ctx context.Context) (DataCheck, error)
	// Quit asks the owning process to end gracefully.
	Quit(ctx context.Context) error
}

// SyncRequest says what SyncNow looks at. The zero value looks for edits.
type SyncRequest struct {
	Scenes []scene.ID `json:"scenes,omitempty"`
	All    bool       `json:"all,omitempty"`
}

// SyncResult says what SyncNow found.
type SyncResult struct {
	Enqueued int `json:"enqueued"`
}

// Selection names jobs: by scene, all dead ones, all whose items Plex does not have yet, or
// all that were skipped for a reason.
type Selection struct {
	Scenes  []scene.ID `json:"scenes,omitempty"`
	AllDead bool       `json:"allDead,omitempty"`
	Parked  bool       `json:"parked,omitempty"`
	Reason  skip.Code  `json:"reason,omitempty"`
}

// ByName reports that a person named each scene.
func (q Selection) ByName() bool { return !q.AllDead && !q.Parked && q.Reason == "" }

// OutageQuery asks for the outages of a window ending now. Zero means 30 days.
type OutageQuery struct {
	Window time.Duration `json:"window,omitempty"`
}

// OutagePage is the outage history of a window.
type OutagePage struct {
	Verdict  health.Verdict   `json:"verdict"`
	From     time.Time        `json:"from"`
	To       time.Time        `json:"to"`
	Records  []outage.Record  `json:"records"` // the newest first
	Gaps     []outage.Gap     `json:"gaps"`
	Metrics  outage.Metrics   `json:"metrics"`
	Timeline []outage.Segment `json:"timeline"`
}

// UndoRequest names what to undo: a run, or one scene's last write.
type UndoRequest struct {
	Run   uint64   `json:"run,omitempty"`
	Scene scene.ID `json:"scene,omitempty"`
}

// DataCheck is what CheckData found.
type DataCheck struct {
	// Message tell what was damaged and what became of it, empty when all is well.
	Message message.Message `json:"words,omitzero"`
}

// UndoResult says how many scenes were queued for undo.
type UndoResult struct {
	Enqueued int `json:"enqueued"`
	// Lost is how many more cannot be given back what they were, or not all of it: the
	// record of that was damaged on disk.
	Lost int `json:"lost"`
}

// ReconcileRequest says what to compare. The zero value is everything, quick, writing.
type ReconcileRequest struct {
	Scope     config.Scope `json:"scope,omitempty"`
	Preview   bool         `json:"preview,omitempty"`
	Deep      bool         `json:"deep,omitempty"`
	Yes       bool         `json:"yes,omitempty"` // the brake was confirmed beforehand
	Scheduled bool         `json:"scheduled,omitempty"`
}

// Explanation answers "why is this scene not in step?" in numbered steps, or lists the
// scenes to choose from.
type Explanation struct {
	Scene scene.ID      `json:"scene"`
	Title string        `json:"title"`
	Steps []ExplainStep `json:"steps"`
	// Outcome is the closing sentence.
	Outcome message.Message `json:"outcome,omitzero"`
	// CanUndo tells that Lockstep wrote to the scene and the last write can be undone.
	CanUndo bool `json:"canUndo,omitempty"`
	// Matches are the scenes that fit when more than one does; then there are no steps.
	Matches []Match `json:"matches,omitempty"`
}

// Match is a scene that fits what was asked for.
type Match struct {
	Scene scene.ID `json:"scene"`
	Title string   `json:"title"`
	Path  string   `json:"path,omitempty"` // its first file, as Stash knows it
}

// ExplainStep is one step of an explanation: what was looked at and what came out. Times
// in the sentences are in RFC 3339; package present writes them for people.
type ExplainStep struct {
	Topic   string            `json:"topic"` // Stash, Path, Plex, Fields, Queue
	Message message.Message   `json:"words,omitzero"`
	Lines   []message.Message `json:"lines,omitempty"`
}

// SecretPlace is where secrets are kept. The texts are printed as JSON.
type SecretPlace string

// The places.
const (
	InKeyring     SecretPlace = "keyring"     // that of the desktop
	InFile        SecretPlace = "file"        // of the data folder, with consent, readable for its owner alone
	InMemory      SecretPlace = "memory"      // until Lockstep ends: there is no keyring, and no consent to a file
	InEnvironment SecretPlace = "environment" // variables, which somebody else keeps
)

// Settings is the present settings with what is known of the secrets, never the
// secrets themselves.
type Settings struct {
	Values    config.Settings `json:"values"`
	HasAPIKey bool            `json:"hasApiKey"`
	HasToken  bool            `json:"hasToken"`
	// HasStashLogin and HasPlexLogin tell of logins for proxies in front of the servers.
	HasStashLogin bool        `json:"hasStashLogin,omitempty"`
	HasPlexLogin  bool        `json:"hasPlexLogin,omitempty"`
	SecretsIn     SecretPlace `json:"secretsIn"`
	// Overridden are the options that are not as they are stored, by name, with the flag
	// or variable that sets them.
	Overridden map[string]string `json:"overridden,omitempty"`
	// Stored are the values on disk of those, by name.
	Stored map[string]string `json:"stored,omitempty"`
	// Libraries are the libraries the settings name, as Plex has them; empty before Plex
	// was asked.
	Libraries []Library `json:"libraries,omitempty"`
}

// SettingsChange stores settings. A nil secret is kept, an empty one removed.
type SettingsChange struct {
	Values config.Settings `json:"values"`
	// Chosen names options that are stored even if their value is the one a flag or
	// variable sets already; one whose value differs from that is stored anyway.
	Chosen []string `json:"chosen,omitempty"`
	APIKey *string  `json:"apiKey,omitempty"`
	Token  *string  `json:"token,omitempty"`
	// StashLogin and PlexLogin are user:password for proxies in front of the servers.
	StashLogin *string `json:"stashLogin,omitempty"`
	PlexLogin  *string `json:"plexLogin,omitempty"`
}

// TestRequest tries a connection. A nil secret or certificate means the stored one.
type TestRequest struct {
	Server string  `json:"server"` // "stash" or "plex"
	URL    string  `json:"url"`
	Secret *string `json:"secret,omitempty"`
	// Certificate is what the settings have for it.
	Certificate *string `json:"certificate,omitempty"`
}

// TestResult says how the try went, in one sentence.
type TestResult struct {
	OK        bool            `json:"ok"`
	Message   message.Message `json:"words,omitzero"`
	Hint      message.Message `json:"hint,omitzero"`
	Libraries []Library       `json:"libraries,omitempty"`
}

// Library is a Plex library section to choose from.
type Library struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Type      string   `json:"type"`
	Locations []string `json:"locations,omitempty"`
}
