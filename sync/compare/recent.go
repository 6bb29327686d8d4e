package compare

import (
	"sync"
	"time"

	"lockstep/sync/scene"
)

const (
	// fewScenes is how many scenes a read may have to be kept: it is for single edits.
	fewScenes = 25
	// keptFor is how long a read is kept: what was found is brought in step at once, or may
	// have been edited again.
	keptFor = 10 * time.Second
)

// Recent keeps scenes that were just read because they were edited, so that bringing them in
// step does not read them again. Each is used once. A scene that is edited again meanwhile
// carries another stamp, by which it is found. It is safe for concurrent use; a nil one keeps
// nothing.
type Recent struct {
	mu     sync.Mutex
	parts  scene.Parts // with which they were read
	scenes map[scene.ID]readScene
}

// readScene is a scene as it was at a moment.
type readScene struct {
	scene *scene.Scene
	at    time.Time
}

// keep takes in what was read at a moment, in place of what was kept before.
func (r *Recent) keep(read map[scene.ID]*scene.Scene, parts scene.Parts, at time.Time) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scenes, r.parts = map[scene.ID]readScene{}, parts
	if len(read) > fewScenes {
		return
	}
	for id, s := range read {
		if s != nil {
			r.scenes[id] = readScene{s, at}
		}
	}
}

// take hands out the scenes that were read a moment ago with all of the parts, and lists the
// others.
func (r *Recent) take(ids []scene.ID, parts scene.Parts, now time.Time) (read map[scene.ID]readScene, left []scene.ID) {
	if r == nil {
		return nil, ids
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	read = map[scene.ID]readScene{}
	for _, id := range ids {
		s, kept := r.scenes[id]
		delete(r.scenes, id)
		if age := now.Sub(s.at); kept && r.parts.Has(parts) && age >= 0 && age < keptFor {
			read[id] = s
		} else {
			left = append(left, id)
		}
	}
	return read, left
}
