package worker

import (
	"errors"

	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/plan"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// errCoverMoved tells that Stash has another picture now than the one planned for.
var errCoverMoved = errors.New("the picture changed while it was being sent")

// upload sends the pictures of a plan. One that Plex does not take, or that Stash cannot
// give, is left out of the plan and never holds back the rest: the picture is tried again
// alone.
func (b *batch) upload(t *task, g *target) error {
	for _, u := range g.Plan.Uploads {
		err := b.uploadOne(t, g, u)
		f := fault.Of(err)
		switch {
		case err == nil:
			g.written = true
		case errors.Is(err, errCoverMoved), f.Class == fault.Canceled, f.Class == fault.Local:
			return err
		default:
			t.picture = missing(u.Field, f)
			g.Plan = g.Plan.Without(u.Field, message.New(message.PictureUnsent))
		}
	}
	return nil
}

func (b *batch) uploadOne(t *task, g *target, u plan.Upload) error {
	cover, err := b.ToSend(b.hard, t.Comparison, u.Field)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && cover.SHA1 != u.SHA1:
		return errCoverMoved
	case err != nil:
		return err
	}
	return b.Plex.Upload(b.hard, g.Key.RatingKey, u.Field, cover.Bytes, cover.Type)
}

// missing names the picture a fault is about. It says nothing about a server: what is sent
// after it shows whether Plex takes anything.
func missing(field scene.Field, f *fault.Error) *fault.Error {
	out := *f
	if f.Class != fault.Rejected {
		out.Class = fault.Temporary
	}
	switch {
	case f.Server != fault.Plex:
	case field == scene.FieldPoster:
		out.Message = message.New(message.PosterRefused, message.Of(f.Message))
	default:
		out.Message = message.New(message.BackgroundRefused, message.Of(f.Message))
	}
	return &out
}

// coverUnknown is what to remember of a scene whose cover or gallery is another one than was
// planned: it is read anew.
func (t *task) coverUnknown() *store.Seen {
	s := t.seen()
	if s != nil {
		s.Cover, s.CoverAt, s.SHA1 = "", "", ""
		s.Gallery, s.GallerySHA1 = "", ""
	}
	return s
}
