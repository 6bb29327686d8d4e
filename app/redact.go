package app

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"lockstep/sync/message"
)

// masked stands where a secret was.
const masked = "***"

// minSecret is the length below which a secret is not searched for: it would be found
// in ordinary words.
const minSecret = 6

// carriers are the places in which tokens and keys travel, whatever their value.
var carriers = regexp.MustCompile(`(?i)((?:x-plex-token|apikey|api_key|plex_token|authorization)\\*"?\s*(?:=|:|%3d)\s*\\*"?(?:bearer\s+|basic\s+)?|\bbearer\s+)([^\s&"',;}\\]+)`)

// redactor takes secrets, and names if wished, out of what is written. It is safe for
// concurrent use.
type redactor struct {
	mu     sync.RWMutex
	values []string
	names  atomic.Bool
	salt   string
}

func newRedactor() *redactor { return &redactor{salt: rand.Text()} }

// hide adds a secret in every form in which it may be written.
func (r *redactor) hide(secret string) {
	if len(secret) < minSecret {
		return
	}
	if _, password, login := strings.Cut(secret, ":"); login { // as Basic authentication sends it
		r.hide(password)
		r.hide(base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	quoted, _ := json.Marshal(secret) // a string can always be marshalled
	forms := []string{secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret), url.PathEscape(secret)}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range forms {
		if !slices.Contains(r.values, f) {
			r.values = append(r.values, f)
		}
	}
	// The longest first: a secret may be part of another.
	slices.SortFunc(r.values, func(a, b string) int { return len(b) - len(a) })
}

// clean takes the secrets out of a text.
func (r *redactor) clean(text string) string {
	r.mu.RLock()
	for _, v := range r.values {
		text = strings.ReplaceAll(text, v, masked)
	}
	r.mu.RUnlock()
	return carriers.ReplaceAllString(text, "${1}"+masked)
}

// said is the form of a message for programs without secrets.
func (r *redactor) said(m message.Message) *messageJSON {
	return messageOf(m.Map(func(a message.Arg) message.Arg {
		a.Text = r.clean(a.Text)
		return a
	}))
}

// writer cleans what a log handler writes: one record a call, whatever its attributes
// were made of.
func (r *redactor) writer(out io.Writer) io.Writer { return cleaner{r, out} }

type cleaner struct {
	r   *redactor
	out io.Writer
}

func (c cleaner) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.out, c.r.clean(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// named are the attributes that hold titles, names and paths.
var named = []string{"name", "title", "path", "file", "folder", "dir", "item", "scene", "library"}

var (
	quotedText = regexp.MustCompile(`"[^"]+"|“[^”]+”`)
	anyPath    = regexp.MustCompile(`(?:[A-Za-z]:\\|\\\\|/)[^\s"',;:]+(?:[/\\][^"',;:]*)?`)
)

// attr masks titles and paths when the user wants that. It is for slog's ReplaceAttr.
func (r *redactor) attr(_ []string, a slog.Attr) slog.Attr {
	if !r.names.Load() || a.Key == slog.TimeKey || a.Key == slog.LevelKey {
		return a
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(r.mask(a.Key, v))
	case error:
		a.Value = slog.StringValue(r.mask(a.Key, v.Error()))
	case fmt.Stringer:
		a.Value = slog.StringValue(r.mask(a.Key, v.String()))
	}
	return a
}

func (r *redactor) mask(key, text string) string {
	if slices.Contains(named, key) {
		return r.sign(text)
	}
	text = quotedText.ReplaceAllStringFunc(text, r.sign)
	return anyPath.ReplaceAllStringFunc(text, r.sign)
}

// sign is the same for the same text while the process runs, and says nothing else.
func (r *redactor) sign(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(r.salt + text))
	return "~" + hex.EncodeToString(sum[:3])
}
