package scan

import (
	"context"

	"lockstep/sync/match"
	"lockstep/sync/scene"
	"lockstep/sync/worker"
)

// Noting is a Plex that tells which scans of its libraries it was asked for.
type Noting struct {
	worker.Plex
	Asked func(section string) // called by the worker's goroutine
}

// Scan asks Plex to scan a folder.
func (n Noting) Scan(ctx context.Context, section, dir string) error {
	err := n.Plex.Scan(ctx, section, dir)
	if err == nil {
		n.Asked(section)
	}
	return err
}

// PathKeys are the keys of all the paths in Plex that a scene's files may be found under.
func PathKeys(m match.Mapper) func(scene.Scene) []string {
	return func(s scene.Scene) []string {
		var keys []string
		for _, p := range s.Paths() {
			keys = append(keys, match.Keys(m.Map(p))...)
		}
		return keys
	}
}
