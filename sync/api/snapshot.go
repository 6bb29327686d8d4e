package api

import (
	"slices"
	"time"

	"lockstep/sync/breaker"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/health"
	"lockstep/sync/message"
	"lockstep/sync/outage"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/skip"
	"lockstep/sync/store"
)

// Snapshot is the state of the engine at one moment, never ahead of the disk. It is
// immutable once handed out.
type Snapshot struct {
	Revision uint64    `json:"revision"` // grows with every snapshot of a process
	At       time.Time `json:"at"`
	Version  string    `json:"version"`
	// Live is false when no engine runs and this is the last known state from disk.
	Live bool `json:"live"`

	Verdict health.Verdict `json:"verdict"`
	Since   time.Time      `json:"since,omitzero"` // of the verdict
	Breaker Breaker        `json:"breaker"`
	Outage  *outage.Record `json:"outage"` // ongoing or last, nil if none ever
	Said    health.Said    `json:"said,omitzero"`
	// Interruptions are when the outages of late began, oldest first; see outage.Starts.
	Interruptions []time.Time `json:"interruptions,omitempty"`
	// Proved is when the request was begun that last proved the verdict, zero if none did
	// since the start.
	Proved   time.Time    `json:"proved,omitzero"`
	Queue    queue.Counts `json:"queue"`
	Standing Standing     `json:"standing"`
	// Reasons are why scenes are skipped at present, the commonest first.
	Reasons    []Reason  `json:"reasons,omitempty"`
	InHand     []InHand  `json:"inHand,omitempty"`
	Run        Progress  `json:"run"`
	Today      Today     `json:"today"`
	Paused     bool      `json:"paused"`
	PausedTill time.Time `json:"pausedTill,omitzero"` // zero while paused: until resumed
	// Hold is true while the settings say that nothing is to be written to Plex, as they
	// do until the set-up has ended.
	Hold       bool            `json:"hold,omitempty"`
	Stopping   message.Message `json:"stopping,omitzero"` // what quitting waits for
	Configured bool            `json:"configured"`
	Stash      Connection      `json:"stash"`
	Plex       Connection      `json:"plex"`
	Scenes     int             `json:"scenes"` // known in Stash
	Reconcile  *ReconcileState `json:"reconcile,omitempty"`
	// LastReconciliation is the newest finished report that was no preview.
	LastReconciliation *store.Report `json:"lastReconciliation"`
	NeedAction         int           `json:"needLook"` // rows of it a person must act on
	Attention          []Attention   `json:"attention,omitempty"`
	// Failing is what is tried again and again without success at present, the oldest
	// first, although the server it is asked of may be there.
	Failing []Failing `json:"failing,omitempty"`
	// Retrying is the scene that was tried most often of those to be tried again, nil while
	// none failed more than a few times: most faults are over by then.
	Retrying *Retrying `json:"retrying,omitempty"`
	// Scan is the scan of the servers that is under way, nil when there is none.
	Scan *Scan `json:"scan,omitempty"`
	// Counting is true while the mass-change brake holds scenes back and it is not known
	// yet whether a person has to be asked.
	Counting bool `json:"counting,omitempty"`
	// Awaiting is true while items may turn up that Plex was asked to look for: their
	// scenes are parked, and are written as soon as they do.
	Awaiting bool `json:"awaiting,omitempty"`
	// Activity is what Stash learns from Plex, nil while nothing of that is switched on.
	Activity  *Activity       `json:"activity,omitempty"`
	LastError message.Message `json:"lastError,omitzero"`
	// Scanned is true when a complete scan of both servers has ended since the start and
	// none is under way; Active while a batch is worked on.
	Scanned bool `json:"looked"`
	Active  bool `json:"active"`
	// Quiet is true within the quiet hours or while notifications are off.
	Quiet bool `json:"quiet,omitempty"`
	// Language is what tray, windows and notifications are to speak, as the settings say.
	Language config.Language `json:"language,omitempty"`
	// Theme is whether the windows are to be light or dark, as the settings say; empty is as the desktop has it.
	Theme config.Theme `json:"theme,omitempty"`
	// Pictures is true while the settings say that pictures are shown.
	Pictures bool `json:"pictures,omitempty"`
	// Muted are the kinds of notification that are switched off; the zero value mutes none.
	Muted Muted `json:"muted,omitzero"`
	// NotifyDelay is how long an outage must last to be announced.
	NotifyDelay time.Duration `json:"notifyDelay"`
}

// Asks reports whether a person is asked for any of some kinds.
func Asks(list []Attention, kinds ...AttentionKind) bool {
	return slices.ContainsFunc(list, func(a Attention) bool { return slices.Contains(kinds, a.Kind) })
}

// Breaker is the circuit breaker as shown.
type Breaker struct {
	State     breaker.State   `json:"state"`
	Failures  int             `json:"failures"`
	NextProbe time.Time       `json:"nextProbe,omitzero"`
	Cause     message.Message `json:"cause,omitzero"`
	OpenedAt  time.Time       `json:"openedAt,omitzero"`
}

// InHand is a job being worked on.
type InHand struct {
	Scene scene.ID   `json:"scene"`
	Name  string     `json:"name"`
	Step  queue.Step `json:"step"`
	// Fields are those being written, none in other steps.
	Fields []scene.Field `json:"fields,omitempty"`
}

