package signin_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/engine/signin"
	"lockstep/sync/fault"
	"lockstep/sync/testkit"
)

// service is a plex.tv that answers as a test says. Addresses are tried side by side.
type service struct {
	mu       sync.Mutex
	pin      signin.PIN
	pinErr   error
	token    string // of the account, once somebody confirmed
	pollErr  error
	servers  []signin.Server
	listErr  error
	best     map[string]signin.Address // by machine; one that is missing does not answer
	renewErr error
	dead     string // a token plex.tv does not know any more
	onPoll   func() // called with each poll; may be nil

	polled, listed, renewed, tried int
}

func (s *service) NewPIN(context.Context) (signin.PIN, error) { return s.pin, s.pinErr }

func (s *service) PollPIN(context.Context, signin.PIN) (string, error) {
	s.polled++
	if s.onPoll != nil {
		s.onPoll()
	}
	return s.token, s.pollErr
}

func (s *service) Servers(context.Context, string) ([]signin.Server, error) {
	s.listed++
	return s.servers, s.listErr
}

func (s *service) BestConnection(_ context.Context, x signin.Server) (signin.Address, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried++
	a, ok := s.best[x.Machine]
	if !ok {
		return a, testkit.Trouble(fault.Unreachable, fault.Plex)
	}
	return a, nil
}

func (s *service) Renew(_ context.Context, token string) error {
	s.renewed++
	if token == s.dead {
		return testkit.Trouble(fault.Unauthorized, fault.None)
	}
	return s.renewErr
}

// secrets are kept in memory, unless a test says that they cannot be.
type secrets struct {
	kept map[string]string
	err  error
}

func (s *secrets) Get(name string) (string, error) { return s.kept[name], nil }

func (s *secrets) Set(name, value string) error {
	if s.err == nil {
		s.kept[name] = value
	}
	return s.err
}

// rig is an Account with a plex.tv and a Plex of its own.
type rig struct {
	*signin.Account
	t       *testing.T
	shelf   *testkit.Shelf
	host    host.Host
	plextv  *service
	secrets *secrets
	plex    signin.Plex
	accepts error // what Plex says to another token
	offered []string
	log     bytes.Buffer

	dialog       signin.Dialog
	installation signin.Options
	options      signin.Options // with which plex.tv was connected last
	ended        error          // the loop has ended
	inLoop       bool
	fixed        error // no address of Plex may be stored
	answer       api.TestResult
	unanswered   error
	steps        []string // what became of a choice
}

// do is the loop's turn; it is never asked for another inside of one.
func (r *rig) do(ctx context.Context, fn func() error) error {
	if r.inLoop {
		r.t.Error("the loop waits for itself")
	}
	if err := errors.Join(r.ended, ctx.Err()); err != nil {
		return err
	}
	r.inLoop = true
	defer func() { r.inLoop = false }()
	return fn()
}

func (r *rig) mayChoose() error {
	if !r.inLoop {
		r.t.Error("the settings are asked beside the loop")
	}
	return r.fixed
}

func (r *rig) test(_ context.Context, q api.TestRequest) (api.TestResult, error) {
	r.steps = append(r.steps, "test "+q.Server+" "+q.URL+" "+*q.Secret)
	return r.answer, r.unanswered
}

func (r *rig) store(_ context.Context, machine, url, token string) error {
	r.steps = append(r.steps, "store "+machine+" "+url+" "+token)
	return nil
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, shelf: testkit.NewShelf(t, 0), secrets: &secrets{kept: map[string]string{signin.PlexToken: "in use"}}}
	r.plextv = &service{
		pin:     signin.PIN{ID: 7, Code: "abcd", URL: "https://plex.test/auth", Lifetime: 30 * time.Minute},
		servers: []signin.Server{{Name: "Den", Machine: "m", Version: "1.43", Token: "newer"}, {Name: "Attic", Machine: "n", Token: "other"}},
		best:    map[string]signin.Address{"m": {URL: "http://den:32400", Local: true}},
	}
	r.host = host.Host{Now: r.shelf.Clock.Now, Store: r.shelf.DB, Log: slog.New(slog.NewTextHandler(&r.log, nil))}
	r.plex = signin.Plex{
		Machine: func() (string, error) { return "m", nil },
		Accepts: func() func(context.Context, string) error {
			return func(_ context.Context, token string) error {
				r.offered = append(r.offered, token)
				return r.accepts
			}
		},
	}
	r.restart()
	return r
}

// restart makes another Account on the same database.
func (r *rig) restart() {
	r.t.Helper()
	r.Account = signin.New(r.host, r.secrets, func() float64 { return 0.5 }, signin.Loop{
		Do:           r.do,
		Connect:      func(o signin.Options) signin.Service { r.options = o; return r.plextv },
		Installation: func() signin.Options { return r.installation },
		MayChoose:    r.mayChoose,
		Test:         r.test,
		Store:        r.store,
	})
	r.dialog = signin.NewDialog(r.Account)
	r.must(r.Load())
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) now() time.Time { return r.shelf.Clock.Now() }

func (r *rig) pass(d time.Duration) { r.shelf.Clock.Pass(d) }

// start begins a sign-in and has it followed.
func (r *rig) start() api.SignIn {
	r.t.Helper()
	s := r.Begin()
	shown, err := s.Start(context.Background())
	r.must(err)
	r.must(r.Follow(s))
	return shown
}

// poll asks how the sign-in of that id stands, as a window does.
func (r *rig) poll(id string) (api.SignInState, error) {
	return r.Find(id).Poll(context.Background())
}

// turn runs what is due; false when nothing is.
func (r *rig) turn() (ran, swapped bool) {
	r.t.Helper()
	task, _, err := r.Due(r.now(), r.plex)
	r.must(err)
	if task == nil {
		return false, false
	}
	if again, _, _ := r.Due(r.now(), r.plex); again != nil {
		r.t.Error("two things at a time")
	}
	task.Run(context.Background())
	swapped, err = r.Done(task, false)
	r.must(err)
	return true, swapped
}

// next is when something is due by the clock; zero for nothing.
func (r *rig) next() time.Time {
	r.t.Helper()
	task, at, err := r.Due(r.now(), r.plex)
	r.must(err)
	if task != nil {
		r.t.Fatal("something is due now")
	}
	return at
}

// echo is what is answered in place of a request after plex.tv refused another token.
func (r *rig) echo() error {
	r.t.Helper()
	b := budget.New(r.now, func() float64 { return 0 })
	for range 20 {
		if err := b.Allow(budget.Account); err != nil {
			return err
		}
		b.Done(budget.Account, testkit.Trouble(fault.Unauthorized, fault.None))
	}
	r.t.Fatal("nothing is held back")
	return nil
}

var errBroken = errors.New("broken")
