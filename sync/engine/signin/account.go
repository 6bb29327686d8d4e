package signin

import (
	"context"
	"slices"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/config"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/store"
)

// Plex keeps one token for each account and installation: a sign-in that somebody confirms
// puts the former token out, whether a window still waits for it or not. So every sign-in
// that was begun is followed to its end, also over a restart; the token it brings is kept at
// once; it stands in when Plex refuses the one in use; and it is renewed once a day, because
// plex.tv drops tokens it has not seen for a month or two.

const (
	// The names of what is stored.
	signInsValue = "plex.sign-ins"
	renewedValue = "plex.renewed"
	swappedValue = "plex.swapped"

	// longestFollow bounds how long plex.tv may have a sign-in wait: it runs out after half an
	// hour.
	longestFollow = 2 * time.Minute
	// mostFollowed bounds how many are followed: pages left open in a browser.
	mostFollowed = 5
	// renewEvery is what other programs do.
	renewEvery = 24 * time.Hour
	// renewAgain and swapAgain are when to try again what plex.tv did not answer.
	renewAgain = time.Hour
	swapAgain  = 5 * time.Minute
)

// Account is what is known of the account at plex.tv. Its methods are for the loop alone.
type Account struct {
	host    host.Host
	secrets Secrets
	loop    Loop
	budget  *budget.Budget

	newest    *SignIn   // nil before the first
	busy      bool      // one thing at a time
	followAt  time.Time // when to ask about a sign-in
	followed  []*SignIn // begun and neither confirmed nor run out, the next to ask about first
	renewed   time.Time // when plex.tv last renewed the token, by the wall clock
	renewAt   time.Time // not before
	swapAt    time.Time // not before
	fruitless string    // the account's token that brought nothing better
	swapped   time.Time // when its token was taken in place of a refused one, zero: never since
}

// New makes an account of which nothing is known before Load. Jitter is uniform in [0,1).
func New(h host.Host, s Secrets, jitter func() float64, l Loop) *Account {
	return &Account{host: h, secrets: s, loop: l, budget: budget.New(h.Now, jitter)}
}

// pending is a sign-in somebody may still confirm, as it is stored. Its code is of no use
// to anybody else: only this installation can ask for what comes of it.
type pending struct {
	ID      string    `json:"id"`
	PIN     PIN       `json:"pin"`
	Expires time.Time `json:"expires"`
}

// Load takes up the sign-ins that the last process began.
func (a *Account) Load() error {
	var list []pending
	err := a.host.Store.View(func(tx store.Tx) error {
		for name, v := range map[string]any{renewedValue: &a.renewed, swappedValue: &a.swapped, signInsValue: &list} {
			if _, err := tx.Value(name, v); err != nil {
				return err
			}
		}
		return nil
	})
	for _, p := range list {
		if p.Expires.After(a.host.Stamp()) {
			a.newest = a.signIn()
			a.newest.id, a.newest.pin, a.newest.expires = p.ID, p.PIN, p.Expires
			a.followed = append(a.followed, a.newest)
		}
	}
	return err
}

func (a *Account) signIn() *SignIn {
	return &SignIn{
		service: a.connect(), now: a.host.Stamp,
		keep: func(ctx context.Context, s *SignIn, token string) error {
			return a.loop.Do(context.WithoutCancel(ctx), func() error { return a.Keep(s, token) })
		},
	}
}

// Budget holds back what fails at plex.tv.
func (a *Account) Budget() *budget.Budget { return a.budget }

// Begin makes a sign-in a person asked for, which is still to be started.
func (a *Account) Begin() *SignIn {
	a.budget.Forget()
	return a.signIn()
}

// Find is the sign-in of that id, nil when it is not the newest.
func (a *Account) Find(id string) *SignIn {
	if a.newest == nil || a.newest.id != id {
		return nil
	}
	return a.newest
}

// Follow has a sign-in that was started followed from now on. An older one is forgotten by
// Find.
func (a *Account) Follow(s *SignIn) error {
	a.newest = s
	a.followed = append(a.followed, s)
	a.followed = a.followed[max(0, len(a.followed)-mostFollowed):]
	a.followAt = a.host.Now().Add(followEvery)
	return a.putFollowed()
}

// putFollowed stores which sign-ins are to be followed.
func (a *Account) putFollowed() error {
	list := []pending{}
	for _, s := range a.followed {
		list = append(list, pending{s.id, s.pin, s.expires})
	}
	return a.host.Put(signInsValue, list)
}

// Keep stores what a sign-in brought before anything else is done with it.
func (a *Account) Keep(s *SignIn, token string) error {
	if err := a.secrets.Set(AccountToken, token); err != nil {
		return fault.New(fault.Local, fault.None, message.New(message.SecretNotStored), message.OfError(err), nil)
	}
	a.fruitless, a.swapAt, a.renewAt = "", time.Time{}, time.Time{}
	a.budget.Forget() // what failed with another token says nothing about this one
	a.drop(s)
	a.host.Log.Info("a sign-in with Plex was confirmed; its token is kept")
	return a.putRenewed()
}

func (a *Account) drop(s *SignIn) {
	a.followed = slices.DeleteFunc(a.followed, func(o *SignIn) bool { return o == s })
}

// putRenewed stores that plex.tv has just given or renewed the token.
func (a *Account) putRenewed() error {
	a.renewed = a.host.Stamp()
	if err := a.host.Put(renewedValue, a.renewed); err != nil {
		return err
	}
	return a.putFollowed()
}

// Swapped is when the token of the account was taken in place of a refused one, zero: never
// since a person chose one.
func (a *Account) Swapped() time.Time { return a.swapped }

// TokenChosen takes in that a person chose the token in use. SignedIn says that it comes
// from a sign-in: with any other what the last sign-in left is of no more use.
func (a *Account) TokenChosen(signedIn bool) error {
	if !a.swapped.IsZero() {
		if err := a.putSwapped(time.Time{}); err != nil {
			return err
		}
	}
	if !signedIn && a.secret(AccountToken) != "" {
		if err := a.secrets.Set(AccountToken, ""); err != nil {
			a.host.Log.Warn("forget the token of the last sign-in", "err", err)
		}
	}
	return nil
}

func (a *Account) putSwapped(at time.Time) error {
	a.swapped = at
	return a.host.Put(swappedValue, at)
}

func (a *Account) secret(name string) string {
	v, err := a.secrets.Get(name)
	if err != nil {
		a.host.Log.Warn("read a secret", "name", name, "err", err)
	}
	return v
}

// connect makes a connection to plex.tv with the present settings. It sends people to the
// public page, or to the service itself when it is not the public one.
func (a *Account) connect() Service {
	o := a.loop.Installation()
	o.Budget = a.budget
	if o.Service != config.PublicPlexTV {
		o.Page = o.Service
	}
	return a.loop.Connect(o)
}
