package mask

import (
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// span is a part of a text that must not be read.
type span struct {
	from, to int
	kind     string
}

// merged sorts spans and joins those that overlap: a name within a path is gone with
// the path, and what only partly overlaps goes as a whole.
func merged(all []span) []span {
	slices.SortFunc(all, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	var out []span
	for _, s := range all {
		last := len(out) - 1
		if last < 0 || s.from >= out[last].to {
			out = append(out, s)
			continue
		}
		if s.to > out[last].to {
			out[last].to, out[last].kind = s.to, textKind
		}
	}
	return out
}

// without leaves out what looks like a key within a text that may be read.
func without(all, kept []span) []span {
	return slices.DeleteFunc(all, func(s span) bool {
		return s.kind == secretKind && slices.ContainsFunc(kept, func(k span) bool { return k.from <= s.from && s.to <= k.to })
	})
}

// shortest is the length in bytes below which a name is not searched for in sentences:
// it would be found in ordinary words.
const shortest = 4

// finder finds many known texts at once, whatever the case of their Latin letters.
type finder struct {
	starts map[string][]needle // by the first bytes
}

type needle struct{ text, kind string }

// add remembers a text in every form in which it may be written.
func (f *finder) add(text, kind string) {
	text = clean(text)
	if f.starts == nil {
		f.starts = map[string][]needle{}
	}
	quoted, _ := json.Marshal(text) // a string can always be marshalled
	for _, form := range []string{text, string(quoted[1 : len(quoted)-1]), url.QueryEscape(text), url.PathEscape(text)} {
		form = lower(form)
		if len(form) < shortest {
			continue
		}
		n, start := needle{form, kind}, form[:shortest]
		if !slices.ContainsFunc(f.starts[start], func(o needle) bool { return o.text == form }) {
			f.starts[start] = append(f.starts[start], n)
		}
	}
}

// find returns every place of a known text.
func (f *finder) find(text string) []span {
	var out []span
	text = lower(text)
	for i := 0; i+shortest <= len(text); i++ {
		for _, n := range f.starts[text[i:i+shortest]] {
			if strings.HasPrefix(text[i:], n.text) {
				out = append(out, span{i, i + len(n.text), n.kind})
			}
		}
	}
	return out
}

// lower changes Latin letters only, so that places stay where they are.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

var (
	pathStart = regexp.MustCompile(`^(?:[A-Za-z]:[\\/]|\\\\|/)`)
	// quotes hold what somebody typed: titles, names, values.
	quotes = regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|“[^”\n]*”|„[^“\n]*“`)
	// addresses end where no address goes on.
	addresses = regexp.MustCompile("[A-Za-z][A-Za-z0-9+.-]*://[^\\s\"'<>`„“”]*[^\\s\"'<>`„“”:;,.!?)]")
	// paths begin after something that is no part of a word. Where they end nobody can
	// tell, as names may hold anything: only a quote, a line's end or a known reason ends them.
	paths = regexp.MustCompile(`(?:^|[\s"'(\[{=,:;>„“])((?:[A-Za-z]:[\\/]|\\\\|/)[^"„“”\n]+)`)
	// reasons are what the system says after a path.
	reasons = regexp.MustCompile(`(?i): (?:no such file or directory|permission denied|access is denied|is a directory|not a directory|file exists|no space left on device|read-only file system|input/output error|file name too long|the system cannot find the (?:file|path) specified|connect: connection refused|device or resource busy|disk quota exceeded)`)
	// requests are paths of the servers' own interfaces, up to what may be private.
	requests = regexp.MustCompile(`^/(?:library|graphql|identity|hubs|activities|status|:/[a-z]+)(?:/(?:[0-9]+|metadata|sections|all|posters?|arts?|refresh|notifications|websockets)\b)*(?:\s|$)`)
	// carriers say that a secret follows.
	carriers = regexp.MustCompile(`(?i)\b(?:x-plex-token|[a-z_-]*token|api[_ -]?key|authorization|bearer|password|passwd|secret)\b["']?\s*(?:=|:|%3d|\s)\s*["']?(?:bearer\s+)?([^\s&"',;}]*[^\s&"',;}:.)])`)
	mails    = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+`)
	// hosts are names or numbers with a port, numbers of networks, and names with dots.
	hosts     = regexp.MustCompile(`\[[0-9A-Fa-f]*:[0-9A-Za-z:.%]+\](?::\d+)?|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b|\b[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){4,7}\b|\b[A-Za-z][A-Za-z0-9.-]*:\d{2,5}\b|\b(?:[A-Za-z0-9-]+\.)+(?:local|lan|home|internal|direct|arpa|com|net|org|io|tv|de|eu|dev|app|me|cc)\b`)
	strings16 = regexp.MustCompile(`[A-Za-z0-9_-]{16,}`)
)

// own are names that everybody has.
var own = regexp.MustCompile(`^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|plex\.tv|app\.plex\.tv)(?::\d+)?$`)

// spans recognises by form what must not be read.
func spans(text string) []span {
	var out []span
	add := func(re *regexp.Regexp, kind string, group int, judge func(string) bool) {
		for _, at := range re.FindAllStringSubmatchIndex(text, -1) {
			from, to := at[2*group], at[2*group+1]
			if from < to && (judge == nil || judge(text[from:to])) {
				out = append(out, span{from, to, kind})
			}
		}
	}
	add(quotes, textKind, 0, func(s string) bool { return len(strings.Trim(s, "\"„“”")) > 0 })
	add(addresses, urlKind, 0, nil)
	add(carriers, secretKind, 1, nil)
	add(mails, mailKind, 0, nil)
	add(hosts, hostKind, 0, func(s string) bool { return !own.MatchString(s) })
	add(strings16, secretKind, 0, random)
	return append(out, pathSpans(text)...)
}

// pathSpans finds paths: the rest of the line from the first one on, but for the reason
// behind it.
func pathSpans(text string) []span {
	var out []span
	for at := 0; at < len(text); {
		found := paths.FindStringSubmatchIndex(text[at:])
		if found == nil {
			break
		}
		from, to := at+found[2], at+found[3]
		if open := openPart(text, from, to); open > 0 {
			at = from + open
			continue
		}
		if why := reasons.FindAllStringIndex(text[from:to], -1); why != nil {
			to = from + why[len(why)-1][0]
		}
		out = append(out, span{from, to, pathKind})
		at = to
	}
	return out
}

// openPart is the length of what looks like a path and may be read: the slashes of an
// address, whose rest is judged by itself, and a request of the servers' own.
func openPart(text string, from, to int) int {
	if strings.HasPrefix(text[from:to], "//") && strings.HasSuffix(text[:from], ":") {
		return len("//")
	}
	return len(requests.FindString(text[from:to]))
}

// random judges whether letters and digits look like a key rather than like words.
func random(s string) bool {
	digits, upper, small := false, false, false
	for _, r := range s {
		digits = digits || '0' <= r && r <= '9'
		upper = upper || 'A' <= r && r <= 'Z'
		small = small || 'a' <= r && r <= 'z'
	}
	return digits && (upper || small) || upper && small || len(s) >= 24 && !strings.Contains(s, "-")
}

// url keeps the scheme and the port of an address.
func (m *Masker) url(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return m.pseudonym(text, urlKind)
	}
	host := u.Hostname()
	if !own.MatchString(host) {
		host = m.pseudonym(host, hostKind)
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	rest := u.EscapedPath()
	if rest != "" && rest != "/" && !requests.MatchString(rest) {
		rest = "/" + m.pseudonym(rest, pathKind)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		rest += "?…"
	}
	return strings.ToLower(u.Scheme) + "://" + host + rest
}
