package settings

import (
	"fmt"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
)

// Secrets is where API key and token live.
type Secrets interface {
	// Get returns "" for a secret that is not set.
	Get(name string) (string, error)
	Set(name, value string) error
	// Where says in a word where secrets are kept: keyring, file, memory, environment.
	Where() api.SecretPlace
}

// The names of the secrets.
const (
	StashAPIKey = "stash-api-key"
	PlexToken   = "plex-token"
	// User name and password, with a colon between, for a proxy in front of a server.
	StashLogin = "stash-login"
	PlexLogin  = "plex-login"
)

// Options are what the settings are laid over and kept in.
type Options struct {
	Secrets Secrets
	// Override puts flags and variables over the stored settings; may be nil.
	Override   func(*config.Settings) error
	Overridden map[string]string // the options it sets by name, with the flag or variable they come from
	// Hold says that nothing is written whatever the settings say.
	Hold bool
}

// Keeper keeps the settings. Its methods are for the loop alone, those of secrets for any
// goroutine.
type Keeper struct {
	host    host.Host
	o       Options
	current config.Settings
	pause   pause
}

// pause is the user's pause; it survives restarts.
type pause struct {
	On    bool      `json:"on"`
	Until time.Time `json:"until,omitzero"` // zero while on: until resumed
}

const pauseValue = "pause"

func (k *Keeper) stored() (config.Settings, error) {
	stored := config.Defaults()
	if err := k.host.Get(settingsValue, &stored); err != nil {
		return stored, fmt.Errorf("read the settings: %w", err)
	}
	return stored, nil
}

// laidOver goes on with stored settings and what is laid over them.
func (k *Keeper) laidOver(s config.Settings) error {
	if k.o.Override != nil {
		if err := k.o.Override(&s); err != nil {
			return err
		}
	}
	k.current = s
	return nil
}

// Stored are the settings on disk, without what is laid over them.
func (k *Keeper) Stored() (config.Settings, error) { return k.stored() }

// Names of stored values.
const (
	settingsValue = "settings"
	clientValue   = "plex.client" // persistent client identifier towards Plex
	hashValue     = "settings.wants"
	olderHash     = "settings.wanted"  // hashValue while collections were made of {studio} by default
	recheckValue  = "settings.recheck" // whether scenes are still to be compared anew for them
)
