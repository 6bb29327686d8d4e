package config

import (
	"net/url"
	"slices"
	"strings"

	"lockstep/sync/message"
)

// stashPages and plexPages are the first folders of what the servers show below their
// address: people paste the address of the page they look at.
var (
	stashPages = []string{
		"scenes", "scene", "images", "groups", "movies", "markers", "galleries", "performers", "studios", "tags", "stats",
		"settings", "setup", "migrate", "login", "logout", "graphql", "playground", "plugin", "custom",
	}
	plexPages = []string{"web", "identity", "library", "status", "playlists", "photo", "media"}
)

// stashAddress is the address of Stash, of which any page may be given.
func stashAddress(v string) (string, error) {
	v, err := serverAddress(v)
	return withoutPage(v, stashPages), err
}

// plexAddress is the address of a Plex server, of which any page may be given.
func plexAddress(v string) (string, error) {
	v, err := serverAddress(v)
	if u, bad := url.Parse(v); err == nil && bad == nil && strings.EqualFold(u.Hostname(), "app.plex.tv") {
		return "", message.Wrong(message.ConfigWebClient)
	}
	return withoutPage(v, plexPages), err
}

// withoutPage cuts an address where one of the pages begins. A folder in front of the
// server stays.
func withoutPage(address string, pages []string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return address
	}
	folders := strings.Split(u.EscapedPath(), "/")
	at := slices.IndexFunc(folders, func(f string) bool { return slices.Contains(pages, f) })
	if at < 0 {
		return address
	}
	path := strings.TrimRight(strings.Join(folders[:at], "/"), "/")
	plain, err := url.PathUnescape(path)
	if err != nil {
		return address
	}
	u.Path, u.RawPath = plain, path
	return u.String()
}
