package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/zalando/go-keyring"
)

// ringService is under which name the keyring files our secrets.
const ringService = "Lockstep"

// ringPatience is how long a keyring may take. One that answers does so in milliseconds;
// a locked one waits for a person, for whom nobody must wait in turn.
const ringPatience = 5 * time.Second

// errNoAnswer is returned when the keyring did not answer in time.
var errNoAnswer = errors.New("the keyring does not answer; it may wait for its password")

// ring is the keyring of the desktop with a bound on every call.
type ring struct {
	account string // tells data folders apart
}

func newRing(dir string) *ring {
	sum := sha256.Sum256([]byte(dir))
	return &ring{account: "@" + hex.EncodeToString(sum[:4])}
}

// get reads a secret, "" when there is none. late is called if the answer comes after
// the patience ended.
func (r *ring) get(name string, late func(string, error)) (string, error) {
	type answer struct {
		value string
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		v, err := keyring.Get(ringService, name+r.account)
		if errors.Is(err, keyring.ErrNotFound) {
			v, err = "", nil
		}
		done <- answer{v, err}
	}()
	limit := time.NewTimer(ringPatience)
	defer limit.Stop()
	select {
	case a := <-done:
		return a.value, a.err
	case <-limit.C:
		go func() { a := <-done; late(a.value, a.err) }()
		return "", errNoAnswer
	}
}

// set stores a secret; an empty one is deleted.
func (r *ring) set(name, value string) error {
	done := make(chan error, 1)
	go func() {
		if value != "" {
			done <- keyring.Set(ringService, name+r.account, value)
			return
		}
		err := keyring.Delete(ringService, name+r.account)
		if errors.Is(err, keyring.ErrNotFound) {
			err = nil
		}
		done <- err
	}()
	limit := time.NewTimer(ringPatience)
	defer limit.Stop()
	select {
	case err := <-done:
		return err
	case <-limit.C:
		return errNoAnswer
	}
}