// Progress is the present run: from an idle queue to the next.
type Progress struct {
	Total   int `json:"total"` // finished and left
	Done    int `json:"done"`  // written or found in step
	Parked  int `json:"parked,omitempty"`
	Skipped int `json:"skipped"`
	Dead    int `json:"dead"`
	// Unchecked is the number of scenes written or being written whose read-back is
	// still to come; they are not among Done.
	Unchecked int `json:"unchecked,omitempty"`
	// Written is the number of scenes of the run that were written, those whose read-back is
	// still to come included; ToWrite how many are to be, those among them, as far as that is
	// known. Both are zero while nothing of the run is known to need a write.
	Written int     `json:"written,omitempty"`
	ToWrite int     `json:"toWrite,omitempty"`
	Current string  `json:"current,omitempty"` // name of the scene in hand
	Rate    float64 `json:"rate,omitempty"`    // scenes per second over the run, 0 unknown
	// Left is how many seconds the run still takes, 0 unless that can be told.
	Left    float64 `json:"left,omitempty"`
	Started int64   `json:"started,omitempty"` // unix seconds, 0 while idle
}

// Finished is the number of scenes the run is through with.
func (p Progress) Finished() int { return p.Done + p.Parked + p.Skipped + p.Dead }

// Position is which scene of the run is in hand: the 23 in "23 of 42".
func (p Progress) Position() int { return min(p.Total, p.Finished()+max(1, p.Unchecked)) }

// Standing is how the known scenes stand. What is in none of its numbers is queued, not in
// Plex yet, or waits for something else than a person.
type Standing struct {
	InStep  int `json:"inStep"`
	LeftOut int `json:"leftOut"` // by a person's choice: a filter, or deleted in Stash
	NeedYou int `json:"needYou"` // failed, or skipped until a person does something
}

// Reason is a reason for which scenes are skipped, and how many.
type Reason struct {
	Code   skip.Code `json:"code"`
	Scenes int       `json:"scenes"`
}

// Today counts what happened since local midnight.
type Today struct {
	Written int `json:"written"`
	Skipped int `json:"skipped"`
	Dead    int `json:"dead"`
}

// Connection is the state of one server.
type Connection struct {
	OK      bool            `json:"ok"`
	Error   message.Message `json:"error,omitzero"` // in words, empty when OK or not known yet
	Hint    message.Message `json:"hint,omitzero"`
	Class   string          `json:"class,omitempty"` // fault class of the error
	Since   time.Time       `json:"since,omitzero"`
	Name    string          `json:"name,omitempty"` // version or friendly name
	Checked bool            `json:"checked"`        // false until the first answer
	// NewToken is when Lockstep took the token of the newest sign-in because the former one
	// was refused; zero once a person chose another.
	NewToken time.Time `json:"newToken,omitzero"`
}

// ReconcileState is the progress of a running reconciliation.
type ReconcileState struct {
	Report  uint64 `json:"report"`
	Scope   string `json:"scope"`
	Preview bool   `json:"preview"`
	Checked int    `json:"checked"`
	Total   int    `json:"total"`
}

// Failing is a kind of request that fails.
type Failing struct {
	Server  fault.Server    `json:"server"`
	Kind    string          `json:"kind"` // one of the kinds of sync/budget
	Class   fault.Class     `json:"class"`
	Message message.Message `json:"words,omitzero"`
	Hint    message.Message `json:"hint,omitzero"`
	Since   time.Time       `json:"since"`
	Tries   int             `json:"tries"`
	Next    time.Time       `json:"next"` // when it is tried again
}

// Retrying is a scene that failed several times and is tried again.
type Retrying struct {
	Scene   scene.ID        `json:"scene"`
	Name    string          `json:"name"`
	Message message.Message `json:"words"` // why
	Tries   int             `json:"tries"`
	Next    time.Time       `json:"next"` // when it is tried again
}

// Scan is how far a scan of the servers is.
type Scan struct {
	Server fault.Server `json:"server"` // the one being read
	Done   int          `json:"done"`   // scenes or items read so far
	Total  int          `json:"total"`  // zero when not known
}

// AttentionKind says what a person is asked for.
type AttentionKind string

// What may need a person.
const (
	SignInPlex   AttentionKind = "sign-in-plex"
	SignInStash  AttentionKind = "sign-in-stash"
	FixPlex      AttentionKind = "fix-plex" // another server, unknown library, HTML
	FixStash     AttentionKind = "fix-stash"
	BrakeAsks    AttentionKind = "brake"
	ActivityAsks AttentionKind = "activity" // something waits to be written to Stash
	DiskProblem  AttentionKind = "disk"
	FirstRun     AttentionKind = "first-run"
	RestoredData AttentionKind = "restored"
)

// Attention is something only a person can settle.
type Attention struct {
	Kind    AttentionKind   `json:"kind"`
	Message message.Message `json:"words,omitzero"`
	Hint    message.Message `json:"hint,omitzero"`
	Since   time.Time       `json:"since,omitzero"`
	Report  uint64          `json:"report,omitempty"` // the preview a brake refers to
}

// Muted names kinds of notification that are not shown.
type Muted struct {
	Outages         bool `json:"outages,omitempty"`         // Plex, or the network, goes and comes back
	Questions       bool `json:"questions,omitempty"`       // what only a person can settle
	Reconciliations bool `json:"reconciliations,omitempty"` // the end of one that somebody asked for
}
