package collection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/sync/brake"
	"lockstep/sync/budget"
	"lockstep/sync/event"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/queue"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// errPictureMoved tells that Stash has another picture now than the one planned for.
var errPictureMoved = errors.New("the picture changed while it was being sent")

// Writer carries out what was compared.
type Writer struct {
	Deps
	Run     uint64
	Started time.Time
	// Held are the fields in which nothing may be taken away unasked.
	Held brake.Fields
	// May is asked before each collection whether the next may still be written.
	May func() bool
	// Rests says for how long what was refused is not sent again: a picture by the rating key of its
	// collection, a description by a key of its own; zero: it may be tried. Failed and Took tell
	// how a try ended.
	Rests  func(key string) time.Duration
	Failed func(key string)
	Took   func(key string)
}

// Outcome counts collections.
type Outcome struct {
	Written int // changed in Plex
	InStep  int // as they should be
	Left    int // left alone as a whole, or in a field somebody else set
	Held    int // held back by the brake
	Failed  int // not read, not written, or without their picture
}

// part is how many collections are written before they are read back.
const part = 25

// Write writes what is to be written, one collection after another, and reads it back. The error is
// that of a server as a whole, or our own.
func (w Writer) Write(ctx context.Context, list []*Comparison) (out Outcome, err error) {
	var open []*Comparison
	for _, c := range list {
		switch {
		case c.Fault != nil:
			out.Failed++
		case !c.Left.IsZero():
			out.Left++
		case c.Plan.Changed && brake.LoadOf(c.Plan).Fields()&w.Held != 0:
			out.Held++
		default:
			open = append(open, c)
		}
	}
	if err := w.arrivedUnseen(open); err != nil {
		return out, err
	}
	open = slices.DeleteFunc(open, func(c *Comparison) bool {
		rests := c.Plan.Changed && w.Rests(c.text()) > 0
		if rests {
			out.Failed++
		}
		return rests
	})
	w.leaveResting(open)
	if err := w.adopt(open, &out); err != nil {
		return out, err
	}
	open = slices.DeleteFunc(open, func(c *Comparison) bool { return !c.Plan.Changed })
	for len(open) > 0 && w.May() {
		now := open[:min(part, len(open))]
		open = open[len(now):]
		if err := w.some(ctx, now, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// leaveResting takes the pictures out of the plans that are not tried again yet.
func (w Writer) leaveResting(list []*Comparison) {
	for _, c := range list {
		if len(c.Plan.Uploads) == 0 {
			continue
		}
		if left := w.Rests(c.RatingKey); left > 0 {
			c.Picture = fault.New(fault.Temporary, fault.Plex, message.New(message.CollectionRests, message.Span(left)), message.None, nil)
			c.Plan = c.Plan.Without(scene.FieldPoster, message.New(message.PictureUnsent))
		}
	}
}

// adopt remembers what is as it should be, and counts it.
func (w Writer) adopt(list []*Comparison, out *Outcome) error {
	return w.Store.Update(func(tx store.Tx) error {
		for _, c := range list {
			if c.Plan.Changed {
				continue
			}
			switch {
			case c.Picture != nil:
				out.Failed++
			case len(c.Plan.Codes()) > 0:
				out.Left++
			default:
				out.InStep++
			}
			if m := c.Plan.Adopted(c.State.Memory); !m.Equal(c.State.Memory) {
				c.State.Memory, c.State.UpdatedAt = m, c.InPlex.UpdatedAt
				if err := tx.PutItemState(w.key(c), c.State); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// some writes a few collections: what they were and what is about to be written is stored first.
func (w Writer) some(ctx context.Context, list []*Comparison, out *Outcome) error {
	if err := w.intend(list); err != nil {
		return err
	}
	var failed error
	for _, c := range list {
		if failed != nil || !w.May() {
			break
		}
		began := w.Clock()
		err := w.one(ctx, c)
		if !c.written && (err != nil || c.Picture != nil) { // what was written counts when it is read back
			out.Failed++
		}
		if c.Fault = fault.Of(err); err != nil && whole(err) {
			failed = err
		}
		event.Sleep(ctx, w.Settings.Pace.Rest(w.Clock().Sub(began)))
	}
	if err := w.check(ctx, list, out); err != nil {
		failed = errors.Join(failed, err)
	}
	return errors.Join(failed, w.void(list))
}

// whole reports a fault that ends everything: the next collection would meet the same.
func whole(err error) bool {
	switch fault.Of(err).Class {
	case fault.Temporary, fault.Rejected, fault.NotFound:
		return budget.Held(err)
	}
	return true
}

func (w Writer) intend(list []*Comparison) error {
	now := w.Clock()
	err := w.Store.Update(func(tx store.Tx) error {
		if err := tx.PutRun(store.Run{ID: w.Run, Started: w.Started, Cause: queue.Collections}); err != nil {
			return err
		}
		for _, c := range list {
			if err := tx.AddJournal(store.JournalEntry{Run: w.Run, Item: w.key(c), Name: c.Title, At: now, Former: c.Plan.Former}); err != nil {
				return err
			}
			s := c.State
			s.Memory = c.Plan.Intent(s.Memory, now)
			if err := tx.PutItemState(w.key(c), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store what is about to be written to collections: %w", err)
	}
	for _, c := range list {
		c.State.Memory = c.Plan.Intent(c.State.Memory, now)
	}
	return nil
}

// one sends the picture first, then the rest, so that the lock ends up right. A picture that does
// not arrive keeps nothing else from being written.
func (w Writer) one(ctx context.Context, c *Comparison) error {
	if len(c.Plan.Uploads) > 0 {
		if err := w.picture(ctx, c, c.Plan.Uploads[0]); err != nil {
			return err
		}
	}
	if c.Plan.Edit.Empty() {
		return nil
	}
	e := c.Plan.Edit
	e.RatingKey, e.Section = c.RatingKey, c.Section
	err := w.Plex.Edit(ctx, e)
	if _, single := errors.AsType[*plan.Refused](err); single { // everything else was written
		err = nil
	}
	c.sent = c.sent || budget.MayHaveArrived(err)
	c.written = c.written || err == nil
	if err != nil && !whole(err) {
		w.Failed(c.text())
	}
	return err
}

// text names what is to be written of a collection beside its picture: another description has
// another name.
func (c *Comparison) text() string {
	return c.RatingKey + " " + string(scene.HashOf(c.Plan.Edit.Scalars))
}

func (w Writer) picture(ctx context.Context, c *Comparison, u plan.Upload) error {
	err := w.send(ctx, c, u)
	f := fault.Of(err)
	switch {
	case f == nil:
		w.Took(c.RatingKey)
		c.written, c.sent = true, true
		return nil
	case f.Class == fault.Canceled, f.Class == fault.Local && !errors.Is(err, errPictureMoved):
		return err
	case !budget.Held(err) && !errors.Is(err, errPictureMoved):
		w.Failed(c.RatingKey)
	}
	c.Picture = f
	c.Plan = c.Plan.Without(u.Field, message.New(message.PictureUnsent))
	return nil
}

func (w Writer) send(ctx context.Context, c *Comparison, u plan.Upload) error {
	cover, err := w.fitted(ctx, c.Subject, "")
	switch {
	case err != nil:
		return err
	case cover.SHA1 != u.SHA1:
		return fault.New(fault.Local, fault.Stash, message.New(message.PictureUnsent), message.None, errPictureMoved)
	}
	err = w.Plex.UploadToCollection(ctx, c.RatingKey, cover.Bytes, cover.Type)
	c.sent = c.sent || budget.MayHaveArrived(err)
	return err
}

// check reads back what was written. Only what arrived counts.
func (w Writer) check(ctx context.Context, list []*Comparison, out *Outcome) error {
	var written []*Comparison
	var keys []string
	for _, c := range list {
		if c.written {
			written, keys = append(written, c), append(keys, c.RatingKey)
		}
	}
	if len(written) == 0 {
		return nil
	}
	found, err := w.reader().Items(ctx, keys)
	if err != nil {
		return err
	}
	return w.Store.Update(func(tx store.Tx) error {
		for _, c := range written {
			if err := w.arrived(tx, c, found.Values[c.RatingKey], out); err != nil {
				return err
			}
		}
		return nil
	})
}

// arrived compares one collection as read back with its plan and stores what came of it.
func (w Writer) arrived(tx store.Tx, c *Comparison, after scene.Item, out *Outcome) error {
	if after.RatingKey == "" {
		out.Failed++
		return nil
	}
	m, missing := c.Plan.Verify(after, c.State.Memory, w.Clock())
	c.State.Memory, c.State.UpdatedAt, c.State.Written = m, after.UpdatedAt, w.Clock()
	if slices.ContainsFunc(missing, func(d plan.Decision) bool { return d.Code == "" }) || c.Picture != nil {
		out.Failed++
	} else {
		out.Written++
	}
	if err := tx.PutItemState(w.key(c), c.State); err != nil {
		return err
	}
	return tx.AddActivity(w.activity(c, message.New(message.CollectionIn, message.Title(c.Library))))
}

func (w Writer) activity(c *Comparison, says message.Message) store.Activity {
	return store.Activity{
		At: w.Clock(), Run: w.Run, Name: c.Title, Item: w.key(c).String(), State: queue.Done, Message: says, Changes: store.ChangesOf(c.Plan),
	}
}
