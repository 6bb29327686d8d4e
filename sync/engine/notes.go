package engine

import (
	"slices"
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
)

// note asks a person for something; the same kind is asked once until it is settled.
func (e *Engine) note(k api.AttentionKind, words, hint string) {
	old, asked := e.notes[k]
	if asked && old.Words == words && old.Hint == hint {
		return
	}
	a := api.Attention{Kind: k, Words: words, Hint: hint, Since: e.stamp()}
	if asked {
		a.Since = old.Since
	}
	e.notes[k] = a
}

func (e *Engine) clear(kinds ...api.AttentionKind) {
	for _, k := range kinds {
		delete(e.notes, k)
	}
}

// noteFault takes the fault of a check into the state of the connection. What a person is
// asked follows from that state.
func (e *Engine) noteFault(f *fault.Error) {
	if f.Class == fault.Local {
		e.noteLocal(f)
	}
	e.links.Failed(f)
}

// doubt has a connection checked because something else than its check failed there.
func (e *Engine) doubt(f *fault.Error) {
	if f.Class == fault.Local {
		e.noteLocal(f)
	}
	e.links.Doubt(f)
}

// noteStored reports what could not be stored, if anything.
func (e *Engine) noteStored(err error) {
	if err != nil {
		e.noteLocal(err)
	}
}

// noteLocal reports a fault of our own: a full disk, a damaged file, a bug. It is never
// a server's fault and never counts for the breaker. It is shown until something could be
// stored again.
func (e *Engine) noteLocal(err error) {
	f := fault.Of(err)
	e.lastErr = f.Message.String()
	a := api.Attention{Kind: api.DiskProblem, Words: f.Message.String(), Hint: f.Hint.String(), Since: e.stamp()}
	if old := e.local.shown(e.store.stored()); old != nil {
		a.Since = old.Since
		if old.Words == f.Message.String() {
			e.local = localTrouble{a, e.store.stored(), e.local.again}
			return
		}
	}
	e.log.Error("a fault of our own", "err", err)
	e.local = localTrouble{a, e.store.stored(), e.now().Add(localRetry)}
}

// localTrouble is the newest fault of our own.
type localTrouble struct {
	api.Attention
	stored uint64    // successful transactions by then
	again  time.Time // when to try whether it is over
}

// localRetry is how often it is tried whether the disk takes something again.
const localRetry = 10 * time.Second

// shown is the trouble if nothing was stored since.
func (t *localTrouble) shown(stored uint64) *api.Attention {
	if t.Words == "" || stored != t.stored {
		return nil
	}
	return &t.Attention
}

// attention lists what a person is asked for, the most pressing first. What is said of the
// servers and of the disk follows from how they are now.
func (e *Engine) attention() []api.Attention {
	found := map[api.AttentionKind]api.Attention{}
	for k, a := range e.notes {
		found[k] = a
	}
	for _, a := range e.links.Asks(e.now()) {
		if _, asked := found[a.Kind]; !asked {
			found[a.Kind] = a
		}
	}
	if a, refused := e.dispatch.Refusal(); refused {
		found[a.Kind] = a
	}
	if a, asked := e.audit.Question(); asked {
		found[a.Kind] = a
	}
	if a := e.local.shown(e.store.stored()); a != nil {
		found[a.Kind] = *a
	}
	if f := e.lostFile; f != nil {
		found[api.DiskProblem] = api.Attention{Kind: api.DiskProblem, Words: f.Message.String(), Hint: f.Hint.String()}
	}
	order := []api.AttentionKind{
		api.DiskProblem, api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash, api.BrakeAsks, api.RestoredData, api.FirstRun,
	}
	out := make([]api.Attention, 0, len(found))
	for _, a := range found {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b api.Attention) int {
		if d := slices.Index(order, a.Kind) - slices.Index(order, b.Kind); d != 0 {
			return d
		}
		return strings.Compare(string(a.Kind), string(b.Kind))
	})
	return out
}
