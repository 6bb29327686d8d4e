package plex

import (
	"context"
	"slices"

	"lockstep/sync/budget"
	"lockstep/sync/fault"
	"lockstep/sync/httpc"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
)

// mostRefused is how many values of one edit are told apart one by one; with more the
// rest of a list is given up as a whole, so that an edit stays at some dozen requests.
const mostRefused = 3

// trial is one edit on its way: what Plex took, what it refused, and the last refusal.
type trial struct {
	client  *Client
	limit   int // of a query
	taken   plan.Edit
	refused []plan.Edit
	cause   error
}

// write sends an edit; when Plex refuses it, the values it does not take are found.
func (t *trial) write(ctx context.Context, e plan.Edit) error {
	if e.Empty() {
		return nil
	}
	err := t.client.send(ctx, e, t.limit, nil)
	if !valueRefused(err) {
		return err
	}
	all := units(e)
	// Two different values that are refused alone speak for the item or the server.
	for i, u := range all[:min(2, len(all))] {
		again := t.client.send(ctx, u, t.limit, nil)
		switch {
		case again == nil:
			t.taken = u
			return t.sift(ctx, slices.Delete(slices.Clone(all), i, i+1))
		case budget.Held(again): // too many refusals already
			return err
		case !valueRefused(again):
			return again
		}
	}
	return err
}

// sift finds what Plex refuses among units by halving. What it took before is sent along
// each time, because an edit of lists may reset what it does not carry.
func (t *trial) sift(ctx context.Context, group []plan.Edit) error {
	if len(group) == 0 {
		return nil
	}
	tried := t.taken
	for _, u := range group {
		tried = join(tried, u)
	}
	err := t.client.send(ctx, tried, t.limit, valueRefused)
	if err == nil {
		t.taken = tried
		return nil
	}
	if !valueRefused(err) {
		return err
	}
	if len(group) == 1 && len(t.refused) < mostRefused {
		group = pieces(group[0])
	}
	if len(group) == 1 {
		t.refuse(group[0], err)
		return nil
	}
	if err := t.sift(ctx, group[:len(group)/2]); err != nil {
		return err
	}
	return t.sift(ctx, group[len(group)/2:])
}

// pieces cuts a unit that is a list in two; anything else stays whole.
func pieces(u plan.Edit) []plan.Edit {
	for name, list := range u.Lists {
		w, r := len(list.Want), len(list.Remove)
		if w+r < 2 {
			break
		}
		a, b := u, u
		a.Lists = map[string]plan.ListEdit{name: {Want: list.Want[:(w+1)/2], Remove: list.Remove[:r/2]}}
		b.Lists = map[string]plan.ListEdit{name: {Want: list.Want[(w+1)/2:], Remove: list.Remove[r/2:]}}
		return []plan.Edit{a, b}
	}
	return []plan.Edit{u}
}

// clearDate empties the date, which some servers refuse.
func (t *trial) clearDate(ctx context.Context, e plan.Edit) error {
	if e.Empty() {
		return nil
	}
	err := t.client.send(ctx, e, t.limit, valueRefused)
	if !valueRefused(err) {
		return err
	}
	t.refuse(e, err)
	return nil
}

func (t *trial) refuse(e plan.Edit, err error) {
	t.refused, t.cause = append(t.refused, e), err
}

// valueRefused reports an answer that may be about a single value. Once Plex has taken
// another value of the same edit, it is no failure of the server.
func valueRefused(err error) bool {
	return !budget.Held(err) && (fault.Is(err, fault.Temporary) || fault.Is(err, fault.Rejected))
}

// verdict is nil when everything was taken.
func (t *trial) verdict() error {
	if len(t.refused) == 0 {
		return nil
	}
	out := &plan.Refused{}
	var fields, values []message.Arg
	seen := map[string]bool{}
	for _, e := range t.refused {
		for name := range e.Locks { // a unit has one
			out.Fields = append(out.Fields, name)
			if !seen[name] {
				seen[name] = true
				fields = append(fields, message.Of(fieldName(name)))
			}
			values = append(values, valuesOf(name, e)...)
		}
	}
	slices.Sort(out.Fields)
	out.Fields = slices.Compact(out.Fields)
	f := fault.Of(t.cause)
	words, hint := refusedWords(fields, values), message.New(message.AdviceChangeInStash)
	switch date := scene.FieldDate.Wire(); {
	case tooLong(httpc.StatusOf(t.cause)):
		words, hint = f.Message, f.Hint
	case slices.Equal(out.Fields, []string{date}) && t.refused[0].Scalars[date] == "":
		words, hint = message.New(message.PlexDateClear), message.New(message.AdvicePlexDateClear)
	}
	out.Err = plexFault(fault.Rejected, words, hint, f.Err)
	return out
}

func refusedWords(fields, values []message.Arg) message.Message {
	if len(values) == 0 {
		return message.New(message.PlexRefusedFields, message.List(fields...))
	}
	return message.New(message.PlexRefusedValues, message.List(values...), message.List(fields...))
}

// fieldName is what people call a field; those Lockstep only carries keep Plex's name.
func fieldName(wire string) message.Message {
	for _, f := range scene.Fields() {
		if f.Wire() == wire {
			return f.Message()
		}
	}
	return message.New(message.PlainWord, message.Word(wire))
}

// longestValue keeps a refused value within a line.
const longestValue = 60

// valuesOf quotes what was refused: a text, or the only name of a list.
func valuesOf(wire string, e plan.Edit) []message.Arg {
	text := e.Scalars[wire]
	list := e.Lists[wire]
	if names := slices.Concat(list.Want, list.Remove); len(names) == 1 {
		text = names[0]
	}
	if r := []rune(text); len(r) > longestValue {
		text = string(r[:longestValue]) + "…"
	}
	if text == "" {
		return nil
	}
	return []message.Arg{message.Of(message.New(message.QuotedTitle, message.Title(text)))}
}
