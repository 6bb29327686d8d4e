package config

import (
	"strings"

	"lockstep/sync/message"
)

// JoinList writes texts separated by semicolons; a semicolon within one is doubled.
func JoinList(list []string) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = strings.ReplaceAll(x, ";", ";;")
	}
	return strings.Join(parts, "; ")
}

// SplitList reads what JoinList wrote. Empty texts are left out, and blanks at the ends
// of the others.
func SplitList(v string) []string {
	out := splitExact(v)
	for i, x := range out {
		out[i] = strings.TrimSpace(x)
	}
	return out
}

// splitExact is SplitList with the blanks at the ends.
func splitExact(v string) []string {
	var out []string
	var part strings.Builder
	first := true
	end := func() {
		x := part.String()
		if !first {
			x = strings.TrimPrefix(x, " ")
		}
		if strings.TrimSpace(x) != "" {
			out = append(out, x)
		}
		first = false
		part.Reset()
	}
	for i := 0; i < len(v); i++ {
		switch {
		case v[i] != ';':
			part.WriteByte(v[i])
		case i+1 < len(v) && v[i+1] == ';':
			part.WriteByte(';')
			i++
		default:
			end()
		}
	}
	end()
	return out
}

func pathMap() Option {
	return Option{
		Name: "path-map", Group: Libraries, Title: "Path rules",
		Words: "How Plex names the folders of Stash: /data/films => D:\\Films; more rules separated by semicolons.",
		Range: "stash folder => plex folder",
		Get: func(s Settings) string {
			parts := make([]string, len(s.PathMap))
			for i, r := range s.PathMap {
				parts[i] = r.Stash + arrow + r.Plex
			}
			return JoinList(parts)
		},
		Set: func(s *Settings, v string) error {
			rules, err := ParsePathMap(v)
			if err == nil {
				s.PathMap = rules
			}
			return err
		},
	}
}

// arrow stands between the two sides of a path rule.
const arrow = " => "

// ParsePathMap reads "stash folder => plex folder; …". An empty text is no rules. A
// semicolon that belongs to a path is doubled.
func ParsePathMap(v string) ([]Rule, error) {
	var rules []Rule
	for _, part := range SplitList(v) {
		r, err := parseRule(part)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// parseRule takes the one arrow that leaves a whole path on both sides: a folder may
// have one in its name.
func parseRule(text string) (Rule, error) {
	var found []Rule
	arrows := 0
	for i := range text {
		if !strings.HasPrefix(text[i:], "=>") {
			continue
		}
		arrows++
		r := Rule{Stash: side(text[:i]), Plex: side(text[i+2:])}
		if absolute(r.Stash) && absolute(r.Plex) {
			found = append(found, r)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Rule{}, message.Wrong(message.ConfigAmbiguousRule, message.Path(text))
	case arrows == 0 || strings.HasPrefix(text, "=>") || strings.HasSuffix(text, "=>"):
		return Rule{}, message.Wrong(message.ConfigNotARule, message.Path(text))
	}
	before, after, _ := strings.Cut(text, "=>")
	for _, p := range []string{side(before), side(after)} {
		if err := whyNoFolder(p); err != nil {
			return Rule{}, err
		}
	}
	return Rule{}, message.Wrong(message.ConfigRuleSides)
}

// side is one side of a rule without the quotes that file managers put around a copied
// path.
func side(text string) string {
	text = strings.TrimSpace(text)
	if n := len(text); n > 2 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		return strings.TrimSpace(text[1 : n-1])
	}
	return text
}

// whyNoFolder tells what is wrong with a side that looks whole to a person.
func whyNoFolder(p string) error {
	if strings.Contains(p, "://") {
		return message.Wrong(message.ConfigRuleAddress, message.Path(p))
	}
	if twoSlashes(p) {
		return message.Wrong(message.ConfigRuleSlashes, message.Path(p))
	}
	if strings.HasPrefix(p, "~") || strings.HasPrefix(p, "$") || strings.HasPrefix(p, "%") {
		return message.Wrong(message.ConfigRuleHome, message.Path(p))
	}
	return nil
}

// twoSlashes tells a path of which nobody can say whether a share is meant. What follows
// //? is a long path of Windows.
func twoSlashes(p string) bool {
	return strings.HasPrefix(p, "//") && !strings.HasPrefix(p, "//?/") && !strings.HasPrefix(p, "//./")
}

func absolute(p string) bool {
	if strings.HasPrefix(p, "/") && !twoSlashes(p) || strings.HasPrefix(p, `\\`) {
		return true
	}
	letter := len(p) >= 3 && 'a' <= p[0]|0x20 && p[0]|0x20 <= 'z'
	return letter && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
}
