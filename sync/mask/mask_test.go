package mask

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pseudonyms are what the masker writes, so that tests can look between them.
var pseudonyms = regexp.MustCompile(`(?:secret|name|file|folder|host|mail|text|path|url)-\d+`)

// readable is what a reader sees of a masked text.
func readable(masked string) string { return lower(pseudonyms.ReplaceAllString(masked, "\x00")) }

func TestMaskedTextsKeepTheirSense(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"words":         {"Plex answered 500 (2nd try), next try at 14:32", "Plex answered 500 (2nd try), next try at 14:32"},
		"loopback":      {"dial tcp 127.0.0.1:32400: connect: connection refused", "dial tcp 127.0.0.1:32400: connect: connection refused"},
		"address":       {"Get http://nas.example:9999/graphql?apikey=abc: EOF", "Get http://host-1:9999/graphql?…: EOF"},
		"url error":     {`Get "http://nas.example:9999/graphql": EOF`, `Get "http://host-1:9999/graphql": EOF`},
		"request":       {"PUT /library/sections/1/all answered 500", "PUT /library/sections/1/all answered 500"},
		"path":          {"open /data/films/Tidal Pools.mp4: permission denied", "open /folder-1/folder-2/file-1.mp4: permission denied"},
		"Windows path":  {`rule leads to D:\Films\Harbour\a b.mkv`, `rule leads to D:\folder-1\folder-2\file-1.mkv`},
		"share":         {`at \\attic\films\x.mkv`, `at \\folder-1\folder-2\file-1.mkv`},
		"quoted":        {`Plex has no library named "Night Trains".`, `Plex has no library named name-1.`},
		"German quotes": {"Plex hat keine Bibliothek namens „Night Trains“.", "Plex hat keine Bibliothek namens name-1."},
		"quoted path":   {`file "/data/x/y.mp4" is gone`, `file "/folder-1/folder-2/file-1.mp4" is gone`},
		"token":         {"token=abc", "token=secret-1"},
		"bearer":        {"Authorization: Bearer abc.def", "Authorization: Bearer secret-1"},
		"key by form":   {"sent zK8xCanary1V3ryS3cr", "sent secret-1"},
		"mail":          {"signed in as keeper@example.com today", "signed in as mail-1 today"},
		"network":       {"dial tcp 192.168.1.20:32400: i/o timeout", "dial tcp host-1: i/o timeout"},
		"IPv6":          {"dial tcp [fe80::1%eth0]:32400: i/o timeout", "dial tcp host-1: i/o timeout"},
		"after request": {"PUT /library/all and /data/x/y.mp4", "PUT /library/all and /folder-1/folder-2/file-1.mp4"},
		"fraction":      {"wrote 3/4 of them and/or more", "wrote 3/4 of them and/or more"},
		"long words":    {"the reconciliation-and-preview-of-everything went on", "the reconciliation-and-preview-of-everything went on"},
		"known":         {"while writing Harbour Lights", "while writing name-1"},
		"known, case":   {"while writing HARBOUR lights!", "while writing name-1!"},
		"known in url":  {"search=Harbour+Lights", "search=name-1"},
		"two in a row":  {"Harbour LightsHarbour Lights", "name-1name-1"},
		"control marks": {"Harbour\x00 Lights", "name-1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := New()
			m.Name("Harbour Lights")
			if got := m.Text(test.in); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSameTextSamePseudonym(t *testing.T) {
	t.Parallel()
	m := New()
	m.Path("/data/films/Tidal Pools.mp4")
	a, b := m.Text("open /data/films/Tidal Pools.mp4: permission denied"), m.All("/data/films/Other.mp4")
	if a != "open /folder-1/folder-2/file-1.mp4: permission denied" || b != "/folder-1/folder-2/file-2.mp4" {
		t.Errorf("got %q and %q", a, b)
	}
	if got := m.Text("wrote Tidal Pools, then tidal pools"); got != "wrote name-1, then name-1" {
		t.Errorf("got %q", got)
	}
}

// sample draws a text that must stay private, and how it becomes known, if at all.
func private(t *rapid.T) (text string, tell func(*Masker)) {
	letters := rapid.StringMatching(`[A-Za-zäöü0-9 ,.'!?&()-]{4,24}`)
	segment := rapid.StringMatching(`[A-Za-zäöü0-9][A-Za-zäöü0-9 ,.'!&()-]{2,11}[A-Za-z0-9]`)
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		name := "Q" + letters.Draw(t, "title") + "q"
		return name, func(m *Masker) { m.Name(name) }
	case 1:
		token := rapid.StringMatching(`[A-Z][a-z0-9_-]{8,9}[A-Z][A-Za-z0-9_-]{8}[0-9]`).Draw(t, "token")
		return token, nil
	case 2:
		secret := rapid.StringMatching(`[!-~]{6,20}`).Draw(t, "secret")
		return secret, func(m *Masker) { m.Secret(secret) }
	case 3:
		return `D:\` + segment.Draw(t, "folder") + `\` + segment.Draw(t, "file") + ".mkv", nil
	case 4:
		return rapid.StringMatching(`[a-z]{3,8}@[a-z]{3,8}\.[a-z]{2,3}`).Draw(t, "mail"), nil
	default:
		return "/" + segment.Draw(t, "folder") + "/" + segment.Draw(t, "file") + ".mp4", nil
	}
}

func TestNothingPrivateIsReadable(t *testing.T) {
	t.Parallel()
	between := rapid.SampledFrom([]string{" ", " open ", "\n", ": ", " (", `="`, " 14:02 ", " the of ", "\tname=", " token=", `" `, " – ", "; "})
	rapid.Check(t, func(t *rapid.T) {
		m := New()
		var b strings.Builder
		var all []string
		b.WriteString("began ")
		for range rapid.IntRange(1, 6).Draw(t, "parts") {
			text, tell := private(t)
			if tell != nil {
				tell(m)
			}
			all = append(all, text)
			b.WriteString(text + between.Draw(t, "between"))
		}
		got := m.Text(b.String())
		for _, text := range all {
			if strings.Contains(readable(got), lower(text)) {
				t.Fatalf("%q is readable:\n%s\n%s", text, b.String(), got)
			}
		}
		if again := m.Text(b.String()); again != got {
			t.Fatalf("masked differently the second time:\n%s\n%s", got, again)
		}
	})
}

func FuzzMaskerHidesWhatItKnows(f *testing.F) {
	f.Add("Tidal Pools", `open "/data/Tidal Pools.mp4": Tidal Pools`)
	f.Add("a\\b\"c", `a\b"c a\\b\"c`)
	f.Add("ſſſſ", "SSSS ſſſſ")
	f.Fuzz(func(t *testing.T, name, text string) {
		name = strings.TrimSpace(clean(name))
		if len(name) < shortest {
			t.Skip()
		}
		m := New()
		m.Name(name)
		for _, in := range []string{text, text + name, name + text, text + " " + name + " " + text} {
			got := readable(m.Text(in))
			if strings.Contains(got, lower(name)) && !pseudonyms.MatchString(name) {
				t.Fatalf("%q is readable in %q", name, got)
			}
		}
		if all := m.All(name); strings.Contains(readable(all), lower(name)) && len(name) > 4 {
			t.Fatalf("%q is readable in %q", name, all)
		}
	})
}
