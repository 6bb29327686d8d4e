package config

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/sync/message"
	"lockstep/sync/scene"
)

// Group names a page of the settings window.
type Group string

// The groups, in display order.
const (
	Connections   Group = "Connections"
	Libraries     Group = "Libraries & mapping"
	Scenes        Group = "Which scenes"
	FieldsGroup   Group = "Fields & policies"
	Activity      Group = "Plays & ratings"
	Schedule      Group = "Schedule"
	Notifications Group = "Notifications & quiet hours"
	Performance   Group = "Performance"
	Privacy       Group = "Privacy"
	Desktop       Group = "Desktop"
	Advanced      Group = "Advanced"
)

// Groups lists the groups in display order.
func Groups() []Group {
	return []Group{Connections, Libraries, Scenes, FieldsGroup, Activity, Schedule, Notifications, Performance, Privacy, Desktop, Advanced}
}

// Option describes one setting: its name, words and range, and how to read and write
// it as text. Command-line flags, LOCKSTEP_ variables, the settings window and the
// export all come from the same list.
type Option struct {
	Name    string // "stash-url"; the flag is --stash-url, the variable LOCKSTEP_STASH_URL
	Group   Group
	Title   string   // as shown beside the input
	Words   string   // one line: what it does
	Choices []string // the only valid values; nil when free
	Range   string   // in words, "" when free
	Bool    bool
	// List gives the names of a setting that is several; nil for every other. JoinList makes
	// the text of them that Set takes.
	List func(Settings) []string
	Get  func(Settings) string
	Set  func(*Settings, string) error
}

// Env is the name of the option's environment variable.
func (o Option) Env() string {
	return "LOCKSTEP_" + strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_"))
}

