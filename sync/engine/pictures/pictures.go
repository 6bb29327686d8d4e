// Package pictures fetches small copies of covers and posters for people who look at lists.
// It works beside the loop, asks a server only while that answers well, and keeps what it
// fetched in a bounded folder. Nothing depends on a picture: what fails is no news, counts
// against no breaker, and is left alone for a while.
package pictures

import (
	"context"
	"errors"
	"sync"
	"time"

	"lockstep/sync/api"
	"lockstep/sync/budget"
	"lockstep/sync/engine/host"
	"lockstep/sync/fault"
	"lockstep/sync/message"
	"lockstep/sync/picture"
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

const (
	// atOnce is how many requests run at the same time: Stash reads covers from one disk.
	atOnce = 2
	// restFor is how long a server is left alone after a failure that may be the server's.
	restFor = time.Minute
	// trusted is how long a cover is believed to be the same where no stamp of Stash tells.
	trusted = time.Hour
	// unfitFor and maxUnfit bound what is remembered of pictures that cannot be shown.
	unfitFor = 10 * time.Minute
	maxUnfit = 5000
)

// Stash is what is asked of Stash.
type Stash interface {
	// Thumbnail is the cover of a scene unless it is still the one the ETag stands for.
	Thumbnail(ctx context.Context, id scene.ID, etag string) (scene.Cover, error)
}

// Plex is what is asked of Plex.
type Plex interface {
	// Thumbnail is the picture at a path that Plex gave.
	Thumbnail(ctx context.Context, path string) ([]byte, error)
}

// Servers are those that answer well at the moment; nil for one that does not.
type Servers struct {
	Stash   Stash
	Plex    Plex
	Machine string // of Plex
}

// Fetcher fetches pictures. It is safe for concurrent use. Make it with New.
type Fetcher struct {
	host    host.Host
	servers func(context.Context) (Servers, error)
	cache   *cache
	turn    chan struct{} // holds one value for each request under way

	mu    sync.Mutex
	rests map[fault.Server]rest
	unfit map[string]time.Time // what cannot be shown, and until when that is believed
}

// rest is a server that is left alone.
type rest struct {
	until time.Time
	why   error
}

// New makes a Fetcher that keeps pictures in a folder, or none for "". Servers tells which
// servers answer well.
func New(h host.Host, dir string, servers func(context.Context) (Servers, error)) *Fetcher {
	return &Fetcher{
		host: h, servers: servers, cache: newCache(dir, h.Now), turn: make(chan struct{}, atOnce),
		rests: map[fault.Server]rest{}, unfit: map[string]time.Time{},
	}
}

// AllowPictures says whether pictures may be shown. Without that nothing is fetched or kept, and what
// was is removed beside the caller, as it may take a moment.
func (f *Fetcher) AllowPictures(yes bool, beside func(func())) {
	f.cache.banned.Store(!yes)
	if yes {
		return
	}
	beside(func() {
		if err := f.cache.clear(); err != nil {
			f.host.Log.Warn("pictures that were kept were not all removed", "err", err)
		}
	})
}

// Picture is a small copy of what is asked for: from the folder while that is known to be
// right, else from the server.
func (f *Fetcher) Picture(ctx context.Context, q api.PictureQuery) (out api.Picture, err error) {
	if f.cache.banned.Load() || q.Scene == 0 && q.Plex == "" {
		return api.Picture{}, nil
	}
	err = host.Safely(func() (err error) { // decoders meet what strangers made
		if q.Plex != "" {
			out.JPEG, err = f.ofPlex(ctx, q)
		} else {
			out.JPEG, err = f.ofStash(ctx, q)
		}
		return err
	})
	return out, err
}

func (f *Fetcher) ofStash(ctx context.Context, q api.PictureQuery) ([]byte, error) {
	key := name(q, "")
	stamp, err := f.stamp(q.Scene)
	if err != nil {
		return nil, err
	}
	if e, ok := f.cache.get(key); ok && f.holds(e, stamp) || f.isUnfit(key) {
		return e.jpeg, nil
	}
	s, done, err := f.begin(ctx, fault.Stash)
	if err != nil {
		return nil, err
	}
	defer done()
	known, _ := f.cache.get(key) // another window may have fetched it meanwhile
	if f.holds(known, stamp) {
		return known.jpeg, nil
	}
	c, err := s.Stash.Thumbnail(ctx, q.Scene, known.ETag)
	if err != nil {
		return nil, f.failed(fault.Stash, key, err)
	}
	next := entry{Stamp: stamp, ETag: c.ETag, Checked: f.host.Now().Unix()}
	switch {
	case c.NotModified:
		next.jpeg = known.jpeg
	case !c.None:
		if next.jpeg, err = shrunk(c.Bytes, q); err != nil {
			f.setUnfit(key)
			return nil, nil // one picture cannot be shown, which is no news
		}
	}
	f.cache.put(key, next)
	return next.jpeg, nil
}

// stamp is what Stash last said of when the scene was changed, "" when it is not known.
func (f *Fetcher) stamp(id scene.ID) (string, error) {
	var seen store.Seen
	err := f.host.Store.View(func(tx store.Tx) (err error) {
		seen, _, err = tx.Seen(id)
		return err
	})
	return seen.UpdatedAt, err
}

// holds reports whether an entry is right without asking: every change of a cover moves
// Stash's stamp.
func (f *Fetcher) holds(e entry, stamp string) bool {
	switch {
	case e.Checked == 0:
		return false
	case stamp != "":
		return e.Stamp == stamp
	}
	age := f.host.Now().Sub(time.Unix(e.Checked, 0))
	return age >= 0 && age < trusted
}

// ofPlex is a picture of Plex, whose path is another one with every change.
func (f *Fetcher) ofPlex(ctx context.Context, q api.PictureQuery) ([]byte, error) {
	s, done, err := f.begin(ctx, fault.Plex)
	if err != nil {
		return nil, err
	}
	defer done()
	key := name(q, s.Machine)
	if e, ok := f.cache.get(key); ok || f.isUnfit(key) {
		return e.jpeg, nil
	}
	body, err := s.Plex.Thumbnail(ctx, q.Plex)
	if err != nil {
		return nil, f.failed(fault.Plex, key, err)
	}
	small, err := shrunk(body, q)
	if err != nil {
		f.setUnfit(key)
		return nil, nil
	}
	f.cache.put(key, entry{Checked: f.host.Now().Unix(), jpeg: small})
	return small, nil
}

func shrunk(body []byte, q api.PictureQuery) ([]byte, error) {
	if q.Large {
		return picture.Thumbnail(body, api.LargePictureWidth, api.LargePictureHeight)
	}
	return picture.Thumbnail(body, api.SmallPictureWidth, api.SmallPictureHeight)
}

// errAway is the error for a server that does not answer well at the moment.
var errAway = errors.New("the server does not answer well at the moment")

// begin waits for its turn at a server and gives it, unless it is left alone. Done ends
// the turn.
func (f *Fetcher) begin(ctx context.Context, server fault.Server) (s Servers, done func(), err error) {
	select {
	case f.turn <- struct{}{}:
	case <-ctx.Done():
		return s, nil, ctx.Err()
	}
	done = func() { <-f.turn }
	if s, err = f.servers(ctx); err == nil {
		err = f.resting(server)
	}
	if err == nil && (server == fault.Stash && s.Stash == nil || server == fault.Plex && s.Plex == nil) {
		err = fault.New(fault.Temporary, server, message.None, message.None, errAway)
	}
	if err == nil && f.cache.banned.Load() { // it was forbidden while this waited
		err = context.Canceled
	}
	if err != nil {
		done()
		return s, nil, err
	}
	return s, done, nil
}

// resting is why a server is left alone, nil if it is not.
func (f *Fetcher) resting(server fault.Server) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.rests[server]; f.host.Now().Before(r.until) {
		return r.why
	}
	return nil
}

// failed notes what a failure means: one picture cannot be had, which is no error, or the
// server is better left alone.
func (f *Fetcher) failed(server fault.Server, key string, err error) error {
	switch fault.Of(err).Class {
	case fault.Canceled, fault.Local:
	case fault.NotFound, fault.Rejected:
		f.setUnfit(key)
		return nil
	default:
		f.mu.Lock()
		defer f.mu.Unlock()
		f.rests[server] = rest{f.host.Now().Add(max(restFor, fault.Of(err).RetryAfter)), err}
		f.host.Log.Debug("no pictures are asked for until later", "server", server, "held", budget.Held(err), "err", err)
	}
	return err
}

func (f *Fetcher) setUnfit(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.unfit) >= maxUnfit {
		clear(f.unfit)
	}
	f.unfit[key] = f.host.Now().Add(unfitFor)
}

func (f *Fetcher) isUnfit(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.host.Now().Before(f.unfit[key])
}
