package storage

import (
	"lockstep/sync/scene"
	"lockstep/sync/store"
)

// Playback implements store.Playbacks. A damaged record counts as absent, which is safe:
// what was written is found in Stash.
func (t *tx) Playback(p store.Playback) (store.Playback, bool, error) {
	return tolerate[store.Playback](t, bPlayback, []byte(p.Key()))
}

// PutPlayback implements store.Playbacks.
func (t *tx) PutPlayback(p store.Playback) error {
	p.At, p.As, p.Changed, p.Next = p.At.UTC(), p.As.UTC(), p.Changed.UTC(), p.Next.UTC()
	return t.put(bPlayback, []byte(p.Key()), p)
}

// EachPlayback implements store.Playbacks.
func (t *tx) EachPlayback(fn func(store.Playback) bool) error {
	return t.each(bPlayback, nil, nil, func(k, v []byte) bool {
		p, ok := decode[store.Playback](t, bPlayback, k, v)
		return !ok || fn(p)
	})
}

// PlaybackBase implements store.Playbacks. A damaged one counts as never stored.
func (t *tx) PlaybackBase(item scene.ItemKey) (store.PlaybackBase, bool, error) {
	return tolerate[store.PlaybackBase](t, bPlayBase, itemKey(item))
}

// PutPlaybackBase implements store.Playbacks.
func (t *tx) PutPlaybackBase(item scene.ItemKey, b store.PlaybackBase) error {
	return t.put(bPlayBase, itemKey(item), b)
}
