// Package dial makes the adapters of both servers and fits them to what the engine asks for.
// Servers is what the app gives the engine, which imports no adapter itself: its tests give
// it servers in memory instead. SignIn and Discover are the same for plex.tv and for finding
// Plex servers.
package dial

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lockstep/sync/engine/link"
	"lockstep/sync/plan"
	"lockstep/sync/plex"
	"lockstep/sync/scene"
	"lockstep/sync/stash"
	"lockstep/sync/stash2plex"
)

// Connect makes a connection to an address, as net.Dialer does.
type Connect func(ctx context.Context, network, address string) (net.Conn, error)

// Servers makes the real adapters, which connect over the network.
func Servers(version string) link.Dial { return Through(version, nil) }

// Through makes the real adapters over connections made by connect; nil means over the
// network.
func Through(version string, connect Connect) link.Dial {
	return func(a link.Address) (link.Stash, link.Plex) {
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
func (s stashServer) Scenes(ctx context.Context, ids []scene.ID, parts scene.Parts) (map[scene.ID]*scene.Scene, error) {
	m, err := s.Client.Scenes(ctx, ids, parts)
	if _, ok := errors.AsType[*stash.Partial](err); ok {
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
		m, err := s.Client.Scenes(ctx, []scene.ID{id}, 0)
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

// Stash2Plex is what Stash knows of that plugin.
func (s stashServer) Stash2Plex(ctx context.Context) (stash2plex.Plugin, error) {
	p, err := s.Plugin(ctx, stash2plex.PluginID)
	return stash2plex.Plugin(p), err
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
func (p plexServer) Watch(ctx context.Context, connected func(), on func(link.PlexEvent)) error {
	return p.Client.Watch(ctx, connected, func(n plex.Notification) {
		if event := eventOf(n); event.Appeared || event.Scanned {
			on(event)
		}
	})
}

// eventOf is what a notification means to us, which may be nothing.
func eventOf(n plex.Notification) link.PlexEvent {
	event := link.PlexEvent{Item: n.ItemID}
	switch n.Kind {
	case plex.Timeline:
		event.Appeared = n.ItemType == plan.ItemType
	case plex.Activity:
		event.Scanned = n.Event == "ended" && n.Task == scanTask
	}
	return event
}

// door is the address of a server, as it stands in the settings.
type door struct {
	address string
	connect Connect // nil means over the network
}

// Knock reports nil when somebody listens there, the server itself or a proxy before it.
func (d door) Knock(ctx context.Context) error {
	u, err := url.Parse(d.address)
	if err != nil || u.Host == "" {
		if u, err = url.Parse("http://" + d.address); err != nil {
			return err
		}
	}
	if via, err := http.ProxyFromEnvironment(&http.Request{URL: u}); err == nil && via != nil {
		u = via
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	connect := d.connect
	if connect == nil {
		connect = (&net.Dialer{}).DialContext
	}
	conn, err := connect(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return err
	}
	return conn.Close()
}
