package engine

import (
	"context"
	"slices"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/plex"
	"lockstep/sync/store"
)

// Plex keeps one token for each account and installation: a sign-in that somebody confirms
// puts the former token out, whether a window still waits for it or not. So every sign-in
// that was begun is followed to its end, also over a restart; the token it brings is kept at
// once; it stands in when Plex refuses the one in use; and it is renewed once a day, because
// plex.tv drops tokens it has not seen for a month or two.

const (
	// PlexAccount names the secret that a sign-in leaves: the token of the account. It is
	// there exactly for those who signed in that way.
	PlexAccount = "plex-account-token"

	// The names of what is stored of it.
	signInsValue = "plex.sign-ins"
	renewedValue = "plex.renewed"
	swappedValue = "plex.swapped"

	// followEvery is how often a sign-in is asked about that no window asks about.
	followEvery = 5 * time.Second
	// mostFollowed bounds how many are followed: pages left open in a browser.
	mostFollowed = 5
	// renewEvery is what other programs do.
	renewEvery = 24 * time.Hour
	// renewAgain and swapAgain are when to try again what plex.tv did not answer.
	renewAgain = time.Hour
	swapAgain  = 5 * time.Minute
)

// account is what the loop knows of the account at plex.tv.
type account struct {
	budget    *budget.Budget // of plex.tv
	busy      bool           // one thing at a time
	followAt  time.Time      // when to ask about a sign-in
	followed  []*signIn      // begun and neither confirmed nor run out, the next to ask about first
	renewed   time.Time      // when plex.tv last renewed the token, by the wall clock
	renewAt   time.Time      // not before
	swapAt    time.Time      // not before
	fruitless string         // the account's token that brought nothing better
	swapped   time.Time      // when its token was taken in place of a refused one, zero: never since
}

// pending is a sign-in somebody may still confirm, as it is stored. Its code is of no use
// to anybody else: only this installation can ask for what comes of it.
type pending struct {
	ID      string    `json:"id"`
	PIN     plex.PIN  `json:"pin"`
	Expires time.Time `json:"expires"`
}

// loadAccount takes up the sign-ins that the last process began.
func (e *Engine) loadAccount() error {
	var list []pending
	err := e.store.View(func(tx store.Tx) error {
		for name, v := range map[string]any{renewedValue: &e.account.renewed, swappedValue: &e.account.swapped, signInsValue: &list} {
			if _, err := tx.Value(name, v); err != nil {
				return err
			}
		}
		return nil
	})
	for _, p := range list {
		if p.Expires.After(e.stamp()) {
			e.signIn = &signIn{id: p.ID, expires: p.Expires, pin: p.PIN, service: plex.NewSignIn(e.signInOptions())}
			e.account.followed = append(e.account.followed, e.signIn)
		}
	}
	return err
}

// putFollowed stores which sign-ins are to be followed.
func (e *Engine) putFollowed() error {
	list := []pending{}
	for _, s := range e.account.followed {
		list = append(list, pending{s.id, s.pin, s.expires})
	}
	return e.store.Update(func(tx store.Tx) error { return tx.PutValue(signInsValue, list) })
}

// followFrom has a sign-in followed from now on.
func (e *Engine) followFrom(s *signIn) error {
	a := &e.account
	a.followed = append(a.followed, s)
	a.followed = a.followed[max(0, len(a.followed)-mostFollowed):]
	a.followAt = e.now().Add(followEvery)
	return e.putFollowed()
}

// keepAccount stores what a sign-in brought before anything else is done with it.
func (e *Engine) keepAccount(ctx context.Context, s *signIn, token string) error {
	return e.ask(context.WithoutCancel(ctx), func() error {
		if err := e.o.Secrets.Set(PlexAccount, token); err != nil {
			return fault.Old(fault.Local, fault.None, "The secret could not be stored.", err.Error(), nil)
		}
		a := &e.account
		a.fruitless, a.swapAt, a.renewAt = "", time.Time{}, time.Time{}
		a.followed = slices.DeleteFunc(a.followed, func(o *signIn) bool { return o == s })
		e.log.Info("a sign-in with Plex was confirmed; its token is kept")
		return e.putRenewed()
	})
}

// putRenewed stores that plex.tv has just given or renewed the token.
func (e *Engine) putRenewed() error {
	e.account.renewed = e.stamp()
	if err := e.store.Update(func(tx store.Tx) error { return tx.PutValue(renewedValue, e.account.renewed) }); err != nil {
		return err
	}
	return e.putFollowed()
}

// dueAccount does what is due at plex.tv. Nothing of it ever counts against Plex itself.
func (e *Engine) dueAccount(ctx context.Context, now time.Time) time.Time {
	a := &e.account
	if a.busy || e.o.Still {
		return time.Time{}
	}
	if next := e.dueFollow(ctx, now); !next.IsZero() || a.busy {
		return next
	}
	token := e.secret(PlexAccount)()
	switch age := now.Round(0).Sub(a.renewed); {
	case token == "":
	case e.tokenRefused() && token != a.fruitless && !a.swapAt.After(now):
		e.swapToken(ctx, token)
	case (age >= renewEvery || age < 0) && !a.renewAt.After(now):
		e.renew(ctx, token)
	}
	return time.Time{} // the loop turns every maxNap in any case
}

