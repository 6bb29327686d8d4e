package plan

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestLinesAreCleaned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"plain":                     {"Harbour Lights", "Harbour Lights"},
		"white space":               {"  Harbour \t\u00a0 Lights\u3000", "Harbour Lights"},
		"line ends become spaces":   {"Harbour\r\nLights\u2028Again\rMore", "Harbour Lights Again More"},
		"control characters":        {"ctl \t tab \u0001 \u0007bell \u001b[31m esc \u007f del\u0000", "ctl tab bell [31m esc del"},
		"bidi and zero width":       {"Har\u202ebour\u200b Li\u2066ghts\ufeff\u00ad", "Harbour Lights"},
		"decomposed":                {"E\u0301toile", "Étoile"},
		"composes after cleaning":   {"E\u200b\u0301toile", "Étoile"},
		"invalid UTF-8":             {"bad\xff\xfename", "badname"},
		"emoji family stays whole":  {"\U0001F468\u200d\U0001F469\u200d\U0001F467 out", "\U0001F468\u200d\U0001F469\u200d\U0001F467 out"},
		"joiner in a word that has": {"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"},
		"joiner that hides":         {"Har\u200dbour\u200d \u200dLights\u200c", "Harbour Lights"},
		"nothing left":              {" \u200b\n ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := line(c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTextKeepsItsLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"windows line ends": {"one\r\ntwo", "one\ntwo"},
		"old and odd ends":  {"one\rtwo\u2029three", "one\ntwo\nthree"},
		"paragraphs":        {"\n one  \n\n\n\n two\t words \n", "one\n\ntwo words"},
		"empty":             {"\n\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, short := text(c.in); got != c.want || short {
				t.Errorf("got %q %v, want %q", got, short, c.want)
			}
		})
	}
}

func TestLongValuesAreCutAtAWord(t *testing.T) {
	t.Parallel()
	words := strings.Repeat("harbour ", 60)
	if got := line(words); utf8.RuneCountInString(got) > maxLine || !strings.HasSuffix(got, "harbour") {
		t.Errorf("got %q", got)
	}
	if got := line(strings.Repeat("x", 400)); got != strings.Repeat("x", maxLine) {
		t.Errorf("one long word: %d characters", len(got))
	}
	// The only space lies before 80 %: cutting there would lose too much.
	if got := line("a " + strings.Repeat("x", 400)); utf8.RuneCountInString(got) != maxLine {
		t.Errorf("early space: %d characters", len(got))
	}
	// The cut falls exactly before a space.
	if got := line(strings.Repeat("x", maxLine) + " more"); got != strings.Repeat("x", maxLine) {
		t.Errorf("exact fit: %q", got)
	}
	// A combining mark stays with its letter (q with a dot has no composed form).
	got := line(strings.Repeat("x", maxLine-1) + "q\u0323")
	if got != strings.Repeat("x", maxLine-1) {
		t.Errorf("combining: %q", got[len(got)-8:])
	}
}

func TestASummaryFitsIntoARequest(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"latin":      strings.Repeat("ships at night ", 1000),
		"chinese":    strings.Repeat("\u6e2f", 10_000),
		"characters": strings.Repeat("a", 12_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, short := text(in)
			if n := len(strings.ReplaceAll(url.QueryEscape(got), "+", "%20")); n > maxEncoded || n < maxEncoded*4/5 || n != encodedLen(got) {
				t.Errorf("%d bytes encoded, counted %d", n, encodedLen(got))
			}
			if !short || !strings.HasSuffix(got, ellipsis) || utf8.RuneCountInString(got) > maxText {
				t.Errorf("short %v, ends %q", short, got[len(got)-10:])
			}
		})
	}
}

func TestCleaningTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	alphabet := []rune("ab \n\r\t\u200b\u200d\u0301\u0323e\u00e9\U0001F468\U0001F469\u6e2f\u202e\u0000\u2028K\u212a")
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 60).Draw(t, "runes"))
		s = strings.Repeat(s, rapid.SampledFrom([]int{1, 10, 200}).Draw(t, "times"))
		if once := line(s); line(once) != once || !norm.NFC.IsNormalString(once) || utf8.RuneCountInString(once) > maxLine {
			t.Fatalf("%q then %q", once, line(once))
		}
		once, _ := text(s)
		if twice, _ := text(once); twice != once || encodedLen(once) > maxEncoded {
			t.Fatalf("%q then %q", once, twice)
		}
	})
}
