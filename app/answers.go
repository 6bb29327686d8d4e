package app

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Answers reports whether a command line is answered on the terminal. The others show
// the tray or a window.
func Answers(args []string) bool {
	names := commandNames()
	for i, arg := range args {
		switch {
		case arg == "--help" || arg == "-h":
			return true
		case arg == "tray" || arg == "window":
			return false
		case i == 0 && !strings.HasPrefix(arg, "-"), slices.Contains(names, arg):
			return true // what is first and no command is a mistake, which is answered too
		}
	}
	return false
}

func commandNames() []string {
	parser, err := kong.New(&grammar{})
	if err != nil {
		return nil // a test would have told
	}
	var names []string
	for _, c := range parser.Model.Children {
		names = append(names, c.Name)
	}
	return names
}
