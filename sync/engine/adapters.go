package engine

import (
	"context"
	"errors"
	"slices"

	"lockstep/sync/plan"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/stash"
)

// DialServers makes the real adapters.
func DialServers(version string) Dial {
	return func(a Address) (Stash, Plex) {
		s := stash.New(stash.Options{URL: a.StashURL, Key: a.APIKey, UserAgent: "Lockstep/" + version})
		p := plex.New(plex.Options{URL: a.PlexURL, Token: a.Token, ClientID: a.ClientID, Version: version})
		return stashServer{s}, plexServer{p}
	}
}

// stashServer fits the adapter to what the engine asks for.
type stashServer struct{ *stash.Client }

// Status answers when Stash can work.
func (s stashServer) Status(ctx context.Context) (string, int, error) {
	st, err := s.Client.Status(ctx)
	return st.Version, st.Scenes, err
}

// Scenes reads scenes by id. Those Stash could not read are missing from the map, which
// is not the same as nil: deleted.
func (s stashServer) Scenes(ctx context.Context, ids []scene.ID) (map[scene.ID]*scene.Scene, error) {
	m, err := s.Client.Scenes(ctx, ids)
	var partial *stash.Partial
	if errors.As(err, &partial) {
		return m, nil
	}
	return m, err
}

// Find looks for scenes by id, file path or title.
func (s stashServer) Find(ctx context.Context, text string) ([]scene.Scene, error) {
	var found []scene.Scene
	if id, err := scene.ParseID(text); err == nil {
		m, err := s.Client.Scenes(ctx, []scene.ID{id})
		if err != nil {
			return nil, err
		}
		if sc := m[id]; sc != nil {
			return []scene.Scene{*sc}, nil
		}
	}
	byPath, errPath := s.FindByPath(ctx, text)
	byTitle, errTitle := s.FindByTitle(ctx, text)
	for _, sc := range slices.Concat(byPath, byTitle) {
		if !slices.ContainsFunc(found, func(o scene.Scene) bool { return o.ID == sc.ID }) {
			found = append(found, sc)
		}
	}
	if len(found) == 0 {
		return nil, errors.Join(errPath, errTitle)
	}
	return found, nil
}

// scanTask is the type of Plex's task that scans a library.
const scanTask = "library.update.section"

// plexServer fits the adapter to what the engine asks for.
type plexServer struct{ *plex.Client }

// Watch turns Plex's notifications into the two things that matter: an item appeared,
// a scan ended.
func (p plexServer) Watch(ctx context.Context, connected func(), on func(PlexNews)) error {
	return p.Client.Watch(ctx, connected, func(n plex.Notification) {
		news := PlexNews{Item: n.ItemID}
		switch n.Kind {
		case plex.Timeline:
			news.Appeared = n.ItemType == plan.ItemType
		case plex.Activity:
			news.Scanned = n.Event == "ended" && n.Task == scanTask
		}
		if news.Appeared || news.Scanned {
			on(news)
		}
	})
}
