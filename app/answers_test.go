package app

import (
	"slices"
	"strings"
	"testing"
)

func TestCommandsAnswerOnTheTerminal(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"":                                false,
		"--hidden":                        false,
		"--demo":                          false,
		"--hidden --data-dir D:\\data":    false,
		"tray --hidden":                   false,
		"window queue --pipe":             false,
		"window doctor":                   false,
		"status":                          true,
		"--json status":                   true,
		"--data-dir D:\\data reports 3":   true,
		"settings set stash-url http://x": true,
		"sim":                             true,
		"--help":                          true,
		"-h":                              true,
		"statsu":                          true,
	}
	for line, want := range tests {
		if got := Answers(strings.Fields(line)); got != want {
			t.Errorf("%q: got %v", line, got)
		}
	}
	if names := commandNames(); !slices.Contains(names, "test-connection") || !slices.Contains(names, "version") {
		t.Errorf("commands: %v", names)
	}
}
