package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"lockstep/app/desk"
	"lockstep/app/doctor"
	"lockstep/storage"
	"lockstep/sync/api"
	"lockstep/sync/engine"
)

type doctorCmd struct {
	Bundle string `placeholder:"FILE" help:"Write a report for support to this file instead: a zip with tokens, paths and titles masked."`
}

// Run checks everything Lockstep rests on.
func (c *doctorCmd) Run(s *session) error {
	return s.readOnly(func(a api.API, live bool) error {
		env := s.doctorEnv()
		env.Alone = !live
		if c.Bundle != "" {
			if err := bundleTo(s.ctx, c.Bundle, a, env); err != nil {
				return err
			}
			s.answer(bundleJSON{c.Bundle}, func() { s.say("Written to %s. Tokens, paths and titles in it are masked.", c.Bundle) })
			return nil
		}
		checks := doctor.Run(s.ctx, a, env)
		s.answer(each(checks, checkOf), func() { s.say("%s", doctor.Text(checks)) })
		for _, check := range checks {
			if check.State == doctor.Fail {
				return errAttention
			}
		}
		return nil
	})
}

// readOnly gives fn an API that has answers of both servers and writes nothing of its
// own accord, and tells whether it is that of a Lockstep that runs anyway.
func (s *session) readOnly(fn func(a api.API, live bool) error) error {
	return s.reach(ownParams{hold: true}, func(a api.API, live bool) error {
		if !live {
			if err := s.connected(a); err != nil && s.ctx.Err() != nil {
				return err // what else is wrong is what the checks tell
			}
		}
		return fn(a, live)
	})
}

// bundleTo writes the masked report to a file only its owner can read.
func bundleTo(ctx context.Context, path string, a api.API, env doctor.Env) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return errors.Join(wrap("write the report", doctor.Bundle(ctx, f, a, env)), f.Close())
}

// trayPatience is how long the doctor waits for a tray host; one that is there is found in
// milliseconds.
const trayPatience = 2 * time.Second

// doctorEnv says where the doctor finds what the API does not tell.
func (s *session) doctorEnv() doctor.Env {
	env := doctor.Env{
		Version: s.Version, DataDir: s.dir,
		Database: filepath.Join(s.dir, storage.FileName), Log: filepath.Join(s.dir, LogName),
	}
	if s.mayAskKeyring() {
		env.Keyring = func(context.Context) error {
			_, err := newRing(s.dir).get(engine.PlexToken, func(string, error) {})
			return err
		}
	}
	if s.Desktop != nil && desk.Present() {
		env.Autostart = func() (string, error) {
			entry, err := s.entry()
			if err != nil {
				return "", err
			}
			state, err := entry.State()
			return string(state), err
		}
		env.Notifications = s.Desktop.Notifications
		env.TrayHost = func(ctx context.Context) bool {
			ctx, cancel := context.WithTimeout(ctx, trayPatience)
			defer cancel()
			return s.Desktop.TrayHost(ctx)
		}
	}
	return env
}
