package engine

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"lockstep/sync/plan"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/stash"
)

// Connect makes a connection to an address, as net.Dialer does.
type Connect func(ctx context.Context, network, address string) (net.Conn, error)

// DialServers makes the real adapters, which connect over the network.
func DialServers(version string) Dial { return dialServers(version, nil) }

func dialServers(version string, connect Connect) Dial {
	return func(a Address) (Stash, Plex) {
		s := stash.New(stash.Options{URL: a.StashURL, Key: a.APIKey, Login: a.StashLogin, UserAgent: "Lockstep/" + version, Proven: a.StashProven, Certificate: a.StashCertificate, Budget: a.StashBudget, Connect: connect})
		p := plex.New(plex.Options{URL: a.PlexURL, Token: a.Token, Login: a.PlexLogin, ClientID: a.ClientID, Version: version, Proven: a.PlexProven, Certificate: a.PlexCertificate, Budget: a.PlexBudget, Connect: connect})
		return stashServer{s, door{a.StashURL, connect}}, plexServer{p, door{a.PlexURL, connect}}
	}
}

// stashServer fits the adapter to what the engine asks for.
type stashServer struct {
	*stash.Client
	door
}

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

// Find looks for scenes by id, else by exact file path, else by exact title, else by
// words in title or path. A number is never taken for a word: scene 18 is not one that
// was filmed in 2018.
func (s stashServer) Find(ctx context.Context, text string) ([]scene.Scene, error) {
	id, noID := scene.ParseID(text)
	if noID == nil {
		m, err := s.Client.Scenes(ctx, []scene.ID{id})
		if err != nil {
			return nil, err
		}
		if sc := m[id]; sc != nil {
			return []scene.Scene{*sc}, nil
		}
	}
	byPath, errPath := s.FindByPath(ctx, text)
	if len(byPath) > 0 {
		return byPath, nil
	}
	found, errTitle := s.FindByTitle(ctx, text)
	if err := errors.Join(errPath, errTitle); err != nil {
		return nil, err // a part of an answer would be a wrong one
	}
	if exact := only(found, func(sc scene.Scene) bool { return strings.EqualFold(sc.Title, text) }); len(exact) > 0 || noID == nil {
		return exact, nil
	}
	words := strings.Fields(strings.ToLower(text))
	return only(found, func(sc scene.Scene) bool { return named(sc, words) }), nil
}

// named reports whether title or paths hold all words: Stash searches in descriptions and
// other places too.
func named(sc scene.Scene, words []string) bool {
	in := strings.ToLower(sc.Title + "\n" + strings.Join(sc.Paths(), "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(in, w) })
}

func only(scenes []scene.Scene, fits func(scene.Scene) bool) []scene.Scene {
	return slices.DeleteFunc(slices.Clone(scenes), func(sc scene.Scene) bool { return !fits(sc) })
}

// scanTask is the type of Plex's task that scans a library.
const scanTask = "library.update.section"

// plexServer fits the adapter to what the engine asks for.
type plexServer struct {
	*plex.Client
	door
}

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
