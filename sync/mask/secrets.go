package mask

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"lockstep/sync/message"
)

// Hidden stands where a secret was.
const Hidden = "***"

// minSecret is the length below which a secret is not searched for in everything that is
// written: it would be found in ordinary words.
const minSecret = 6

// travels are the places in which tokens and keys travel, whatever their value.
var travels = regexp.MustCompile(`(?i)((?:x-plex-token|apikey|api_key|plex_token|authorization)\\*"?\s*(?:=|:|%3d)\s*\\*"?(?:bearer\s+|basic\s+)?|\bbearer\s+)([^\s&"',;}\\]+)`)

// Without takes some secrets out of a text, in every form in which they may be written. An
// empty secret is none.
func Without(text string, secrets ...string) string {
	var all []string
	for _, s := range secrets {
		all = append(all, forms(s)...)
	}
	return hidden(text, longestFirst(all))
}

// forms are how a secret may be written. What has a colon is a user's name with a password,
// which counts alone too, and as Basic authentication sends them.
func forms(secret string) []string {
	all := written(secret)
	if _, password, login := strings.Cut(secret, ":"); login {
		all = append(append(all, written(password)...), base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	return all
}

func written(secret string) []string {
	if secret == "" {
		return nil
	}
	quoted, _ := json.Marshal(secret) // a string can always be marshalled
	return []string{secret, string(quoted[1 : len(quoted)-1]), url.QueryEscape(secret), url.PathEscape(secret)}
}

// longestFirst is for secrets that are part of another.
func longestFirst(all []string) []string {
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

func hidden(text string, secrets []string) string {
	for _, s := range secrets {
		text = strings.ReplaceAll(text, s, Hidden)
	}
	return text
}

// Secrets takes what it was told out of everything a process writes. The zero value knows
// of none. It is safe for concurrent use.
type Secrets struct {
	mu    sync.RWMutex
	forms []string
}

// Hide adds a secret. One too short to be told from words is left out, and so is a short
// part of it.
func (s *Secrets) Hide(secret string) {
	if len(secret) < minSecret {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range forms(secret) {
		if len(f) >= minSecret && !slices.Contains(s.forms, f) {
			s.forms = append(s.forms, f)
		}
	}
	longestFirst(s.forms)
}

// Clean takes the secrets out of a text, and whatever stands where secrets travel.
func (s *Secrets) Clean(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return travels.ReplaceAllString(hidden(text, s.forms), "${1}"+Hidden)
}

// Writer cleans what a log handler writes: one record a call, whatever its attributes
// were made of.
func (s *Secrets) Writer(out io.Writer) io.Writer { return cleaner{s, out} }

type cleaner struct {
	secrets *Secrets
	out     io.Writer
}

func (c cleaner) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.out, c.secrets.Clean(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Message takes the secrets out of the arguments of a message. Should one come about only
// in the sentence, its clean words are all that is left.
func (s *Secrets) Message(m message.Message) message.Message {
	m = m.Map(func(a message.Arg) message.Arg {
		a.Text = s.Clean(a.Text)
		return a
	})
	if words := m.String(); s.Clean(words) != words {
		return message.Foreign(s.Clean(words))
	}
	return m
}
