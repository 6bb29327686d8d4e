package upkeep

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/fault"
	"lockstep/sync/store"
)

// retryEvery is how often it is tried whether the disk takes something again.
const retryEvery = 10 * time.Second

// Trouble takes in a fault of our own: a full disk, a damaged file, a bug. It is never a
// server's fault. It is shown until something could be stored again.
func (u *Upkeep) Trouble(err error) {
	f, stored := fault.Of(err), u.ledger.stored()
	a := api.Attention{Kind: api.DiskProblem, Message: f.Message, Hint: f.Hint, Since: u.host.Stamp()}
	if u.troubled() {
		a.Since = u.trouble.Since
		if u.trouble.Message == a.Message {
			u.trouble = trouble{a, stored, u.trouble.again}
			return
		}
	}
	u.host.Log.Error("a fault of our own", "err", err)
	u.trouble = trouble{a, stored, u.host.Now().Add(retryEvery)}
}

// troubled reports a fault of our own since which nothing was stored.
func (u *Upkeep) troubled() bool {
	return !u.trouble.Message.IsZero() && u.trouble.stored == u.ledger.stored()
}

// Forget takes back what is known of faults of our own: a person wants it tried again.
func (u *Upkeep) Forget() { u.trouble, u.restored = trouble{}, api.Attention{} }

// Retry tries whether the disk takes something again after it did not, and returns when to
// try next; zero when there is no need. Over says that a fault of our own has just ended.
func (u *Upkeep) Retry(now time.Time, put func(store.Tx) error) (next time.Time, over bool) {
	if !u.troubled() {
		if over = !u.trouble.Message.IsZero(); over {
			u.host.Log.Info("what went wrong here is over", "was", u.trouble.Message)
			u.trouble = trouble{}
		}
		return time.Time{}, over
	}
	if u.trouble.again.After(now) && u.trouble.again.Sub(now) <= retryEvery {
		return u.trouble.again, false
	}
	u.trouble.again = now.Add(retryEvery)
	if u.host.Store.Update(put) == nil {
		return now, false
	}
	return u.trouble.again, false
}

// Asks is what a person is asked for: the disk, and what became of the stored data.
func (u *Upkeep) Asks() []api.Attention {
	var out []api.Attention
	if !u.restored.Message.IsZero() {
		out = append(out, u.restored)
	}
	if f := u.lost; f != nil {
		return append(out, api.Attention{Kind: api.DiskProblem, Message: f.Message, Hint: f.Hint})
	}
	if u.troubled() {
		out = append(out, u.trouble.Attention)
	}
	return out
}

// order is how pressing things are, the most pressing first.
var order = []api.AttentionKind{
	api.DiskProblem, api.SignInPlex, api.SignInStash, api.FixPlex, api.FixStash, api.BrakeAsks, api.ActivityAsks, api.RestoredData, api.FirstRun,
}

// InOrder is what a person is asked, the most pressing first, of each kind the first.
func InOrder(asked []api.Attention) []api.Attention {
	out := make([]api.Attention, 0, len(asked))
	for _, a := range asked {
		if !slices.ContainsFunc(out, func(o api.Attention) bool { return o.Kind == a.Kind }) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b api.Attention) int {
		return cmp.Or(slices.Index(order, a.Kind)-slices.Index(order, b.Kind), strings.Compare(string(a.Kind), string(b.Kind)))
	})
	return out
}
