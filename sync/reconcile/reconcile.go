// Package reconcile compares what Stash wants with what Plex holds and says for every
// scene checked that it is in step, enqueued, or skipped for a reason of the closed
// list. A preview is the same run that enqueues nothing.
//
// A run streams: Stash is listed twice, once to learn who claims which file and who
// vanished, once to judge; rows go to the report as they come, and jobs are enqueued
// from these rows at the end, when the brake has seen everything in scope. What a failing server
// left unjudged is neither counted nor enqueued, and nothing is missing in Plex that a
// complete listing did not show to be missing.
package reconcile

import (
	"context"
	"errors"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/compare"
	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/match"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// The outcomes of a row. The texts are stored.
const (
	Enqueued = "enqueued"
	Skipped  = "skipped"
)

// Stash is what a run needs of Stash.
type Stash interface {
	compare.Stash
	// SweepFiles lists all scenes with files by ascending id, page by page.
	SweepFiles(ctx context.Context, parts scene.Parts, page func([]scene.FileStamp) error) error
	Names(ctx context.Context, parts scene.Parts) (scene.Names, error)
}

// Plex is what a run needs of Plex. It cannot change anything.
type Plex interface {
	compare.Plex
	Sections(ctx context.Context) ([]scene.Section, error)
}

// Run is one reconciliation. Everything without "may be nil" must be set.
type Run struct {
	Stash    Stash
	Plex     Plex
	Store    store.Store
	Settings config.Settings
	Machine  string
	Sections []scene.Section // the chosen ones
	Mapper   match.Mapper
	Clock    func() time.Time
	// Report is the stored report to fill: id, scope, preview and deep are given.
	Report store.Report
	// Brake is what was taken away, held and asked when the run began.
	Brake brake.State
	// Yes confirms everything the run finds, and what waits in the queue already.
	Yes bool
	// Refresh lists the chosen libraries in full into the index.
	Refresh func(ctx context.Context) error
	// Remember stores what a scene uses and which paths it claims, Forget drops a scene
	// that was deleted in Stash, with its job.
	Remember func(store.Tx, scene.Scene) error
	Forget   func(store.Tx, scene.ID) error
	// Progress is called from time to time; it must not block.
	Progress func(checked, total int)
}

// Outcome is how a run ended.
type Outcome struct {
	Report store.Report
	// Fault is what ended it early, nil when it is complete.
	Fault *fault.Error
	// Held are the fields the brake holds: scenes that would lose values of them were not
	// enqueued. It is empty for a preview and for a confirmed run.
	Held brake.Fields
	// Tally is what the run would take away, and of how much.
	Tally *brake.Tally
}

// Do compares and returns the finished, stored report. The error is our own: the store
// failed, or the numbers do not add up. A context canceled with a fault as its cause
// gives the report that fault's words.
func (r Run) Do(ctx context.Context) (Outcome, error) {
	s := newSession(r)
	err := s.compare(ctx)
	var out Outcome
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		out.Fault = fault.Of(err)
		s.report.Incomplete = ended(out.Fault)
	}
	finishErr := s.finish(&out)
	out.Report = s.report
	if out.Fault != nil && out.Fault.Class == fault.Local {
		finishErr = errors.Join(err, finishErr)
	}
	return out, finishErr
}

// ended says in words what ended a run early.
func ended(f *fault.Error) message.Message {
	switch f.Class {
	case fault.Unreachable, fault.Temporary, fault.Busy:
		if f.Server != fault.None {
			return message.New(message.StoppedAnswering, message.Word(f.Server))
		}
	case fault.Canceled:
		if f.Server == fault.None && f.Err != nil {
			return message.New(message.ReconcileStopped)
		}
	}
	return f.Message
}
