package config_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/sync/config"
	"lockstep/sync/scene"
)

func option(t *testing.T, name string) config.Option {
	t.Helper()
	o, ok := config.Lookup(name)
	if !ok {
		t.Fatalf("no option %q", name)
	}
	return o
}

func TestDefaultsAreValidAndTheirTextMeansThem(t *testing.T) {
	t.Parallel()
	d := config.Defaults()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, o := range config.Options() {
		c := d.Clone()
		if err := o.Set(&c, o.Get(d)); err != nil || !reflect.DeepEqual(c, d) {
			t.Errorf("%s: %q gives %+v (%v)", o.Name, o.Get(d), c, err)
		}
	}
	if d.Configured() {
		t.Error("the defaults count as configured")
	}
}

func TestOptionsAreToldApartAndDescribed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, o := range config.Options() {
		if seen[o.Env()] || !strings.HasPrefix(o.Env(), "LOCKSTEP_") || strings.ContainsAny(o.Env(), "- ") {
			t.Errorf("%s: variable %s", o.Name, o.Env())
		}
		seen[o.Env()] = true
		if o.Title == "" || !strings.HasSuffix(o.Words, ".") || !slices.Contains(config.Groups(), o.Group) {
			t.Errorf("%s: title %q words %q group %q", o.Name, o.Title, o.Words, o.Group)
		}
	}
	for _, want := range []string{"LOCKSTEP_STASH_URL", "LOCKSTEP_PLEX_URL", "LOCKSTEP_PLEX_LIBRARY", "LOCKSTEP_PATH_MAP"} {
		if !seen[want] {
			t.Errorf("no variable %s", want)
		}
	}
	if _, ok := config.Lookup("no-such-option"); ok {
		t.Error("an unknown option was found")
	}
}

func TestEverySettingHasAnOption(t *testing.T) {
	t.Parallel()
	touched := map[string]bool{}
	base := config.Defaults()
	for _, o := range config.Options() {
		for _, v := range other(o, o.Get(base)) {
			c := base.Clone()
			if err := o.Set(&c, v); err != nil {
				t.Errorf("%s: %q: %v", o.Name, v, err)
			}
			changed := differing(base, c)
			if len(changed) != 1 {
				t.Errorf("%s changed %v", o.Name, changed)
			}
			if again := c.Clone(); o.Set(&again, o.Get(c)) != nil || !reflect.DeepEqual(again, c) {
				t.Errorf("%s: %q does not come back", o.Name, o.Get(c))
			}
			for _, f := range changed {
				touched[f] = true
			}
		}
	}
	for field := range reflect.TypeFor[config.Settings]().Fields() {
		if f := field.Name; !touched[f] {
			t.Errorf("no option sets %s", f)
		}
	}
}

// other gives valid texts that differ from the present one.
func other(o config.Option, now string) []string {
	var all []string
	switch {
	case o.Bool:
		all = []string{"true", "false"}
	case o.Choices != nil:
		all = o.Choices
	case o.Name == "path-map":
		all = []string{`/data => /media`, `/a => D:\A; \\nas\b => /b`}
	case strings.HasPrefix(o.Name, "filter-paths-"):
		all = []string{"/data/films", `/data/films; D:\Films`}
	case strings.HasSuffix(o.Name, "-certificate"):
		all = []string{"/etc/ssl/own-authority.pem", `C:\own\authority.pem`, strings.Repeat("AB:", 31) + "AB"}
	case strings.HasSuffix(o.Name, "-url"):
		all = []string{"http://example.org:9999", "https://example.org/stash"}
	case strings.HasSuffix(o.Name, "-source"):
		all = []string{"{filename}[ ({year})]", "{{{studio}"}
	case strings.HasPrefix(o.Name, "quiet-"):
		all = []string{"22:30", "00:00"}
	case strings.HasPrefix(o.Range, "names"):
		all = []string{"Films", "Films; Harbours; 4"}
	default:
		all = strings.Split(o.Range, " to ")
	}
	return slices.DeleteFunc(slices.Clone(all), func(v string) bool { return v == now })
}

