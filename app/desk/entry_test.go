package desk

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// read takes an Exec value apart as the specification says: escapes of the file first,
// then quotes, then field codes.
func read(exec string) ([]string, error) {
	text, err := unescape(exec)
	if err != nil {
		return nil, err
	}
	var words []string
	for text = strings.TrimLeft(text, " "); text != ""; text = strings.TrimLeft(text, " ") {
		var word string
		if text, word, err = next(text); err != nil {
			return nil, err
		}
		if strings.Contains(strings.ReplaceAll(word, "%%", ""), "%") {
			return nil, errors.New("a field code")
		}
		words = append(words, strings.ReplaceAll(word, "%%", "%"))
	}
	return words, nil
}

func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' {
			return "", errors.New("a line break")
		}
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		at := strings.IndexByte(`sntr\`, s[i])
		if at < 0 {
			return "", errors.New("an unknown escape")
		}
		b.WriteByte(" \n\t\r\\"[at])
	}
	return b.String(), nil
}

func next(s string) (rest, word string, err error) {
	if s[0] != '"' {
		word, rest, _ = strings.Cut(s, " ")
		if strings.ContainsAny(word, reserved) {
			return "", "", errors.New("a reserved character outside of quotes")
		}
		return rest, word, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return s[i+1:], b.String(), nil
		case '$', '`':
			return "", "", errors.New("a bare character in quotes")
		case '\\':
			i++
			if !strings.ContainsRune("\"`$\\", rune(s[i])) {
				return "", "", errors.New("an escape of an ordinary character")
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", errors.New("quotes that do not end")
}

func TestDesktopsReadTheCommandBack(t *testing.T) {
	t.Parallel()
	word := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(reserved+"%$\r= aZ/-ü")), rapid.RuneFrom([]rune("abc/ "))))
	rapid.Check(t, func(t *rapid.T) {
		a := Autostart{ID: "x", Name: "Lockstep", Program: "/" + strings.ReplaceAll(word.Draw(t, "program"), "=", ""), Args: rapid.SliceOf(word).Draw(t, "args")}
		content, err := entry(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(string(entryCommand(content)))
		if err != nil {
			t.Fatalf("%q: %v", content, err)
		}
		if want := append([]string{a.Program}, a.Args...); strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Fatalf("got %q, want %q from %s", got, want, content)
		}
	})
}

func TestEntryReadsAsSpecified(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ program, want string }{
		"plain":     {"/usr/bin/lockstep", `/usr/bin/lockstep --hidden`},
		"space":     {"/opt/My Apps/lockstep", `"/opt/My Apps/lockstep" --hidden`},
		"percent":   {"/opt/100%/lockstep", `/opt/100%%/lockstep --hidden`},
		"backslash": {`/opt/a\b/lockstep`, `"/opt/a\\\\b/lockstep" --hidden`},
		"dollar":    {"/opt/$x/lockstep", `"/opt/\\$x/lockstep" --hidden`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, err := entry(Autostart{ID: "x", Name: "X", Program: test.program, Args: []string{"--hidden"}})
			if got := string(entryCommand(content)); err != nil || got != test.want {
				t.Errorf("got %s, %v; want %s", got, err, test.want)
			}
		})
	}
}

func TestEqualsSignIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := entry(Autostart{Program: "/opt/a=b/lockstep"}); err == nil {
		t.Error("no error")
	}
}

func TestDesktopDecides(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		system, variable string
		want             bool
	}{
		"X":               {"linux", "DISPLAY", true},
		"Wayland":         {"linux", "WAYLAND_DISPLAY", true},
		"a server":        {"linux", "TERM", false},
		"Windows":         {"windows", "", true},
		"macOS":           {"darwin", "", true},
		"another Unix":    {"freebsd", "", false},
		"its own desktop": {"freebsd", "DISPLAY", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := func(n string) string {
				if n == test.variable {
					return ":0"
				}
				return ""
			}
			if got := present(test.system, env); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
