package signin

import (
	"context"
	"time"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
)

// Plex is what has to be known of the server to take another token for it.
type Plex struct {
	// Refuses says that Plex answers and refuses the token in use.
	Refuses bool
	// Machine is the server this database belongs to, "" when there is none yet.
	Machine func() (string, error)
	// Accepts gives what asks the server, beside the loop, whether it takes a token.
	Accepts func() func(ctx context.Context, token string) error
}

// Task is something to be done at plex.tv, one at a time.
type Task struct {
	run  func(ctx context.Context)
	done func() (swapped bool, err error)
}

// Run does it, beside the loop.
func (t *Task) Run(ctx context.Context) { t.run(ctx) }

// Due is the task to be run now, nil when there is none, and when the next one is. Nothing
// of it ever counts against Plex itself.
func (a *Account) Due(now time.Time, p Plex) (t *Task, next time.Time, err error) {
	if a.busy {
		return nil, time.Time{}, nil
	}
	if s, at := a.dueFollow(now); s != nil {
		return a.begin(a.following(s)), time.Time{}, nil
	} else if !at.IsZero() {
		return nil, at, nil
	}
	token := a.secret(AccountToken)
	switch age := now.Round(0).Sub(a.renewed); {
	case token == "":
	case p.Refuses && token != a.fruitless && !a.swapAt.After(now):
		machine, err := p.Machine()
		if err != nil {
			return nil, time.Time{}, err
		}
		return a.begin(a.swap(token, machine, p.Accepts())), time.Time{}, nil
	case (age >= renewEvery || age < 0) && !a.renewAt.After(now):
		return a.begin(a.renew(token)), time.Time{}, nil
	}
	return nil, time.Time{}, nil // the loop turns once a minute in any case
}

func (a *Account) begin(t *Task) *Task {
	a.busy = true
	return t
}

// Done takes in how a task ended, unless the process does. Swapped says that another token
// is in use now: the connections are to be made anew.
func (a *Account) Done(t *Task, stopping bool) (swapped bool, err error) {
	a.busy = false
	if stopping {
		return false, nil
	}
	return t.done()
}

// dueFollow is the sign-in that was asked about the longest ago, if it is time to ask.
func (a *Account) dueFollow(now time.Time) (s *SignIn, at time.Time) {
	if len(a.followed) == 0 {
		return nil, time.Time{}
	}
	if a.followAt.After(now.Add(longestFollow)) { // the clock was set back
		a.followAt = now
	}
	if a.followAt.After(now) {
		return nil, a.followAt
	}
	s = a.followed[0]
	a.followed = append(a.followed[1:], s)
	return s, time.Time{}
}

func (a *Account) following(s *SignIn) *Task {
	var over bool
	var err error
	return &Task{
		run: func(ctx context.Context) { over, err = s.follow(ctx) },
		done: func() (bool, error) {
			wait := followEvery
			if err != nil {
				wait = max(wait, fault.Of(err).RetryAfter)
			}
			a.followAt = a.host.Now().Add(min(wait, longestFollow))
			if !over {
				return false, nil
			}
			a.drop(s)
			return false, a.putFollowed()
		},
	}
}

// renew has plex.tv renew the token of the account. Only its own refusal is one; nothing of
// it is shown: as long as Plex takes the token in use, nothing is wrong.
func (a *Account) renew(token string) *Task {
	service := a.connect()
	var err error
	return &Task{
		run: func(ctx context.Context) { err = service.Renew(ctx, token) },
		done: func() (bool, error) {
			switch f := fault.Of(err); {
			case f == nil:
				err := a.putRenewed()
				a.host.Log.Debug("the token of the sign-in was renewed")
				return false, err
			case refused(f):
				err := a.putRenewed()
				a.host.Log.Info("plex.tv does not renew the token of the sign-in", "err", f)
				return false, err
			default:
				a.renewAt = a.host.Now().Add(max(renewAgain, f.RetryAfter))
				a.host.Log.Debug("the token of the sign-in was not renewed", "err", f)
				return false, nil
			}
		},
	}
}

// swap looks whether the newest sign-in has a token that Plex takes in place of the one it
// refuses.
func (a *Account) swap(account, machine string, accepts func(context.Context, string) error) *Task {
	service, refused := a.connect(), a.secret(PlexToken)
	var token string
	var err error
	return &Task{
		run: func(ctx context.Context) {
			token, err = betterToken(ctx, service, account, machine, refused)
			if err == nil && token != "" {
				err = accepts(ctx, token)
			}
		},
		done: func() (bool, error) { return a.swapEnded(account, token, err) },
	}
}

// betterToken is the token the account has for a server, "" when it has no other than the
// refused one. A server that is not known is the only one.
func betterToken(ctx context.Context, service Service, account, machine, refused string) (string, error) {
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

func (a *Account) swapEnded(account, token string, err error) (swapped bool, _ error) {
	switch f := fault.Of(err); {
	case f != nil && budget.Held(f): // plex.tv refused an older token a moment ago
		a.swapAt = a.host.Now().Add(f.RetryAfter)
		return false, nil
	case f != nil && !refused(f):
		a.swapAt = a.host.Now().Add(max(swapAgain, f.RetryAfter))
		return false, nil
	case f != nil || token == "":
		a.fruitless = account
		return false, nil //nolint:nilerr // another token will not come of it
	}
	if err := a.secrets.Set(PlexToken, token); err != nil {
		a.host.Log.Warn("store the newer token", "err", err)
		a.fruitless = account
		return false, nil
	}
	a.host.Log.Warn("Plex no longer accepts the previous token; using the one from the newest sign-in")
	return true, a.putSwapped(a.host.Stamp())
}
