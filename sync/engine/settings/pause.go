package settings

import (
	"slices"
	"time"

	"lockstep/sync/config"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// ReadStored reads the settings as they are stored, without flags and variables over them.
func ReadStored(tx store.Tx) (config.Settings, error) {
	s := config.Defaults()
	_, err := tx.Value(settingsValue, &s)
	if err != nil {
		return s, err
	}
	var hash scene.Hash
	if older, err := tx.Value(olderHash, &hash); err != nil || !older {
		return s, err
	}
	return s.AsOlder(), nil // what the next engine will store
}

// ReadPause is the stored pause: whether there is one, and until when, zero until resumed.
func ReadPause(tx store.Tx) (on bool, until time.Time, err error) {
	var p pause
	_, err = tx.Value(pauseValue, &p)
	return p.On, p.Until, err
}

// Paused reports whether nothing is to be written, for whatever reason.
func (k *Keeper) Paused() bool { return k.pause.On || k.o.Hold || k.Held() }

// PausedByPerson is the pause a person asked for, and until when, zero until resumed.
func (k *Keeper) PausedByPerson() (on bool, until time.Time) { return k.pause.On, k.pause.Until }

// Held reports that the settings ask for nothing to be written. An installation whose
// addresses come from flags or variables was not set up by hand: what an unfinished
// set-up once stored does not hold it.
func (k *Keeper) Held() bool {
	return k.current.Hold && (k.Overridden("hold") || !k.Overridden("stash-url") || !k.Overridden("plex-url"))
}

// MayWrite refuses what a pause or hold forbids. The hint says what to do about a pause.
func (k *Keeper) MayWrite(hint message.Message) error {
	switch {
	case k.Held():
		return fault.New(fault.Rejected, fault.None, message.New(message.SetUpUnfinished), message.New(message.SetUpUnfinishedAdvice), nil)
	case k.Paused():
		return fault.New(fault.Rejected, fault.None, message.New(message.Paused), hint, nil)
	}
	return nil
}

// PauseEnds is when the pause is over by itself, zero when there is none or it waits for
// Resume.
func (k *Keeper) PauseEnds() time.Time {
	if !k.pause.On {
		return time.Time{}
	}
	return k.pause.Until
}

// Pause begins a pause until a moment, or until resumed when it is zero.
func (k *Keeper) Pause(until time.Time) error {
	if !until.IsZero() {
		until = until.UTC().Round(0)
	}
	return k.setPause(pause{On: true, Until: until})
}

// Resume ends a pause.
func (k *Keeper) Resume() error { return k.setPause(pause{}) }

func (k *Keeper) setPause(p pause) error {
	if err := k.host.Put(pauseValue, p); err != nil {
		return err
	}
	k.pause = p
	return nil
}

// PauseIfLost begins a pause when one of the damaged stored values was a person's choice that
// decides what is written: nothing is written with settings nobody chose, or in spite of a
// pause that is lost. It returns what a person is told of that.
func (k *Keeper) PauseIfLost(damaged []string) (notice message.Message, err error) {
	if !slices.Contains(damaged, settingsValue) && !slices.Contains(damaged, pauseValue) {
		return message.None, nil
	}
	return message.New(message.PausedByDamage), k.Pause(time.Time{})
}