func differing(a, b config.Settings) []string {
	var out []string
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		if !reflect.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()) {
			out = append(out, va.Type().Field(i).Name)
		}
	}
	return out
}

func TestRangesHoldAtTheirVeryEdges(t *testing.T) {
	t.Parallel()
	n := 0
	for _, o := range config.Options() {
		lo, hi, ok := strings.Cut(o.Range, " to ")
		if !ok {
			continue
		}
		n++
		good := []string{lo, hi}
		var bad []string
		if a, err := strconv.Atoi(lo); err == nil {
			b, _ := strconv.Atoi(hi)
			bad = []string{strconv.Itoa(a - 1), strconv.Itoa(b + 1), "", "many", "1.5"}
		} else {
			a, _ := config.ParseSpan(lo)
			b, _ := config.ParseSpan(hi)
			bad = []string{(a - 1).String(), (b + 1).String(), "", "soon", "NaNd", "1e300d", "-Infd", "1e999d"}
			good = append(good, (a + 1).String(), (b - 1).String())
		}
		for _, v := range good {
			if c := config.Defaults(); o.Set(&c, v) != nil {
				t.Errorf("%s refuses %s", o.Name, v)
			}
		}
		for _, v := range bad {
			c := config.Defaults()
			err := o.Set(&c, v)
			if err == nil || !strings.Contains(err.Error(), "“"+v+"”") || !reflect.DeepEqual(c, config.Defaults()) {
				t.Errorf("%s takes %q: %v", o.Name, v, err)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d options with a range", n)
	}
}

func TestBadInputIsRefusedInWordsAndChangesNothing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ option, value, words string }{
		"address half typed":       {"stash-url", "http:", "must look like http://host:port"},
		"address without slashes":  {"stash-url", "https:nas:9999", "must look like http://host:port"},
		"address that is a path":   {"stash-url", `C:\films`, "must look like http://host:port"},
		"sign-in without scheme":   {"plextv-url", "plex.tv", "must look like http://host:port"},
		"address of another kind":  {"plex-url", "ftp://example.org", "must look like"},
		"address without host":     {"plex-url", "http://:32400", "must look like"},
		"address, port too high":   {"plex-url", "http://example.org:99999", "must look like"},
		"address, port zero":       {"plex-url", "http://example.org:0", "must look like"},
		"address with credentials": {"stash-url", "http://me:secret@example.org", "must not contain a user name"},
		"Plex's own site":          {"plex-url", "https://app.plex.tv/desktop/#!/server/0a1b", "enter the address of yours"},
		"address of nonsense":      {"stash-url", "http://[::1", "must look like"},
		"half a fingerprint":       {"plex-certificate", "AB:CD", "must be a SHA-256 fingerprint or the full path"},
		"relative file":            {"stash-certificate", "own.pem", "must be a SHA-256 fingerprint or the full path"},
		"neither yes nor no":       {"notify", "perhaps", `“perhaps” is neither yes nor no`},
		"unknown pace":             {"pace", "frantic", "is not one of gentle, normal, full"},
		"unknown policy":           {"field-title", "always", "is not one of merge, mirror, fill, off"},
		"no time of day":           {"quiet-from", "24:00", "is not a time like 22:30"},
		"rule without arrow":       {"path-map", "/data", "is not a rule like"},
		"rule without target":      {"path-map", "/data => ", "is not a rule like"},
		"rule without source":      {"path-map", "=> /data", "is not a rule like"},
		"relative rule":            {"path-map", "data => /media", "full paths"},
		"relative drive":           {"path-map", "/data => D:films", "full paths"},
		"no drive letter":          {"path-map", `/data => 1:\films`, "full paths"},
		"rule with an address":     {"path-map", "/data => file:///films", "needs the folder itself"},
		"rule with a share's name": {"path-map", "smb://nas/films => /films", "needs the folder itself"},
		"rule with two slashes":    {"path-map", "/data => //nas/films", "begins with two slashes"},
		"rule with a home":         {"path-map", "~/films => /films", "enter its full path"},
		"rule with a variable":     {"path-map", "/data => %USERPROFILE%\\films", "enter its full path"},
		"two readings":             {"path-map", "/a => /b => /c", "more than one rule"},
		"one of two rules":         {"path-map", "/a => /b; oops", "is not a rule like"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config.Defaults()
			err := option(t, tt.option).Set(&c, tt.value)
			if err == nil || !strings.Contains(err.Error(), tt.words) || strings.Contains(err.Error(), "secret") {
				t.Errorf("error %v, want %q in it", err, tt.words)
			}
			if !reflect.DeepEqual(c, config.Defaults()) {
				t.Error("the settings changed")
			}
		})
	}
}

