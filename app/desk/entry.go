package desk

import (
	"bytes"
	"errors"
	"strings"
)

// entry is a desktop file for the autostart folder.
func entry(a Autostart) ([]byte, error) {
	if strings.Contains(a.Program, "=") {
		// The specification forbids it: some readers take it for a variable.
		return nil, errors.New("start with the desktop: the path of the program must not contain an equals sign")
	}
	words := []string{quote(a.Program)}
	for _, arg := range a.Args {
		words = append(words, quote(arg))
	}
	var b bytes.Buffer
	b.WriteString("[Desktop Entry]\nType=Application\nVersion=1.0\n")
	b.WriteString("Name=" + value(a.Name) + "\n")
	b.WriteString("Icon=" + value(a.ID) + "\n")
	b.WriteString("Exec=" + value(strings.Join(words, " ")) + "\n")
	b.WriteString("Terminal=false\nX-GNOME-Autostart-enabled=true\n")
	return b.Bytes(), nil
}

// reserved are the characters for which the specification wants an argument quoted.
const reserved = " \t\n\"'\\><~|&;$*?#()`"

var (
	inQuotes = strings.NewReplacer(`"`, `\"`, "`", "\\`", "$", `\$`, `\`, `\\`)
	asValue  = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`)
)

// quote writes an argument for the Exec key; a percent sign would begin a field code.
func quote(arg string) string {
	if arg == "" || strings.ContainsAny(arg, reserved) {
		arg = `"` + inQuotes.Replace(arg) + `"`
	}
	return strings.ReplaceAll(arg, "%", "%%")
}

// value writes a string for a desktop file: the second layer of escapes. A leading
// space would be lost.
func value(s string) string {
	s = asValue.Replace(s)
	if rest, ok := strings.CutPrefix(s, " "); ok {
		s = `\s` + rest
	}
	return s
}

// entryCommand is the line of a desktop file that says what is started.
func entryCommand(content []byte) []byte {
	for line := range bytes.Lines(content) {
		if rest, ok := bytes.CutPrefix(line, []byte("Exec=")); ok {
			return bytes.TrimSpace(rest)
		}
	}
	return nil
}

// entryOff reports whether somebody switched the entry off, as desktops do it.
func entryOff(content []byte) bool {
	for line := range bytes.Lines(content) {
		switch strings.ReplaceAll(string(bytes.TrimSpace(line)), " ", "") {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return true
		}
	}
	return false
}
