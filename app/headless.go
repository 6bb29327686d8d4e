package app

import (
	"errors"
	"log/slog"
	"runtime"

	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/message"
)

// Run is the engine without a desktop, until a signal or a quit, or just once.
func (c *headlessCmd) Run(s *session) (err error) {
	if c.Once {
		return s.once(c)
	}
	set, done, err := s.demoWorld()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	s.log.start(s.level(slog.LevelInfo), "") // until the data folder is ours
	var o *owner
	err = s.settle(func() (err error) {
		if o, err = s.own(ownParams{lasting: true, level: s.level(slog.LevelInfo), set: set}); errors.Is(err, storage.ErrLocked) {
			if _, hello, there := s.client(); there == nil && hello.Lasting {
				return errRunsAlready // it will not go away by itself
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	s.log.log.Info("Lockstep runs", "version", s.Version, "data", s.dir)
	err = o.wait(s.ctx)
	s.log.log.Info("Lockstep is quitting; it finishes the current scene first")
	return errors.Join(err, o.stop())
}

// once syncs everything with an engine of our own, or asks the one that runs to.
func (s *session) once(c *headlessCmd) (err error) {
	set, done, err := s.demoWorld()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return s.reach(ownParams{set: set, level: s.level(slog.LevelInfo)}, func(a api.API, live bool) error {
		return s.syncAndWait(a, live, api.SyncRequest{}, c.MaxWait)
	})
}

// errRunsAlready says that the data folder is served for good.
var errRunsAlready = fault.New(fault.Local, fault.None, message.New(message.CommandRunsAlready), message.New(message.AdviceRunsAlready), nil)

// versionJSON is what `version --json` prints.
type versionJSON struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
	Windows bool   `json:"windows"` // built with tray and windows
}

// Run prints the version.
func (c *versionCmd) Run(s *session) error {
	v := versionJSON{s.Version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, s.Desktop != nil}
	s.answer(v, func() { s.say("lockstep %s", v.Version) })
	return nil
}