func TestAddressesLoseWhatMustNotBeStored(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                   "",
		"nas:32400":                          "http://nas:32400",
		"192.0.2.7:32400/":                   "http://192.0.2.7:32400",
		"[::1]:32400":                        "http://[::1]:32400",
		"plex.example.org":                   "http://plex.example.org",
		" http://example.org:32400/ ":        "http://example.org:32400", //nolint:gocritic // pasted with blanks around it
		"https://example.org/stash//":        "https://example.org/stash",
		"http://example.org/?apikey=canary":  "http://example.org",
		"http://example.org/web?#!/x=canary": "http://example.org",
		"http://nas:32400/web/index.html#!/media/0a1b/com.plexapp.plugins.library": "http://nas:32400",
		"http://nas:32400/library/sections/1/all?X-Plex-Token=canary":              "http://nas:32400",
		"https://example.org/plex/web/index.html":                                  "https://example.org/plex",
		"https://example.org/websites":                                             "https://example.org/websites",
		"HTTP://Example.org":                                                       "http://Example.org",
		"http://[::1]:9999":                                                        "http://[::1]:9999",
		"http://example.org/a%2Fb/":                                                "http://example.org/a%2Fb",
	} {
		c := config.Defaults()
		if err := option(t, "plex-url").Set(&c, in); err != nil || c.PlexURL != want {
			t.Errorf("%q became %q (%v), want %q", in, c.PlexURL, err, want)
		}
	}
}

func TestTheAddressOfAnyPageOfStashIsThatOfStash(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://nas:9999/scenes?c=(\"type\":\"tags\")&sortby=date&apikey=canary": "http://nas:9999",
		"http://nas:9999/scenes/812":                    "http://nas:9999",
		"nas:9999/settings?tab=security":                "http://nas:9999",
		"http://nas:9999/graphql":                       "http://nas:9999",
		"http://nas:9999/playground/":                   "http://nas:9999",
		"http://nas:9999/login?returnURL=%2Fscenes":     "http://nas:9999",
		"http://nas:9999/scene/12/stream.mp4?apikey=x":  "http://nas:9999",
		"https://example.org/stash/performers/3/scenes": "https://example.org/stash",
		"https://example.org/a%2Fb/tags":                "https://example.org/a%2Fb",
		"https://example.org/my-scenes":                 "https://example.org/my-scenes",
		"https://stash.example.org":                     "https://stash.example.org",
	} {
		c := config.Defaults()
		if err := option(t, "stash-url").Set(&c, in); err != nil || c.StashURL != want {
			t.Errorf("%q became %q (%v), want %q", in, c.StashURL, err, want)
		}
	}
}

