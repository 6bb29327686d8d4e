package api

import (
	"time"

	"lockstep/sync/config"
	"lockstep/sync/match"
)

// SignIn is a sign-in with Plex that waits for a person.
type SignIn struct {
	ID string `json:"id"`
	// URL is the page to open in the browser.
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

// SignInProgress says how a sign-in stands.
type SignInProgress string

// The states of a sign-in.
const (
	SignInWaiting SignInProgress = "waiting" // nobody confirmed it yet
	SignInDone    SignInProgress = "done"
	SignInExpired SignInProgress = "expired" // start again
)

// SignInState is how a sign-in stands, with the account's own servers once it is done.
type SignInState struct {
	State   SignInProgress `json:"state"`
	Servers []PlexServer   `json:"servers,omitempty"`
}

// PlexServer is a Plex server to choose. Its token never leaves the engine.
type PlexServer struct {
	Name    string `json:"name"`
	Machine string `json:"machine"`
	Version string `json:"version,omitempty"`
	// URL is the best address that answered, empty when none did.
	URL string `json:"url"`
	// Local is true for an address within the own network.
	Local bool `json:"local"`
	// Relay is true when only Plex's slow detour answered.
	Relay bool `json:"relay"`
}

// Mapping is the fit of path rules.
type Mapping struct {
	Covered int `json:"covered"` // scenes one of whose files was found in Plex
	Total   int `json:"total"`   // scenes with a file
	// Files is the fit counted by file instead of by scene.
	Files match.Coverage `json:"files"`
	// Suggestions are rules worth adding, the one with most evidence first. None of them
	// is in effect already.
	Suggestions []config.Rule `json:"suggestions,omitempty"`
	// Evidence tells for each suggestion how many files below its folder it finds, of a
	// fair sample when there are more than fifty thousand.
	Evidence  []match.Suggestion `json:"evidence,omitempty"`
	Unmatched []string           `json:"unmatched,omitempty"` // a few examples
}
