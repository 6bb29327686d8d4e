package app_test

import (
	"strings"
	"testing"
)

func TestAFaultOfTheSimulatorThatDoesNotExistIsRefused(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for _, fault := range []string{"plex", "emby:503", "plex:nosuch", "plex:200"} {
		got := s.run("sim", "--scenes", "1", "--fault", fault)
		if got.code != 2 || !strings.Contains(got.err, "fault") {
			t.Errorf("%s: %d, %s", fault, got.code, got.err)
		}
	}
}
