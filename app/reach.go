package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/offline"
	"lockstep/sync/remote"
	"lockstep/sync/statistics"
	"lockstep/sync/store"
)

// reading is the part of the API that needs no engine.
type reading interface {
	Snapshot(ctx context.Context) (api.Snapshot, error)
	Jobs(ctx context.Context, q store.JobQuery) (store.JobPage, error)
	Outages(ctx context.Context, q api.OutageQuery) (api.OutagePage, error)
	History(ctx context.Context, q store.HistoryQuery) ([]store.Activity, error)
	Runs(ctx context.Context, limit int) ([]store.Run, error)
	Statistics(ctx context.Context, since string) ([]statistics.Day, error)
	Reports(ctx context.Context, limit int) ([]store.Report, error)
	Report(ctx context.Context, id uint64) (store.Report, error)
	Rows(ctx context.Context, q store.RowQuery) (store.RowPage, error)
	Activity(ctx context.Context, q api.ActivityQuery) (api.ActivityPage, error)
}

// stored answers from the database while no Lockstep runs.
type stored struct {
	offline.Reader
	version string
}

// Snapshot is the last known state; its verdict is Unknown.
func (r stored) Snapshot(context.Context) (api.Snapshot, error) { return r.Stored(r.version) }

const (
	// handover is how long a process may take between taking the lock and answering, or
	// between its last answer and giving the lock free; quitting is bounded by 10 s.
	handover = 15 * time.Second
	// nudge is how often that is looked at.
	nudge = 50 * time.Millisecond
)

// errForeign says who has the data folder when waiting would be in vain.
var errForeign = fault.New(fault.Local, fault.None, message.New(message.CommandOtherUser), message.New(message.AdviceOtherUser), storage.ErrLocked)

// settle tries what fails while another process takes the data folder or gives it free.
func (s *session) settle(try func() error) error {
	ctx, cancel := context.WithTimeout(s.ctx, handover)
	defer cancel()
	for {
		err := try()
		if !errors.Is(err, storage.ErrLocked) {
			return err
		}
		if s.foreign {
			return errForeign
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(nudge):
		}
	}
}

// client connects to the process that serves the data folder. The client is nil when
// there is none.
func (s *session) client() (*remote.Client, remote.Hello, error) {
	c, hello, err := remote.Connect(s.ctx, s.dir, s.Version)
	if errors.Is(err, remote.ErrNotRunning) {
		s.foreign = errors.Is(err, remote.ErrForeign)
		return nil, hello, nil
	}
	if err == nil && len(s.over.flags) > 0 {
		s.log.log.Warn("Lockstep is already running; settings given as flags have no effect on it", "flags", "--"+strings.Join(s.over.flags, ", --"))
	}
	return c, hello, err
}

// read gives fn the state: of the Lockstep that runs, or as it was stored last.
func (s *session) read(fn func(reading) error) error {
	s.log.start(s.level(slog.LevelWarn), "")
	return s.settle(func() error {
		c, _, err := s.client()
		if err != nil {
			return err
		}
		if c != nil {
			defer c.Close()
			return fn(c)
		}
		db, err := storage.ReadOnly(s.dir)
		if err != nil {
			return err
		}
		return errors.Join(fn(stored{offline.New(db, now), s.Version}), db.Close())
	})
}

// change gives fn an API that stores what it is told: of the Lockstep that runs, or of
// an engine that neither connects nor works. live tells which.
func (s *session) change(fn func(a api.API, live bool) error) error {
	return s.reach(ownParams{still: true, level: s.level(slog.LevelWarn)}, fn)
}

// work gives fn an API whose engine works: the one that runs, or one of our own.
func (s *session) work(fn func(a api.API, live bool) error) error {
	return s.reach(ownParams{level: s.level(slog.LevelWarn)}, fn)
}

func (s *session) reach(p ownParams, fn func(a api.API, live bool) error) error {
	s.log.start(p.level, "")
	var own *owner
	var there *remote.Client
	err := s.settle(func() (err error) {
		if there, _, err = s.client(); err != nil || there != nil {
			return err
		}
		own, err = s.own(p)
		return err
	})
	if err != nil {
		return err
	}
	if there != nil {
		defer there.Close()
		return fn(there, true)
	}
	return errors.Join(fn(own, false), own.stop())
}

// wrap reports what a call to the API was for when it fails without better words.
func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