// beside does something at plex.tv beside the loop, and what follows from it in the loop.
func (e *Engine) beside(ctx context.Context, task func() (then func())) {
	e.account.busy = true
	e.spawn(func() {
		then := task()
		e.post(func() {
			e.account.busy = false
			if ctx.Err() == nil {
				then()
			}
		})
	})
}

// dueFollow asks about the sign-in that was asked about the longest ago.
func (e *Engine) dueFollow(ctx context.Context, now time.Time) time.Time {
	a := &e.account
	if len(a.followed) == 0 {
		return time.Time{}
	}
	if a.followAt.After(now.Add(longestFollow)) { // the clock was set back
		a.followAt = now
	}
	if a.followAt.After(now) {
		return a.followAt
	}
	s := a.followed[0]
	a.followed = append(a.followed[1:], s)
	e.beside(ctx, func() func() {
		wait := followEvery
		ended, err := s.follow(ctx, e)
		if err != nil {
			wait = max(wait, fault.Of(err).RetryAfter)
		}
		return func() {
			a.followAt = e.now().Add(min(wait, longestFollow))
			if ended {
				a.followed = slices.DeleteFunc(a.followed, func(o *signIn) bool { return o == s })
				e.noteStored(e.putFollowed())
			}
		}
	})
	return time.Time{}
}

// longestFollow bounds how long plex.tv may have a sign-in wait: it runs out after half an
// hour.
const longestFollow = 2 * time.Minute

func (e *Engine) noteStored(err error) {
	if err != nil {
		e.noteLocal(err)
	}
}

// tokenRefused reports that Plex answers and takes the token for no good one.
func (e *Engine) tokenRefused() bool {
	s := e.links.PlexState()
	return s.Checked && !s.OK && s.Class == string(fault.Unauthorized)
}

// renew has plex.tv renew the token of the account. Only its own refusal is one; nothing of
// it is shown: as long as Plex takes the token in use, nothing is wrong.
func (e *Engine) renew(ctx context.Context, token string) {
	service := plex.NewSignIn(e.signInOptions())
	e.beside(ctx, func() func() {
		err := service.Renew(ctx, token)
		return func() {
			switch f := fault.Of(err); {
			case f == nil:
				e.noteStored(e.putRenewed())
				e.log.Debug("the token of the sign-in was renewed")
			case f.Class == fault.Unauthorized:
				e.log.Info("plex.tv does not renew the token of the sign-in", "detail", f.Error())
				e.noteStored(e.putRenewed())
			default:
				e.account.renewAt = e.now().Add(max(renewAgain, f.RetryAfter))
				e.log.Debug("the token of the sign-in was not renewed", "err", f)
			}
		}
	})
}

// swapToken looks whether the newest sign-in has a token that Plex takes in place of the
// one it refuses.
func (e *Engine) swapToken(ctx context.Context, account string) {
	machine, err := e.links.Bound()
	if err != nil {
		e.noteLocal(err)
		return
	}
	service, refused, at := plex.NewSignIn(e.signInOptions()), e.secret(PlexToken)(), e.links.Known(e.address()) // without budgets: another token is another question
	e.beside(ctx, func() func() {
		token, err := betterToken(ctx, service, account, machine, refused)
		if err == nil && token != "" {
			at.Token = func() string { return token }
			_, p := e.o.Dial(at)
			_, _, err = p.Ready(ctx)
			p.Close()
		}
		return func() { e.swapped(account, token, err) }
	})
}

// betterToken is the token the account has for a server, "" when it has no other than the
// refused one. A server that is not known is the only one.
func betterToken(ctx context.Context, service *plex.SignIn, account, machine, refused string) (string, error) {
	servers, err := service.Servers(ctx, account)
	if err != nil {
		return "", err
	}
	if machine == "" && len(servers) == 1 {
		machine = servers[0].Machine
	}
	for _, s := range servers {
		if s.Machine == machine && s.Token != refused {
			return s.Token, nil
		}
	}
	return "", nil
}

func (e *Engine) swapped(account, token string, err error) {
	switch f := fault.Of(err); {
	case f != nil && f.Class != fault.Unauthorized:
		e.account.swapAt = e.now().Add(max(swapAgain, f.RetryAfter))
	case f != nil || token == "":
		e.account.fruitless = account
	default:
		if err := e.o.Secrets.Set(PlexToken, token); err != nil {
			e.log.Warn("store the newer token", "err", err)
			e.account.fruitless = account
			return
		}
		e.log.Warn("Plex does not accept the former token any more; going on with the one of the newest sign-in")
		e.noteStored(e.putSwapped(e.stamp()))
		e.dispatch.Halt()
		e.dial()
		e.publish()
	}
}

// putSwapped stores when the account's token was taken, zero: a person chose one since.
func (e *Engine) putSwapped(at time.Time) error {
	e.account.swapped = at
	return e.store.Update(func(tx store.Tx) error { return tx.PutValue(swappedValue, at) })
}

// plexConnection is the connection with what became of its token.
func (e *Engine) plexConnection() api.Connection {
	c := e.links.PlexState()
	c.NewToken = e.account.swapped
	return c
}
