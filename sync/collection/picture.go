package collection

import (
	"context"
	"crypto/sha1" //nolint:gosec // Plex addresses uploads by SHA-1; it protects nothing
	"encoding/hex"
	"reflect"
	"time"

	"lockstep/sync/compare"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// picturesValue names what is known of the pictures of studios and groups.
const picturesValue = "collection.pictures"

// seenPicture is the picture of one subject as it was last read.
type seenPicture struct {
	Version string `json:"v"` // scene.Subject.Picture
	ETag    string `json:"e,omitempty"`
	SHA1    string `json:"h,omitempty"` // of the bytes as they are sent; empty: none that Plex takes
	// Bad is why this version is nothing that can be sent; it is not read again.
	Bad message.Message `json:"b,omitzero"`
	// Since is when the version was first seen, zero once it is settled: within the second that a
	// version stands for there may have been another picture.
	Since time.Time `json:"s,omitzero"`
}

// settled is how long after a version was first seen it is read for the last time.
const settled = time.Minute

// pictureKey identifies a subject among all.
func pictureKey(s scene.Subject) string { return string(s.Kind) + "/" + s.ID }

// pictures learns the SHA-1 of the picture of every subject that has a collection, without a request
// where its version is the one that was read. What is learnt is stored; subjects without a collection
// are forgotten.
func (d Deps) pictures(ctx context.Context, list []*Comparison) (map[string]seenPicture, error) {
	before, now := map[string]seenPicture{}, map[string]seenPicture{}
	if err := d.Store.View(func(tx store.Tx) error { _, err := tx.Value(picturesValue, &before); return err }); err != nil {
		return nil, err
	}
	bad := map[string]*fault.Error{}
	for _, c := range list {
		key := pictureKey(c.Subject)
		if _, done := now[key]; !c.Open() || done {
			continue
		}
		if bad[key] == nil {
			p, err := d.learn(ctx, c.Subject, before[key])
			switch f := fault.Of(err); {
			case f == nil:
				now[key] = p
				continue
			case f.Class == fault.Canceled, f.Class == fault.Local:
				return nil, f
			default:
				bad[key] = f
			}
		}
	}
	for _, c := range list {
		key := pictureKey(c.Subject)
		c.Picture = bad[key]
		if why := now[key].Bad; !why.IsZero() {
			c.Picture = fault.New(fault.Rejected, fault.Stash, why, message.None, nil)
		}
	}
	for key := range bad {
		if p, known := before[key]; known {
			now[key] = p
		}
	}
	if reflect.DeepEqual(before, now) {
		return now, nil
	}
	return now, d.Store.Update(func(tx store.Tx) error { return tx.PutValue(picturesValue, now) })
}

// anyVersion is that of a release which does not tell one version from another.
const anyVersion = "?"

func (d Deps) learn(ctx context.Context, s scene.Subject, before seenPicture) (seenPicture, error) {
	switch {
	case s.Picture == "":
		return seenPicture{}, nil
	case s.Picture == before.Version && before.Since.IsZero() && s.Picture != anyVersion:
		return before, nil
	}
	next := seenPicture{Version: s.Picture, Since: d.Clock()}
	if s.Picture == before.Version {
		next.Since = before.Since
		if age := d.Clock().Sub(before.Since); age >= settled || age < 0 {
			next.Since = time.Time{}
		}
	}
	cover, err := d.fitted(ctx, s, before.ETag)
	switch {
	case fault.Is(err, fault.NotFound):
	case fault.Is(err, fault.Rejected):
		next.Bad = fault.Of(err).Message
	case err != nil:
		return before, err
	case cover.NotModified:
		next.ETag, next.SHA1 = before.ETag, before.SHA1
	default:
		next.ETag, next.SHA1 = cover.ETag, cover.SHA1
	}
	return next, nil
}

// fitted reads a picture and makes it small enough for Plex. Its SHA1 is that of the bytes it comes
// with.
func (d Deps) fitted(ctx context.Context, s scene.Subject, etag string) (scene.Cover, error) {
	cover, err := d.Stash.SubjectPicture(ctx, s, etag)
	if err != nil || cover.NotModified {
		return cover, err
	}
	if cover.Bytes, cover.Type, err = compare.Fit(cover.Bytes, cover.Type); err != nil {
		return scene.Cover{}, err
	}
	sum := sha1.Sum(cover.Bytes) //nolint:gosec // see the import
	cover.SHA1 = hex.EncodeToString(sum[:])
	return cover, nil
}