func TestPathRulesOfEverySystem(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want []config.Rule
	}{
		"none":             {" ; ", nil},
		"posix":            {"/data/films => /media/films", []config.Rule{{Stash: "/data/films", Plex: "/media/films"}}},
		"tight":            {"/a=>/b", []config.Rule{{Stash: "/a", Plex: "/b"}}},
		"windows":          {`/data => D:\Films`, []config.Rule{{Stash: "/data", Plex: `D:\Films`}}},
		"forward drive":    {`c:/x => D:/Films`, []config.Rule{{Stash: "c:/x", Plex: "D:/Films"}}},
		"share":            {`\\nas\films => /films`, []config.Rule{{Stash: `\\nas\films`, Plex: "/films"}}},
		"several":          {"/a => /b; /c => /d;", []config.Rule{{Stash: "/a", Plex: "/b"}, {Stash: "/c", Plex: "/d"}}},
		"semicolon inside": {"/a;;b => /c", []config.Rule{{Stash: "/a;b", Plex: "/c"}}},
		"arrow inside":     {"/a => b => /c", []config.Rule{{Stash: "/a => b", Plex: "/c"}}},
		"quoted":           {`"/my films" => 'D:\Films'`, []config.Rule{{Stash: "/my films", Plex: `D:\Films`}}},
		"long path":        {`/data => \\?\UNC\nas\films`, []config.Rule{{Stash: "/data", Plex: `\\?\UNC\nas\films`}}},
		"spaces inside":    {"/my films => /your films", []config.Rule{{Stash: "/my films", Plex: "/your films"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.ParsePathMap(tt.text)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%v (%v), want %v", got, err, tt.want)
			}
			c := config.Defaults()
			c.PathMap = tt.want
			if err := c.Validate(); err != nil {
				t.Errorf("rules that were read are not valid: %v", err)
			}
			back := config.Defaults()
			if err := option(t, "path-map").Set(&back, option(t, "path-map").Get(c)); err != nil || !reflect.DeepEqual(back, c) {
				t.Errorf("%q does not come back: %v", option(t, "path-map").Get(c), err)
			}
		})
	}
}

func TestAnyNamesComeBackFromTheirText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := config.Defaults()
		name := rapid.StringMatching(` ?[a-c;é]([a-c; ]{0,6}[a-c;])? ?`)
		c.Libraries = rapid.SliceOfN(name, 1, 4).Draw(t, "names")
		o, _ := config.Lookup("plex-library")
		back := config.Defaults()
		if err := o.Set(&back, o.Get(c)); err != nil || !slices.Equal(back.Libraries, c.Libraries) {
			t.Fatalf("%q became %q through %q (%v)", c.Libraries, back.Libraries, o.Get(c), err)
		}
	})
}

func TestSpansComeBackFromTheirText(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 90 * time.Second: "1m30s", 30 * time.Minute: "30m", 6 * time.Hour: "6h", 7 * 24 * time.Hour: "7d",
		36 * time.Hour: "36h", 10 * time.Millisecond: "10ms", -24 * time.Hour: "-1d",
	} {
		if got := config.Span(d); got != want {
			t.Errorf("%d ns is %q, want %q", d, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64().Draw(t, "span"))
		if got, err := config.ParseSpan(config.Span(d)); err != nil || got != d {
			t.Fatalf("%v became %v (%v)", d, got, err)
		}
	})
	if d, err := config.ParseSpan(" 1.5d "); err != nil || d != 36*time.Hour {
		t.Errorf("1.5d is %v (%v)", d, err)
	}
}

func TestACloneSharesNothing(t *testing.T) {
	t.Parallel()
	full := func() config.Settings {
		s := config.Defaults()
		s.Libraries, s.Filter.Tags.Never, s.PathMap = []string{"a"}, []string{"b"}, []config.Rule{{Stash: "/a", Plex: "/b"}}
		return s
	}
	s := full()
	c := s.Clone()
	c.Libraries[0], c.Filter.Tags.Never[0], c.PathMap[0].Stash, c.Fields[scene.FieldTitle] = "x", "x", "x", config.Off
	if !reflect.DeepEqual(s, full()) {
		t.Errorf("changing a clone changed the original: %+v", s)
	}
	if err := option(t, "field-title").Set(&c, "fill"); err != nil || reflect.DeepEqual(c, s) {
		t.Error(err)
	}
}

func TestWantedHashMovesExactlyForWhatIsWrittenWhere(t *testing.T) {
	t.Parallel()
	moves := map[string]bool{
		"plex-library": true, "path-map": true, "any-path-case": true, "only-tags": true, "omit-tags": true, "max-tags": true, "max-performers": true,
	}
	base := config.Defaults()
	for _, o := range config.Options() {
		want := moves[o.Name] || strings.HasPrefix(o.Name, "field-") || strings.HasPrefix(o.Name, "filter-")
		for _, v := range other(o, o.Get(base)) {
			c := base.Clone()
			if err := o.Set(&c, v); err != nil {
				t.Fatal(err)
			}
			if got := c.WantedHash() != base.WantedHash(); got != want {
				t.Errorf("%s = %q: moved %v, want %v", o.Name, v, got, want)
			}
		}
	}
}

