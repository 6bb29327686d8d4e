package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"lockstep/sync/api"
	"lockstep/sync/config"
	"lockstep/sync/engine"
	"lockstep/sync/file"
)

// SecretsName is the name of the file that keeps secrets where no keyring does, within
// the data folder and only with consent.
const SecretsName = "secrets.json"

// secretNames are all secrets there are.
var secretNames = []string{engine.StashAPIKey, engine.PlexToken, engine.PlexAccount, engine.StashLogin, engine.PlexLogin}

// secrets keeps API key and token: taken from the environment, else from the keyring,
// else from a file only the user can read, else from memory. It implements
// engine.Secrets; Get costs nothing once a secret was read.
type secrets struct {
	ring *ring // nil: there is none
	file string
	hide func(string)

	mu      sync.Mutex
	env     map[string]string
	cache   map[string]string
	known   map[string]bool // asked for and answered, or set here
	ringOK  bool
	waiting bool // for a keyring that has not answered yet
	consent bool
	late    func() // called when the keyring answered after all; may be nil
}

// openSecrets reads the secrets there are. A keyring that does not answer in time, say
// because it waits for its password, is listened to further on.
func (s *session) openSecrets() (*secrets, error) {
	k := &secrets{file: filepath.Join(s.dir, SecretsName), hide: s.log.Hide, env: map[string]string{}, cache: map[string]string{}, known: map[string]bool{}}
	for _, name := range secretNames {
		v, err := envSecret(name, s.Env)
		if err != nil {
			return nil, err
		}
		if v != "" {
			k.env[name] = v
			k.hide(v)
		}
	}
	if s.g.Demo {
		return k, nil
	}
	stored, err := k.readFile()
	if err != nil {
		return nil, err
	}
	for name, v := range stored {
		k.keep(name, v)
	}
	if s.mayAskKeyring() {
		k.ring = newRing(s.dir)
		k.readRing()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for name := range stored { // the file stands in for what the keyring does not say
		k.known[name] = true
	}
	return k, nil
}

// noKeyring is the variable that has the keyring of the desktop left alone.
const noKeyring = "LOCKSTEP_NO_KEYRING"

func (s *session) mayAskKeyring() bool {
	v, _ := s.Env(noKeyring)
	return v == "" && !s.g.Demo
}

// envSecret reads a secret from its variable, or from the file its _FILE variable names.
func envSecret(name string, env func(string) (string, bool)) (string, error) {
	variable := config.Option{Name: name}.Env()
	if v, ok := env(variable); ok && v != "" {
		return strings.TrimSpace(v), nil
	}
	place, ok := env(variable + "_FILE")
	if !ok || place == "" {
		return "", nil
	}
	data, err := os.ReadFile(place)
	if err != nil {
		return "", fmt.Errorf("read %s_FILE: %w", variable, err)
	}
	return strings.TrimSpace(string(text(data))), nil
}

func (k *secrets) keep(name, value string) {
	k.hide(value)
	k.mu.Lock()
	defer k.mu.Unlock()
	if value == "" {
		delete(k.cache, name)
		return
	}
	k.cache[name] = value
}

// readRing asks the keyring for every secret that is not known yet.
func (k *secrets) readRing() {
	for _, name := range secretNames {
		if k.env[name] != "" || k.isKnown(name) {
			continue
		}
		v, err := k.ring.get(name, func(v string, err error) {
			k.wait(false)
			if k.answered(name, v, err) {
				k.readRing()
				k.tellLate()
			}
		})
		if !k.answered(name, v, err) && errors.Is(err, errNoAnswer) {
			k.wait(!k.isKnown(name)) // it may have answered just now
			return                   // it will not answer the next question either
		}
	}
}

// answered notes what the keyring said, and reports whether it said anything.
func (k *secrets) answered(name, value string, err error) bool {
	if err != nil {
		slog.Debug("ask the keyring", "secret", name, "err", err)
		return false
	}
	k.mu.Lock()
	k.ringOK, k.known[name] = true, true
	k.mu.Unlock()
	if value != "" {
		k.keep(name, value)
	}
	return true
}

func (k *secrets) isKnown(name string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.known[name]
}

func (k *secrets) wait(yes bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.waiting = yes
}

// waits reports whether the keyring may still bring secrets.
func (k *secrets) waits() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.waiting
}

func (k *secrets) tellLate() {
	k.mu.Lock()
	tell := k.late
	k.mu.Unlock()
	if tell != nil {
		tell()
	}
}

// onLate has fn called when a keyring answers that was too slow at first.
func (k *secrets) onLate(fn func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.late = fn
}

// Get returns "" for a secret that is not set.
func (k *secrets) Get(name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if v := k.env[name]; v != "" {
		return v, nil
	}
	return k.cache[name], nil
}

// Set stores a secret in the best place there is; an empty one is deleted everywhere.
func (k *secrets) Set(name, value string) error {
	if k.env[name] != "" {
		return fmt.Errorf("%s comes from the environment variable %s; change it there", name, config.Option{Name: name}.Env())
	}
	k.keep(name, value)
	k.mu.Lock()
	k.known[name] = true
	k.mu.Unlock()
	ok := k.ring != nil && k.writeRing()
	k.mu.Lock()
	k.ringOK = ok
	k.mu.Unlock()
	return k.writeFile()
}

// writeRing brings the keyring in line and reports whether it holds everything. Secrets
// it was never asked for are left alone: nobody knows them here.
func (k *secrets) writeRing() bool {
	for _, name := range secretNames {
		if k.env[name] != "" || !k.isKnown(name) {
			continue
		}
		v, _ := k.Get(name) // never fails
		if err := k.ring.set(name, v); err != nil {
			slog.Warn("store a secret in the keyring", "secret", name, "err", err)
			return false
		}
	}
	return true
}

// Where says in a word where secrets are kept: those that no variable gives, or, if there
// are none, in the environment.
func (k *secrets) Where() api.SecretPlace {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case len(k.env) > 0 && !k.keepsAny():
		return api.InEnvironment
	case k.ringOK:
		return api.InKeyring
	case k.consent:
		return api.InFile
	}
	return api.InMemory
}

// keepsAny reports whether there is a secret that no variable gives.
func (k *secrets) keepsAny() bool {
	for name := range k.cache {
		if k.env[name] == "" {
			return true
		}
	}
	return false
}

// allowFile says whether the user consents to the file. Withdrawn consent removes it.
func (k *secrets) allowFile(yes bool) error {
	k.mu.Lock()
	same := k.consent == yes
	k.consent = yes
	k.mu.Unlock()
	if same {
		return nil
	}
	return k.writeFile()
}

// writeFile brings the file in line: all secrets when it is the place for them, else no
// file at all.
func (k *secrets) writeFile() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.consent || k.ringOK || len(k.cache) == 0 {
		if err := os.Remove(k.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the file of secrets: %w", err)
		}
		return nil
	}
	data, err := json.Marshal(k.cache)
	if err != nil {
		return fmt.Errorf("write the file of secrets: %w", err)
	}
	if err := file.Write(k.file, data); err != nil {
		return fmt.Errorf("write the file of secrets: %w", err)
	}
	return nil
}

func (k *secrets) readFile() (map[string]string, error) {
	if err := file.Plain(k.file); err != nil {
		return nil, fmt.Errorf("read the file of secrets: %w", err)
	}
	data, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the file of secrets: %w", err)
	}
	k.consent = true // it is only ever made with consent; settings say so later
	stored := map[string]string{}
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, fmt.Errorf("the file of secrets %s cannot be read; set the secrets again: %w", k.file, err)
	}
	return stored, nil
}