// Lookup finds an option by name.
func Lookup(name string) (Option, bool) {
	i := slices.IndexFunc(Options(), func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return Options()[i], true
}

// Validate checks every option against its range and reports all that do not fit.
func (s Settings) Validate() error {
	var wrong []message.Message
	for _, o := range Options() {
		c := s.Clone()
		if err := o.Set(&c, o.Get(s)); err != nil {
			wrong = append(wrong, message.New(message.ConfigOption, message.Word(o.Name), message.Of(message.OfError(err))))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return &message.Error{Message: message.Clauses(wrong...)}
}

func noChoice(v string, valid []string) error {
	words := make([]message.Arg, len(valid))
	for i, w := range valid {
		words[i] = message.Word(w)
	}
	return message.Wrong(message.ConfigNotAChoice, message.Title(v), message.List(words...))
}

func text(name string, g Group, title, words string, at func(*Settings) *string, check func(string) (string, error)) Option {
	return Option{
		Name: name, Group: g, Title: title, Words: words,
		Get: func(s Settings) string { return *at(&s) },
		Set: func(s *Settings, v string) error {
			v, err := check(strings.TrimSpace(v))
			if err == nil {
				*at(s) = v
			}
			return err
		},
	}
}

func toggle(name string, g Group, title, words string, at func(*Settings) *bool) Option {
	return Option{
		Name: name, Group: g, Title: title, Words: words, Bool: true,
		Get: func(s Settings) string { return strconv.FormatBool(*at(&s)) },
		Set: func(s *Settings, v string) error {
			switch strings.ToLower(strings.TrimSpace(v)) {
			case "true", "yes", "on", "1":
				*at(s) = true
			case "false", "no", "off", "0":
				*at(s) = false
			default:
				return message.Wrong(message.ConfigNotYesOrNo, message.Title(v))
			}
			return nil
		},
	}
}

// number is a setting from 1 to hi.
func number(name string, g Group, title, words string, hi int, at func(*Settings) *int) Option {
	const lo = 1
	return Option{
		Name: name, Group: g, Title: title, Words: words, Range: fmt.Sprintf("%d to %d", lo, hi),
		Get: func(s Settings) string { return strconv.Itoa(*at(&s)) },
		Set: func(s *Settings, v string) error {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil || n < lo || n > hi {
				return message.Wrong(message.ConfigNotANumber, message.Title(v), message.Number(lo), message.Number(hi))
			}
			*at(s) = n
			return nil
		},
	}
}

func span(name string, g Group, title, words string, lo, hi time.Duration, at func(*Settings) *time.Duration) Option {
	return Option{
		Name: name, Group: g, Title: title, Words: words, Range: Span(lo) + " to " + Span(hi),
		Get: func(s Settings) string { return Span(*at(&s)) },
		Set: func(s *Settings, v string) error {
			d, err := ParseSpan(v)
			if err != nil {
				return err
			}
			if d < lo || d > hi {
				return message.Wrong(message.ConfigOutside, message.Title(v), message.Word(Span(lo)), message.Word(Span(hi)))
			}
			*at(s) = d
			return nil
		},
	}
}

func choice[T ~string](name string, g Group, title, words string, valid []T, at func(*Settings) *T) Option {
	names := make([]string, len(valid))
	for i, v := range valid {
		names[i] = string(v)
	}
	return Option{
		Name: name, Group: g, Title: title, Words: words, Choices: names,
		Get: func(s Settings) string { return string(*at(&s)) },
		Set: func(s *Settings, v string) error {
			v = strings.ToLower(strings.TrimSpace(v))
			if !slices.Contains(names, v) {
				return noChoice(v, names)
			}
			*at(s) = T(v)
			return nil
		},
	}
}

func names(name string, g Group, title, words string, at func(*Settings) *[]string) Option {
	return Option{
		Name: name, Group: g, Title: title, Words: words, Range: "names separated by semicolons; a semicolon in a name is doubled",
		List: func(s Settings) []string { return *at(&s) },
		Get:  func(s Settings) string { return JoinList(*at(&s)) },
		Set: func(s *Settings, v string) error {
			*at(s) = SplitList(v)
			return nil
		},
	}
}

// exactNames is names for what may have blanks at its ends: of those between two names
// only the one after the semicolon belongs to neither.
func exactNames(name string, g Group, title, words string, at func(*Settings) *[]string) Option {
	o := names(name, g, title, words, at)
	o.Set = func(s *Settings, v string) error {
		*at(s) = splitExact(v)
		return nil
	}
	return o
}

func policy(f scene.Field, title, words string) Option {
	valid := []string{}
	for _, p := range Policies() {
		valid = append(valid, string(p))
	}
	return Option{
		Name: "field-" + string(f), Group: FieldsGroup, Title: title, Words: words, Choices: valid,
		Get: func(s Settings) string { return string(s.Policy(f)) },
		Set: func(s *Settings, v string) error {
			v = strings.ToLower(strings.TrimSpace(v))
			if !slices.Contains(valid, v) {
				return noChoice(v, valid)
			}
			*s = s.Clone()
			s.Fields[f] = Policy(v)
			return nil
		},
	}
}

// serverAddress is an address that may leave out http://, as people know their servers.
func serverAddress(v string) (string, error) {
	scheme, _, _ := strings.Cut(strings.ToLower(v), ":")
	if v != "" && !strings.Contains(v, "://") && scheme != "http" && scheme != "https" {
		v = "http://" + v
	}
	return address(v)
}

// address accepts an http or https URL and drops what must not be stored: trailing
// slashes, query strings and fragments, which is where tokens hide.
func address(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return "", message.Wrong(message.ConfigNotAnAddress)
	}
	if port := u.Port(); u.Hostname() == "" || port != "" && !isPort(port) {
		return "", message.Wrong(message.ConfigNotAnAddress)
	}
	if u.User != nil {
		return "", message.Wrong(message.ConfigAddressLogin)
	}
	u.RawQuery, u.ForceQuery, u.Fragment = "", false, ""
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u.String(), nil
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 1<<16
}

// signInAddress is an address that falls back to Plex's own.
func signInAddress(v string) (string, error) {
	if v == "" {
		v = PublicPlexTV
	}
	return address(v)
}

func clock(v string) (string, error) {
	if v == "" {
		return "", nil
	}
	t, err := time.Parse("15:04", v)
	if err != nil {
		return "", message.Wrong(message.ConfigNotATime, message.Title(v))
	}
	return t.Format("15:04"), nil
}