func TestWantedHashStandsStillForTheSameChoiceSaidOtherwise(t *testing.T) {
	t.Parallel()
	a, b := config.Defaults(), config.Defaults()
	b.Libraries, b.Filter.Tags.Never, b.PathMap = []string{}, []string{}, []config.Rule{}
	if a.WantedHash() != b.WantedHash() {
		t.Error("empty lists differ from none")
	}
	a.Libraries, b.Libraries = []string{"x", "y"}, []string{"y", "x"}
	a.Filter.Tags.Never, b.Filter.Tags.Never = []string{"Trailer", "old"}, []string{"OLD", "trailer"}
	if a.WantedHash() != b.WantedHash() || !slices.Equal(b.Libraries, []string{"y", "x"}) {
		t.Error("order or case count, or hashing changed the settings")
	}
	delete(b.Fields, scene.FieldRating) // off by default, and off when missing
	text, _ := json.Marshal(a)
	var stored config.Settings
	if err := json.Unmarshal(text, &stored); err != nil || stored.WantedHash() != b.WantedHash() {
		t.Error("stored settings differ from those in memory")
	}
}

func TestProbeBackoffRisesToTheLongestWait(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	if got := s.ProbeBackoff(); !slices.Equal(got, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, time.Minute}) {
		t.Errorf("%v", got)
	}
	s.ProbeMax = 7 * time.Second
	if got := s.ProbeBackoff(); !slices.Equal(got, []time.Duration{5 * time.Second, 7 * time.Second, 7 * time.Second, 7 * time.Second}) {
		t.Errorf("%v", got)
	}
}

func TestIntervalsHaveLengths(t *testing.T) {
	t.Parallel()
	for i, want := range map[config.Interval]time.Duration{
		config.Never: 0, config.Hourly: time.Hour, config.Daily: 24 * time.Hour, config.Weekly: 168 * time.Hour, "sometimes": 0,
	} {
		if i.Every() != want {
			t.Errorf("%s: %v, want %v", i, i.Every(), want)
		}
	}
}

func TestValidateNamesEverySettingThatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := config.Defaults()
	s.MaxTags, s.Pace, s.ParkFor = 0, "frantic", time.Minute
	err := s.Validate()
	for _, name := range []string{"max-tags", "pace", "park-for"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

func TestFingerprintsAreReadAsToolsPrintThem(t *testing.T) {
	t.Parallel()
	want := strings.Repeat("AB:", 31) + "0F"
	for _, text := range []string{
		want, strings.ToLower(want), strings.ReplaceAll(want, ":", ""), "sha256 Fingerprint=" + want, "SHA256:" + want, " " + strings.ReplaceAll(want, ":", " ") + " ",
	} {
		c := config.Defaults()
		if err := option(t, "plex-certificate").Set(&c, text); err != nil || c.PlexCertificate != want {
			t.Errorf("%q became %q (%v)", text, c.PlexCertificate, err)
		}
	}
	for _, text := range []string{"", "AB", want + ":00", strings.Replace(want, "A", "G", 1), "/a=" + want[3:]} {
		if _, ok := config.Fingerprint(text); ok {
			t.Errorf("%q was taken for a fingerprint", text)
		}
	}
}

func TestARestLastsAsLongAsThePaceSays(t *testing.T) {
	t.Parallel()
	for pace, want := range map[config.Pace]time.Duration{config.Gentle: 300 * time.Millisecond, config.Normal: 100 * time.Millisecond, config.Full: 0, "frantic": 0} {
		if got := pace.Rest(100 * time.Millisecond); got != want {
			t.Errorf("%s: %v, want %v", pace, got, want)
		}
		if got := pace.Rest(time.Hour); got > 2*time.Second || want > 0 && got != 2*time.Second {
			t.Errorf("%s: rests %v after an hour", pace, got)
		}
	}
}
